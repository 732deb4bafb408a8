// STYLE.md, where a machine can check it: who may include whom, sizes, first lines, leftovers, documented
// options.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/options.h"

namespace edge {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t lines_max = 400;
constexpr std::size_t columns_max = 120;

/// What each folder may include, itself aside. The order of ARCHITECTURE.md; tests may include everything.
const std::map<std::string_view, std::vector<std::string_view>> layers = {
    {"runtime/base", {}},
    {"runtime/crypto", {"runtime/base"}},
    {"runtime/tls", {"runtime/base"}},
    {"runtime/http", {"runtime/base", "runtime/tls"}},
    {"runtime/server", {"runtime/base", "runtime/tls", "runtime/http"}},
    {"runtime/js", {"runtime/base"}},
    {"runtime/store", {"runtime/base"}},
    {"bindings",
     {"runtime/base", "runtime/crypto", "runtime/tls", "runtime/http", "runtime/server", "runtime/js",
      "runtime/store"}},
    {"runtime/cli",
     {"runtime/base", "runtime/crypto", "runtime/tls", "runtime/http", "runtime/server", "runtime/js",
      "runtime/store", "bindings"}},
};

/// "runtime/tls" of "runtime/tls/site.h"; "bindings" of "bindings/url.cpp".
std::string_view folder_of(std::string_view path) {
  const auto end = path.rfind('/');
  return end == path.npos ? std::string_view{} : path.substr(0, end);
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::ranges::any_of(starts, [&](std::string_view start) { return text.starts_with(start); });
}

/// What is wrong with `#include` of `header` in the file `path`; nothing when it is allowed.
std::optional<std::string> include_problem(std::string_view path, std::string_view header, bool quoted) {
  const std::string_view from = folder_of(path);
  const bool is_test = path.starts_with("tests/");
  const bool is_header = path.ends_with(".h");
  if (!quoted) {
    if (is_header && !is_test && starts_with_any(header, {"openssl/", "boost/beast"}))
      return "OpenSSL's and Beast's headers belong in .cpp files";
    const bool is_v8 = starts_with_any(header, {"v8", "libplatform/", "node"});
    const bool knows_v8 = from == "runtime/js" || from == "bindings" || is_test;
    if (is_v8 && !knows_v8) return "only runtime/js and bindings know V8";
    if (header.starts_with("node")) return "node:: is not ours to use";
    return std::nullopt;
  }
  const std::string_view to = folder_of(header);
  if (is_test) {
    if (to.starts_with("tests/") || layers.contains(to)) return std::nullopt;
    return "a quoted include names a file from the root of the project";
  }
  const auto layer = layers.find(from);
  if (layer == layers.end()) return "the folder " + std::string(from) + " is no layer of ARCHITECTURE.md";
  if (!layers.contains(to)) return "a quoted include names a file from the root of the project";
  if (to == from || std::ranges::find(layer->second, to) != layer->second.end()) return std::nullopt;
  return std::string(from) + " must not include from " + std::string(to);
}

std::optional<std::string> problem_of_include_line(std::string_view path, std::string_view line) {
  constexpr std::string_view directive = "#include ";
  if (!line.starts_with(directive)) return std::nullopt;
  const bool quoted = line.substr(directive.size()).starts_with('"');
  const auto begin = directive.size() + 1;
  const auto end = line.find_first_of(quoted ? "\"" : ">", begin);
  if (end == line.npos) return "an include that is none";
  return include_problem(path, line.substr(begin, end - begin), quoted);
}

/// True when `word` is in `text`, and not as a part of a longer word.
bool has_word(std::string_view text, std::string_view word) {
  const auto continues = [&](std::size_t i) {
    return i < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[i])) != 0 || text[i] == '-' || text[i] == '_');
  };
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1))
    if (!(at > 0 && continues(at - 1)) && !continues(at + word.size())) return true;
  return false;
}

std::optional<std::string> problem_of_line(std::string_view path, std::string_view line) {
  const auto columns =
      std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  if (static_cast<std::size_t>(columns) > columns_max) return "has " + std::to_string(columns) + " columns";
  // Written in halves, or this file would find itself.
  for (const std::string_view word : {"TO"
                                      "DO",
                                      "FIX"
                                      "ME",
                                      "X"
                                      "XX",
                                      "HA"
                                      "CK"})
    if (has_word(line, word)) return "says " + std::string(word) + ": do it, or refuse what is not there";
  if (line.ends_with(' ') || line.ends_with('\t') || line.ends_with('\r')) return "ends in white space";
  if (line.starts_with('\t')) return "is indented by a tab";
  if (path.ends_with(".js") || path.ends_with(".mjs")) return std::nullopt;
  // Macros are toml++'s way to be configured.
  const bool configures_toml = starts_with_any(line, {"#define TOML_ASSERT(", "#define TOML_UNREACHABLE "});
  if (line.starts_with("#define ") && !configures_toml && !path.starts_with("tests/"))
    return "defines a macro";
  return problem_of_include_line(path, line);
}

bool is_comment(std::string_view line) { return starts_with_any(line, {"//", "/*", "#!"}); }

/// Everything that is wrong with one file, as "path:line: what". The whole check; the tests below only feed
/// it.
std::vector<std::string> problems_of(const std::string& path, const std::string& content) {
  std::vector<std::string> problems;
  std::istringstream in(content);
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (number == 1 && !is_comment(line))
      problems.push_back(path + ":1: does not say what the file answers for");
    if (auto problem = problem_of_line(path, line))
      problems.push_back(path + ":" + std::to_string(number) + ": " + *problem);
  }
  if (number > lines_max) problems.push_back(path + ": has " + std::to_string(number) + " lines");
  if (path.ends_with(".h") && content.find("#pragma once") == std::string::npos)
    problems.push_back(path + ": lacks #pragma once");
  const std::string name = fs::path(path).stem().string();
  // The names of these are Node.js's.
  const bool is_module_of_others = path.starts_with("bindings/modules/node/");
  for (const std::string_view vague : {"util", "utils", "helper", "helpers", "manager", "common", "misc"})
    if (name == vague && !is_module_of_others) problems.push_back(path + ": has a name for anything");
  return problems;
}

/// The folder that holds this project, from the folder the test runs in.
fs::path root() {
  for (fs::path folder = fs::current_path(); folder.has_relative_path(); folder = folder.parent_path())
    if (fs::exists(folder / "STYLE.md") && fs::exists(folder / "runtime")) return folder;
  FAIL("run this inside the project");
  return {};
}

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<fs::path> sources() {
  std::vector<fs::path> files;
  for (const char* folder : {"runtime", "bindings", "tests", "scripts", "examples"}) {
    if (!fs::exists(root() / folder)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root() / folder)) {
      const std::string extension = entry.path().extension().string();
      if (entry.is_regular_file() &&
          (extension == ".h" || extension == ".cpp" || extension == ".js" || extension == ".mjs"))
        files.push_back(fs::relative(entry.path(), root()));
    }
  }
  std::ranges::sort(files);
  return files;
}

std::string first_problem(const std::string& path, const std::string& code) {
  const auto problems = problems_of(path, "// A file of the test.\n#pragma once\n" + code + "\n");
  return problems.empty() ? "" : problems.front();
}

}  // namespace

TEST_CASE("proof 8: a deliberately wrong include is refused, in every direction that there is") {
  CHECK(first_problem("runtime/base/wrong.h", "#include \"runtime/tls/site.h\"") ==
        "runtime/base/wrong.h:3: runtime/base must not include from runtime/tls");
  CHECK(first_problem("runtime/http/wrong.cpp", "#include \"runtime/js/realm.h\"") ==
        "runtime/http/wrong.cpp:3: runtime/http must not include from runtime/js");
  CHECK(first_problem("runtime/js/wrong.cpp", "#include \"runtime/http/body.h\"") ==
        "runtime/js/wrong.cpp:3: runtime/js must not include from runtime/http");
  CHECK(first_problem("runtime/server/wrong.cpp", "#include \"bindings/worker.h\"") ==
        "runtime/server/wrong.cpp:3: runtime/server must not include from bindings");
  CHECK(first_problem("bindings/wrong.cpp", "#include \"runtime/cli/commands.h\"") ==
        "bindings/wrong.cpp:3: bindings must not include from runtime/cli");
  // Every pair that the table does not allow, so that no direction is forgotten.
  for (const auto& [from, allowed] : layers) {
    for (const auto& [to, unused] : layers) {
      const std::string found =
          first_problem(std::string(from) + "/wrong.cpp", "#include \"" + std::string(to) + "/x.h\"");
      const bool is_allowed = from == to || std::ranges::find(allowed, to) != allowed.end();
      CAPTURE(std::string(from) + " <- " + std::string(to));
      CHECK(found.empty() == is_allowed);
    }
  }
}

TEST_CASE("proof 8: headers of OpenSSL, Beast, V8 and node are refused where they would spread") {
  CHECK(first_problem("runtime/tls/wrong.h", "#include <openssl/ssl.h>") ==
        "runtime/tls/wrong.h:3: OpenSSL's and Beast's headers belong in .cpp files");
  CHECK(first_problem("runtime/http/wrong.h", "#include <boost/beast/http.hpp>") ==
        "runtime/http/wrong.h:3: OpenSSL's and Beast's headers belong in .cpp files");
  CHECK(first_problem("runtime/cli/wrong.cpp", "#include <v8.h>") ==
        "runtime/cli/wrong.cpp:3: only runtime/js and bindings know V8");
  CHECK(first_problem("runtime/js/wrong.cpp", "#include <node.h>") ==
        "runtime/js/wrong.cpp:3: node:: is not ours to use");
  CHECK(first_problem("runtime/js/wrong.cpp", "#include \"turn.h\"") ==
        "runtime/js/wrong.cpp:3: a quoted include names a file from the root of the project");
  CHECK(first_problem("runtime/tls/right.cpp", "#include <openssl/ssl.h>").empty());
  CHECK(first_problem("runtime/js/right.h", "#include <v8.h>").empty());
}

TEST_CASE("tidy: what STYLE.md forbids in a file is found") {
  CHECK(problems_of("runtime/base/a.cpp", "#include <string>\n").front() ==
        "runtime/base/a.cpp:1: does not say what the file answers for");
  CHECK(first_problem("runtime/base/a.cpp", std::string(121, 'x')) ==
        "runtime/base/a.cpp:3: has 121 columns");
  CHECK(first_problem("runtime/base/a.cpp", "// " + std::string(58, 'x') + std::string("\xC3\xBC")).empty());
  CHECK(first_problem("runtime/base/a.cpp",
                      "// TO"
                      "DO: later")
            .find("says") != std::string::npos);
  CHECK(first_problem("runtime/base/a.cpp", "#define A 1") == "runtime/base/a.cpp:3: defines a macro");
  CHECK(first_problem("runtime/base/util.cpp", "int x;") == "runtime/base/util.cpp: has a name for anything");
  CHECK(first_problem("runtime/base/a.cpp", std::string(500, '\n')) == "runtime/base/a.cpp: has 503 lines");
  CHECK(problems_of("runtime/base/a.h", "// A header.\n").front() == "runtime/base/a.h: lacks #pragma once");
  CHECK(first_problem("runtime/base/a.cpp", "int x; ") == "runtime/base/a.cpp:3: ends in white space");
}

TEST_CASE("tidy: every file of the project keeps to STYLE.md") {
  const auto files = sources();
  REQUIRE(files.size() > 50);
  for (const fs::path& file : files)
    for (const std::string& problem : problems_of(file.generic_string(), read(root() / file)))
      FAIL_CHECK(problem);
}

TEST_CASE("tidy: README.md names every option") {
  const std::string readme = read(root() / "README.md");
  REQUIRE(!readme.empty());
  for (const Option& option : options()) {
    const std::string name(option.flag.empty() ? option.key : option.flag);
    if (!has_word(readme, name)) FAIL_CHECK(name << " is not in README.md");
  }
}

}  // namespace edge
