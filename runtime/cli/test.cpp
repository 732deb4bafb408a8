// `edge-run test`: runs the tests of policies and reports them.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "bindings/embedded.h"
#include "runtime/base/binding_values.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/devtools.h"
#include "runtime/cli/test_files.h"
#include "runtime/cli/test_jobs.h"
#include "runtime/cli/test_watch.h"

namespace edge::cli {
namespace {

namespace fs = std::filesystem;

struct Choices {
  std::vector<std::string> files, reporters, vars, kv, rules;
  std::string filter, script, lcov;
  std::optional<ListenAddress> inspect;
  unsigned jobs = 0;
  double timeout_seconds = 5;
  bool update = false, bail = false, coverage = false, watch = false;
};

/// One value each time it is given, so that files may follow.
CLI::Option* repeatable(CLI::App& app, const char* name, std::vector<std::string>& values, const char* help) {
  return app.add_option(name, values, help)->allow_extra_args(false);
}

void declare(CLI::App& app, Choices& choices) {
  app.add_option("FILES", choices.files, "files or folders");
  app.add_option("--filter", choices.filter,
                 "run only tests whose full name matches this regular expression of JavaScript")
      ->type_name("PATTERN");
  app.add_option("--script", choices.script,
                 "the script that SELF stands for; default: x.js or x.ts beside x.test.js or x.test.ts")
      ->check(CLI::ExistingFile);
  repeatable(app, "--var", choices.vars, "a text that scripts and tests find in env; may be repeated")
      ->type_name("NAME=VALUE");
  repeatable(app, "--kv", choices.kv,
             "an empty key-value namespace in env, of each file its own; may be repeated")
      ->type_name("NAME");
  repeatable(app, "--rule", choices.rules,
             "files that are imported as ESModule, CommonJS, CompiledWasm, Text or Data; may be repeated")
      ->type_name("TYPE=GLOB,…");
  app.add_option("--jobs", choices.jobs, "files that run at once; default: one for each core")
      ->check(CLI::Range(1, 256));
  app.add_option("--timeout", choices.timeout_seconds, "of a test and of a hook (default 5)")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber);
  repeatable(app, "--reporter", choices.reporters,
             "spec for people; tap, junit or json for programs; may be repeated (default spec)")
      ->type_name("NAME[=FILE]");
  app.add_flag("--update", choices.update,
               "write snapshots that differ, and remove those that no test asks for");
  app.add_flag("--bail", choices.bail, "stop at the first failure");
  app.add_flag("--coverage", choices.coverage, "show which lines and functions of scripts ran");
  app.add_option("--lcov", choices.lcov, "write the coverage there, as lcov's tools read it")
      ->type_name("FILE");
  app.add_flag("--watch", choices.watch, "run again whatever a changed file belongs to");
  app.footer(
      "--inspect[=ADDR:PORT]: wait for a debugger, at 127.0.0.1:9229 unless told otherwise, before each "
      "file.\n\n"
      "Examples:\n  edge-run test\n  edge-run test scripts/revoke.test.js --filter 'T35|expired'\n"
      "  edge-run test --reporter spec --reporter junit=report.xml");
}

/// Choices that follow from others.
void complete(Choices& choices) {
  if (choices.reporters.empty()) choices.reporters.emplace_back("spec");
  if (!choices.lcov.empty()) choices.coverage = true;
  if (!choices.inspect) return;
  choices.jobs = 1;
  // Whoever looks takes the time that it takes.
  choices.timeout_seconds = std::chrono::seconds(std::chrono::hours(24)).count();
}

/// Reads `texts` as the option table reads them, into `values`.
template <class T>
Result<> read_all(const std::string& flag, const std::vector<std::string>& texts, std::vector<T>& values) {
  for (const std::string& text : texts)
    if (auto read = read_record(text, values.emplace_back()); !read)
      return fail(ErrorKind::usage, flag + ": " + read.error().message);
  return {};
}

Result<SiteConfig> site_of(const Choices& choices) {
  SiteConfig site;
  site.name = "test";
  if (auto read = read_all("--var", choices.vars, site.vars); !read)
    return std::unexpected(std::move(read.error()));
  if (auto read = read_all("--kv", choices.kv, site.kv); !read)
    return std::unexpected(std::move(read.error()));
  if (auto read = read_all("--rule", choices.rules, site.rules); !read)
    return std::unexpected(std::move(read.error()));
  return site;
}

/// What exists is never overwritten unasked; where nobody looks, as in CI, nothing is written at all.
std::string update_mode(const Choices& choices) {
  if (choices.update) return "all";
  const char* ci = std::getenv("CI");
  return ci != nullptr && *ci != '\0' && std::string_view(ci) != "false" ? "none" : "new";
}

/// x.js or x.ts for x.test.js or x.test.ts, "" where there is neither.
std::string script_beside(const std::string& file) {
  if (!is_test_file(file)) return "";
  const std::string stem = file.substr(0, file.size() - std::string_view(".test.js").size());
  for (const char* extension : {".js", ".ts"})
    if (fs::exists(stem + extension)) return fs::absolute(stem + extension).lexically_normal().string();
  return "";
}

std::function<Result<std::unique_ptr<http::DevTools>>()> devtools_of(const Choices& choices) {
  if (!choices.inspect) return nullptr;
  return [address = *choices.inspect] { return open_devtools(address); };
}

bindings::TestFileSettings settings_of(const Choices& choices, const SiteConfig& site,
                                       const std::string& file) {
  SiteConfig own = site;
  own.script =
      choices.script.empty() ? script_beside(file) : fs::absolute(choices.script).lexically_normal().string();
  return {.path = fs::absolute(file).lexically_normal().string(),
          .root = fs::current_path().string(),
          .filter = choices.filter,
          .timeout = std::chrono::milliseconds(static_cast<std::int64_t>(choices.timeout_seconds * 1000)),
          .update = update_mode(choices),
          .bail = choices.bail,
          .site = std::move(own),
          .devtools = devtools_of(choices),
          .coverage = choices.coverage,
          .cache_folder = fs::absolute(".edge-run/cache").string(),
          .snapshot = bindings::snapshot(),
          .library_code = bindings::test_library_code()};
}

/// Beside reports for programs there must be nothing else on standard output.
std::ostream& stream_for_people(const Choices& choices) {
  const bool is_theirs = std::ranges::any_of(
      choices.reporters, [](const std::string& choice) { return choice != "spec" && !choice.contains('='); });
  return is_theirs ? std::cerr : std::cout;
}

Result<> tell_coverage(const Choices& choices, const std::vector<FileReport>& reports) {
  Coverage all;
  for (const FileReport& report : reports) add(all, report.coverage);
  const std::string root = fs::current_path().string();
  write_summary(stream_for_people(choices), all, root);
  if (choices.lcov.empty()) return {};
  std::ofstream file(choices.lcov, std::ios::binary);
  write_lcov(file, all, root);
  if (!file.flush()) return fail(ErrorKind::io, "--lcov: " + choices.lcov + " cannot be written");
  return {};
}

Result<std::vector<FileReport>> run_files(const Choices& choices, const SiteConfig& site,
                                          std::vector<std::string> files) {
  std::vector<std::unique_ptr<Reporter>> reporters;
  for (const std::string& choice : choices.reporters) {
    auto reporter = make_reporter(choice);
    if (!reporter) return std::unexpected(std::move(reporter.error()));
    reporters.push_back(std::move(*reporter));
  }
  auto reports = run_test_jobs(
      {.files = std::move(files),
       .at_once = choices.jobs != 0 ? choices.jobs : std::max(1u, std::thread::hardware_concurrency()),
       .bail = choices.bail,
       .settings = [&](const std::string& file) { return settings_of(choices, site, file); }},
      reporters);
  if (reports && choices.coverage)
    if (auto told = tell_coverage(choices, *reports); !told) return std::unexpected(std::move(told.error()));
  return reports;
}

Result<int> exit_code_of(const Choices& choices, const std::vector<FileReport>& reports) {
  if (std::ranges::any_of(reports, &FileReport::failed)) return 1;
  if (std::ranges::any_of(reports, [](const FileReport& report) { return !report.tests.empty(); })) return 0;
  return fail(ErrorKind::usage, "--filter: no test's name matches '" + choices.filter + "'");
}

}  // namespace

Result<int> run_test(Arguments arguments) {
  Choices choices;
  CLI::App app(
      "Runs tests of policies: files that import \"edge-run:test\". Without FILES, every *.test.js and "
      "*.test.ts below the current folder.",
      "edge-run test");
  declare(app, choices);
  std::vector<std::string> words(arguments.begin(), arguments.end());
  auto inspect = take_inspect(words);
  if (!inspect) return std::unexpected(std::move(inspect.error()));
  choices.inspect = std::move(*inspect);
  std::ranges::reverse(words);  // CLI11 takes them from the back
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return 0;
  } catch (const CLI::Error& error) {
    return fail(ErrorKind::usage, error.what());
  }
  complete(choices);
  const auto site = site_of(choices);
  if (!site) return std::unexpected(std::move(site.error()));
  auto files = test_files(choices.files);
  if (!files) return std::unexpected(std::move(files.error()));
  const auto run = [&](std::vector<std::string> some) { return run_files(choices, *site, std::move(some)); };
  if (choices.watch) return watch_tests([&] { return test_files(choices.files).value_or({}); }, run);
  const auto reports = run(std::move(*files));
  if (!reports) return std::unexpected(reports.error());
  return exit_code_of(choices, *reports);
}

}  // namespace edge::cli
