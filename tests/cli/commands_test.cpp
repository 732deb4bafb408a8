// Which command a command line means, and what help and version say.
#include "runtime/cli/commands.h"

#include <doctest/doctest.h>

#include "runtime/base/options.h"
#include "runtime/cli/version.h"

namespace edge::cli {
namespace {

Error error_of(const std::vector<std::string>& arguments) {
  const auto code = run_command(arguments);
  REQUIRE(!code);
  return code.error();
}

}  // namespace

TEST_CASE("commands: an unknown command is a usage error with the one it resembles") {
  CHECK(error_of({"chekc"}).kind == ErrorKind::usage);
  CHECK(error_of({"chekc"}).message == "there is no command chekc; did you mean check?");
  CHECK(error_of({"frobnicate"}).message == "there is no command frobnicate");
  CHECK(error_of({"help", "sevre"}).message == "there is no command sevre; did you mean serve?");
}

TEST_CASE("commands: a script or an option in first place means serve") {
  CHECK(error_of({"./missing.js"}).message == "script: ./missing.js does not exist");
  CHECK(error_of({"./missing.js"}).kind == ErrorKind::config);
  CHECK(error_of({"--lisen=1"}).message == "there is no option --lisen; did you mean --listen?");
  CHECK(error_of({"serve", "--lisen=1"}).kind == ErrorKind::usage);
}

TEST_CASE("commands: version takes --json or nothing") {
  CHECK(error_of({"version", "--jsno"}).kind == ErrorKind::usage);
  const std::string text = version_text();
  for (const char* name : {"edge-run ", "v8 ", "openssl ", "boost "})
    CHECK(text.find(name) != std::string::npos);
  const std::string json = version_json();
  CHECK(json.starts_with("{\"edge-run\":\"" EDGE_RUN_VERSION "\",\"v8\":\"1"));
  CHECK(json.ends_with("\"}\n"));
}

TEST_CASE("commands: the overview names every command and exit code, the help of serve every option") {
  const std::string text = overview();
  for (const Command& command : commands())
    CHECK(text.find("\n  " + std::string(command.name)) != std::string::npos);
  for (const char* code : {"  0  ", "  1  ", "  2  ", "  3  ", "  4  "})
    CHECK(text.find(code) != std::string::npos);
  for (const Command& command : commands()) {
    if (!command.takes_options) continue;
    const std::string help = help_of(command);
    CHECK(help.find("Examples:\n") != std::string::npos);
    for (const Option& option : options()) CHECK(help.find(option.flag) != std::string::npos);
  }
}

TEST_CASE("commands: help succeeds") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"},
                                                {"help"},
                                                {"-h"},
                                                {"help", "check"},
                                                {"check", "--help"},
                                                {"policy.js", "--help"},
                                                {"--version"},
                                                {"test", "--help"}}) {
    CAPTURE(words.front());
    CHECK(run_command(words) == 0);
  }
}

}  // namespace edge::cli
