// Files as trees: what is no JSON, with its line; then comments, commas and lines.
#include "runtime/base/document.h"

#include <doctest/doctest.h>

namespace edge {
namespace {

std::string json_error(std::string_view text) {
  const auto tree = parse_json(text, "wrangler.jsonc");
  REQUIRE(!tree);
  return tree.error().message;
}

}  // namespace

TEST_CASE("document: what is no JSON is refused with its line") {
  CHECK(json_error("{\n  \"a\": 1,\n  b: 2\n}\n").starts_with("wrangler.jsonc:3: this is not JSON: "));
  CHECK(json_error("").starts_with("wrangler.jsonc:1: this is not JSON: "));
  CHECK(json_error("{\n\"a\": 1").starts_with("wrangler.jsonc:2: this is not JSON: "));
  CHECK(json_error("{}\n{}").starts_with("wrangler.jsonc:2: this is not JSON: "));
  CHECK(json_error("{\n\"a\": 1,\n\"a\": 2}").starts_with("wrangler.jsonc:3: this is not JSON: "));
  CHECK(json_error(std::string(100'000, '[')).starts_with("wrangler.jsonc:1: this is not JSON: "));
}

TEST_CASE("document: JSON with comments and trailing commas is a tree that knows its lines") {
  const auto tree = parse_json(
      "\xEF\xBB\xBF// what it is\n{\n  \"name\": \"a\\u0062\", /* and\n more */ \"list\": [1, 2.5, true,\n "
      "null,],\n"
      "  \"inner\": {\"x\": 18446744073709551615,},\n}\n// end",
      "wrangler.jsonc");
  REQUIRE_MESSAGE(tree.has_value(), tree.error().message);
  CHECK(*tree->find("name")->as<std::string>() == "ab");
  CHECK(tree->find("list")->line == 4);
  const auto& list = *tree->find("list")->as<Node::Array>();
  CHECK(*list[0].as<std::int64_t>() == 1);
  CHECK(list[3].line == 5);
  CHECK(tree->find("inner")->line == 6);
  CHECK(tree->find("none") == nullptr);
  CHECK(json_of(*tree->find("list")) == "[1,2.5E0,true,null]");
}

TEST_CASE("document: TOML is the same tree, in the order of the file") {
  const auto tree = parse_toml("b = 1\na = 1979-05-27\n[t]\nx = [true, 0.5]\n", "wrangler.toml");
  REQUIRE_MESSAGE(tree.has_value(), tree.error().message);
  CHECK((*tree->as<Node::Table>())[0].key == "b");
  CHECK((*tree->as<Node::Table>())[2].line == 3);
  CHECK(*tree->find("a")->as<std::string>() == "1979-05-27");
  CHECK(json_of(*tree->find("t")) == R"({"x":[true,5E-1]})");
}

}  // namespace edge
