// How the flags of a command of its own are told from its words.
#include "runtime/cli/command_words.h"

#include <doctest/doctest.h>

using namespace edge;
using namespace edge::cli;

namespace {

constexpr Flag known[] = {
    {"--out", Flag::Takes::value, "-o"}, {"--san", Flag::Takes::values}, {"--force", Flag::Takes::nothing}};

Result<CommandWords> read(const std::vector<std::string>& words) {
  return CommandWords::read("certs client", known, words);
}

std::string refusal(const std::vector<std::string>& words) {
  const auto done = read(words);
  return done ? "not refused" : done.error().message;
}

}  // namespace

TEST_CASE("command words: unknown, empty, lacking and repeated flags are refused") {
  CHECK(refusal({"--ot", "x"}) == "certs client: there is no option --ot; did you mean --out?");
  CHECK(refusal({"--out"}) == "certs client: --out needs a value");
  CHECK(refusal({"--out="}) == "certs client: --out needs a value");
  CHECK(refusal({"--out", "a", "-o", "b"}) == "certs client: --out is given more than once");
  CHECK(refusal({"--force=maybe"}) != "not refused");
  CHECK(refusal({"--force=false"}) == "certs client: --force takes no value");
}

TEST_CASE("command words: flags and words may stand in any order") {
  const auto words = read({"a.pem", "--san", "dns:x", "-o", "file", "b.pem", "--san=ip:::1", "--force"});
  REQUIRE(words);
  CHECK(words->rest() == std::vector<std::string>{"a.pem", "b.pem"});
  CHECK(words->all("--san") == std::vector<std::string>{"dns:x", "ip:::1"});
  CHECK(*words->find("--out") == "file");
  CHECK(words->has("--force"));
  CHECK(words->value_or("--key", "p256") == "p256");
}

TEST_CASE("command words: what follows -- is no flag") {
  const auto words = read({"--force", "--", "--out", "-"});
  REQUIRE(words);
  CHECK(words->rest() == std::vector<std::string>{"--out", "-"});
  CHECK_FALSE(words->has("--out"));
}
