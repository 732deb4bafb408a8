// `edge-run test`: runs the tests of policies and reports them.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <regex>

#include "bindings/embedded.h"
#include "bindings/test_file.h"
#include "runtime/cli/commands.h"
#include "runtime/js/engine.h"

namespace edge::cli {
namespace {

namespace fs = std::filesystem;
using bindings::TestOutcome;
using bindings::TestResult;

struct Choices {
  std::vector<std::string> files;
  std::string filter, reporter = "spec", script;
};

/// Prints results as they come and counts them.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void begin(const std::string& file) = 0;
  virtual void result(const TestResult& result) = 0;
  /// A file that could not be run, which counts as a failed test.
  virtual void broken(const std::string& file, const std::string& why) = 0;
  virtual void end() = 0;

 protected:
  static std::string indented(const std::string& text, const std::string& by) {
    std::string out = by;
    for (const char c : text) out += c == '\n' ? "\n" + by : std::string(1, c);
    return out;
  }
};

/// For people.
class SpecReporter : public Reporter {
 public:
  explicit SpecReporter(bool color) : color_(color) {}
  void begin(const std::string& file) override { std::cout << paint("1", file) << "\n"; }
  void result(const TestResult& result) override {
    ++counts_[static_cast<int>(result.outcome)];
    switch (result.outcome) {
      case TestOutcome::pass:
        std::cout << "  " << paint("32", "pass") << " " << result.name << "\n";
        break;
      case TestOutcome::skip:
        std::cout << "  " << paint("33", "skip") << " " << result.name << "\n";
        break;
      case TestOutcome::fail:
        std::cout << "  " << paint("31", "FAIL") << " " << result.name << "\n"
                  << indented(result.message, "       ") << "\n";
    }
  }
  void broken(const std::string& file, const std::string& why) override {
    ++counts_[static_cast<int>(TestOutcome::fail)];
    std::cout << "  " << paint("31", "FAIL") << " " << file << "\n" << indented(why, "       ") << "\n";
  }
  void end() override {
    std::cout << "\n" << counts_[0] << " passed, " << counts_[1] << " failed";
    if (counts_[2] > 0) std::cout << ", " << counts_[2] << " skipped";
    std::cout << std::endl;
  }

 private:
  [[nodiscard]] std::string paint(const char* code, const std::string& text) const {
    return color_ ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text;
  }
  bool color_;
  int counts_[3] = {};  ///< by TestOutcome
};

/// Test Anything Protocol, version 14. https://testanything.org/tap-version-14-specification.html
class TapReporter : public Reporter {
 public:
  void begin(const std::string& file) override {
    if (count_ == 0) std::cout << "TAP version 14\n";
    std::cout << "# " << file << "\n";
  }
  void result(const TestResult& result) override {
    line(result.outcome != TestOutcome::fail, result.name,
         result.outcome == TestOutcome::skip ? " # SKIP" : "", result.message);
  }
  void broken(const std::string& file, const std::string& why) override { line(false, file, "", why); }
  void end() override { std::cout << "1.." << count_ << std::endl; }

 private:
  void line(bool fine, const std::string& name, const char* directive, const std::string& message) {
    std::string escaped;
    for (const char c : name) {
      if (c == '#' || c == '\\') escaped += '\\';
      escaped += c == '\n' ? ' ' : c;
    }
    std::cout << (fine ? "ok " : "not ok ") << ++count_ << " - " << escaped << directive << "\n";
    if (!message.empty()) std::cout << "  ---\n  message: |\n" << indented(message, "    ") << "\n  ...\n";
  }
  int count_ = 0;
};

/// The tests of one file, filtered.
class FileRun : public bindings::TestRun {
 public:
  FileRun(Reporter& reporter, const Choices& choices, const std::string& file)
      : reporter_(reporter), filter_(choices.filter), script_(choices.script) {
    const std::string suffix = ".test.js";
    if (!script_.empty()) script_ = fs::absolute(script_).string();
    const std::string beside =
        file.ends_with(suffix) ? file.substr(0, file.size() - suffix.size()) + ".js" : "";
    if (script_.empty() && !beside.empty() && fs::exists(beside)) script_ = fs::absolute(beside).string();
  }
  bool wanted(std::string_view name) override { return std::regex_search(name.begin(), name.end(), filter_); }
  void report(TestResult result) override {
    failed |= result.outcome == TestOutcome::fail;
    reporter_.result(result);
  }
  std::string script() override { return script_; }
  void done(std::string) override {}
  bool failed = false;

 private:
  Reporter& reporter_;
  std::regex filter_;
  std::string script_;
};

/// Every *.test.js below `folder`, in order; dependencies and hidden folders are left out.
std::vector<std::string> test_files_below(const fs::path& folder) {
  std::vector<std::string> files;
  const auto skip = fs::directory_options::skip_permission_denied;
  for (auto entry = fs::recursive_directory_iterator(folder, skip);
       entry != fs::recursive_directory_iterator(); ++entry) {
    const std::string name = entry->path().filename().string();
    if (entry->is_directory() && (name == "node_modules" || name.starts_with(".")))
      entry.disable_recursion_pending();
    if (entry->is_regular_file() && name.ends_with(".test.js"))
      files.push_back(entry->path().lexically_normal().string());
  }
  std::ranges::sort(files);
  return files;
}

Result<std::vector<std::string>> chosen_files(const Choices& choices) {
  std::vector<std::string> files;
  for (const std::string& named : choices.files.empty() ? std::vector<std::string>{"."} : choices.files) {
    if (fs::is_directory(named)) {
      std::ranges::move(test_files_below(named), std::back_inserter(files));
    } else if (fs::exists(named)) {
      files.push_back(named);
    } else {
      return fail(ErrorKind::usage, named + ": there is no such file");
    }
  }
  if (files.empty()) return fail(ErrorKind::usage, "no tests found: name files, or call them x.test.js");
  return files;
}

Result<bool> run_files(const Choices& choices, Reporter& reporter) {
  auto files = chosen_files(choices);
  if (!files) return std::unexpected(std::move(files.error()));
  bool failed = false;
  for (const std::string& file : *files) {
    reporter.begin(file);
    FileRun run(reporter, choices, file);
    const auto done =
        bindings::run_test_file({.path = fs::absolute(file).string(), .snapshot = bindings::snapshot()}, run);
    if (!done) reporter.broken(file, done.error().message);
    failed |= run.failed || !done;
  }
  reporter.end();
  return failed;
}

}  // namespace

Result<int> run_test(std::span<const std::string> arguments) {
  Choices choices;
  CLI::App app(
      "Runs tests of policies: files that import \"edge-run:test\". Without FILES, every *.test.js below the "
      "current folder.",
      "edge-run test");
  app.add_option("FILES", choices.files, "files or folders");
  app.add_option("--filter", choices.filter, "run only tests whose full name matches this regular expression")
      ->type_name("RE");
  app.add_option("--reporter", choices.reporter, "spec for people, tap for programs")
      ->check(CLI::IsMember({"spec", "tap"}));
  app.add_option("--script", choices.script,
                 "the script that SELF stands for; default: x.js beside x.test.js")
      ->check(CLI::ExistingFile);
  app.footer(
      "Examples:\n  edge-run test\n  edge-run test scripts/revoke.test.js --filter 'T35|expired'\n"
      "  edge-run test --reporter tap > result.tap");
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
    static_cast<void>(std::regex(choices.filter));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return 0;
  } catch (const CLI::Error& error) {
    return fail(ErrorKind::usage, error.what());
  } catch (const std::regex_error&) {
    return fail(ErrorKind::usage, "--filter: '" + choices.filter + "' is no regular expression");
  }
  js::start_engine({});
  SpecReporter spec(isatty(1) && !std::getenv("NO_COLOR"));
  TapReporter tap;
  auto failed = run_files(choices, choices.reporter == "tap" ? static_cast<Reporter&>(tap) : spec);
  js::stop_engine();
  if (!failed) return std::unexpected(std::move(failed.error()));
  return *failed ? 1 : 0;
}

}  // namespace edge::cli
