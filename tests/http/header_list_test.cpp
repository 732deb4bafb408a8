// Header lists: order and case are kept, names compare without case.
#include "runtime/http/header_list.h"

#include <doctest/doctest.h>

#include <string>

using edge::http::HeaderList;

namespace {

std::string all(const HeaderList& list) {
  std::string text;
  for (std::size_t at = 0; at < list.size(); ++at)
    text += std::string(list[at].name) + "=" + std::string(list[at].value) + ";";
  return text;
}

}  // namespace

TEST_CASE("header list: keeps order, case and duplicates") {
  HeaderList list;
  list.append("Set-Cookie", "a");
  list.append("X-a", "");
  list.append("set-cookie", "b");
  CHECK(all(list) == "Set-Cookie=a;X-a=;set-cookie=b;");
  CHECK(list.find("SET-COOKIE") == "a");
  CHECK(list.count("set-Cookie") == 2);
  CHECK(list.find("X-b") == std::nullopt);
  CHECK(list.find("X-a") == "");
}

TEST_CASE("header list: changes that are invalid make the list useless") {
  for (const char* text :
       {"+a b\nx\n", "+\nx\n", "+a:\nx\n", "+a\nx\ry\n", "+a\nx", "+a\n", "+a", "+a\n x\n", "+a\nx\nb\n",
        "\n", "+a\nx\n+", "a\nx\n", "*a\nx\n", "=a\nx \n", "-\n\n", "-a\n"}) {
    CAPTURE(text);
    HeaderList list;
    list.append("a", "1");
    CHECK_FALSE(list.apply(text));
    CHECK_FALSE(HeaderList().apply(text));
  }
  CHECK_FALSE(HeaderList().apply(std::string("+a\nx\0y\n", 7)));
  HeaderList invalid;
  invalid.append("a", " 1");
  CHECK_FALSE(invalid.apply("+b\n2\n"));
}

TEST_CASE("header list: changes come one after the other") {
  HeaderList list;
  list.append("A", "1");
  list.append("b", "2");
  CHECK(list.apply(""));
  CHECK(list.apply("+a\n3\n+c\n\n-B\n\n+b\n4\n=D\n5\n=d\n6\n-e\n\n"));
  CHECK(all(list) == "A=1;a=3;c=;b=4;d=6;");
  CHECK(list.is_valid());
  CHECK(list.apply("=a\n7\n"));
  CHECK(all(list) == "a=7;c=;b=4;d=6;");
}

TEST_CASE("header list: to put a header replaces the first and removes the others") {
  HeaderList list;
  list.append("A", "1");
  list.append("b", "2");
  list.append("a", "3");
  list.append("c", "4");
  CHECK(list.apply("=a\n5\n"));
  CHECK(all(list) == "a=5;b=2;c=4;");
  CHECK(list.apply("=d\n6\n"));
  CHECK(all(list) == "a=5;b=2;c=4;d=6;");
}

TEST_CASE("header list: remove and remove_if take all that match") {
  HeaderList list;
  for (const char* name : {"A", "b", "a", "c", "B"}) list.append(name, "1");
  list.remove("a");
  CHECK(all(list) == "b=1;c=1;B=1;");
  list.remove_if([](std::string_view name) { return name == "B"; });
  CHECK(all(list) == "b=1;c=1;");
}

TEST_CASE("header list: its own views may be appended to it while it grows") {
  HeaderList list;
  list.append("name", "value-of-some-length");
  for (int i = 0; i < 200; ++i) list.append(list[0].name, list[0].value);
  CHECK(list.size() == 201);
  CHECK(list[200].value == "value-of-some-length");
}

TEST_CASE("header list: a copy is independent") {
  HeaderList list;
  list.append("a", "1");
  HeaderList copy = list;
  CHECK(copy.apply("=a\n2\n"));
  CHECK(list.find("a") == "1");
  CHECK(copy.find("a") == "2");
}

TEST_CASE("header list: a list behind another is looked at like each of its headers") {
  HeaderList list, more;
  list.append("a", "1");
  more.append("b", "2");
  more.append("a", "3");
  SUBCASE("where both were found valid") {
    CHECK(list.is_valid());
    list.append(more);
    CHECK(list.is_valid());
    CHECK(list.size() == 3);
    CHECK(list.count("a") == 2);
    CHECK(list[2].value == "3");
  }
  SUBCASE("where the other is invalid") {
    more.append("a b", "4");
    CHECK(list.is_valid());
    list.append(more);
    CHECK_FALSE(list.is_valid());
  }
  SUBCASE("where the first is invalid") {
    list.append("c", "5\r\nd: 6");
    list.append(more);
    CHECK_FALSE(list.is_valid());
  }
  SUBCASE("where the first is a header of no bytes at all") {
    HeaderList empty_name;
    empty_name.append("", "");
    CHECK_FALSE(empty_name.is_valid());
    empty_name.append(more);
    CHECK_FALSE(empty_name.is_valid());
  }
  SUBCASE("where the other is a header of no bytes at all") {
    HeaderList empty_name;
    empty_name.append("", "");
    CHECK(list.is_valid());
    list.append(empty_name);
    CHECK_FALSE(list.is_valid());
  }
  SUBCASE("where the first was moved from") {
    CHECK(list.is_valid());
    const HeaderList moved = std::move(list);
    more.append("", "7");
    list.append(more);
    CHECK_FALSE(list.is_valid());
  }
}

TEST_CASE("names are tokens, values hold no line end and no NUL") {
  using namespace edge::http;
  CHECK(is_token("X-a_b.c!#$%&'*+^`|~0"));
  for (const char* bad : {"", "a b", "a:", "a\r", "\xc3\xa9", "a(", "a\x7f"}) CHECK_FALSE(is_token(bad));
  for (const char* good : {"", "a", "a b\tc", "\xc3\xa9", "\x01"}) CHECK(is_field_value(good));
  for (const char* bad : {" a", "a ", "\ta", "a\rb", "a\nb"}) CHECK_FALSE(is_field_value(bad));
  CHECK_FALSE(is_field_value(std::string_view("a\0b", 3)));
  CHECK(equal_ignoring_case("aZ[@`{", "Az[@`{"));
  CHECK_FALSE(equal_ignoring_case("[", "{"));
  CHECK_FALSE(equal_ignoring_case("a", "ab"));
}

TEST_CASE("header list: what is taken for valid is so up to there") {
  HeaderList list;
  list.append("a", "1");
  list.take_for_valid();
  CHECK(list.is_valid());
  list.append("b", "2\r\nc: 3");
  CHECK_FALSE(list.is_valid());
  CHECK_FALSE(HeaderList(list).is_valid());
}

TEST_CASE("header list: what comes after a look is looked at too") {
  HeaderList list;
  list.append("name", "value");
  CHECK(list.is_valid());
  SUBCASE("a header more") { list.append("a b", "1"); }
  SUBCASE("a value that breaks lines") { list.append("other", "1\r\nx: 2"); }
  SUBCASE("an empty name") { list.append("", ""); }
  SUBCASE("a list that was moved from") {
    const HeaderList moved = std::move(list);
    list = HeaderList();
    list.append("a b", "1");
  }
  CHECK_FALSE(list.is_valid());
  CHECK_FALSE(list.is_valid());
}
