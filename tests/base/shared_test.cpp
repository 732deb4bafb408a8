// Values that are shared until somebody edits them.
#include "runtime/base/shared.h"

#include <doctest/doctest.h>

#include <string>

using edge::Shared;

TEST_CASE("shared: an edit is seen by nobody else") {
  Shared<std::string> one(std::string("a"));
  const Shared<std::string> other = one;
  CHECK(&*one == &*other);
  one.edit() += "b";
  CHECK(*one == "ab");
  CHECK(*other == "a");
}

TEST_CASE("shared: who holds it alone edits it where it is") {
  Shared<std::string> one(std::string("a"));
  const std::string* before = &*one;
  one.edit() = "b";
  CHECK(&*one == before);
}

TEST_CASE("shared: the default is one object, and stays what it is") {
  Shared<std::string> one;
  const Shared<std::string> other;
  CHECK(&*one == &*other);
  one.edit() = "a";
  CHECK(other->empty());
  CHECK(Shared<std::string>()->empty());
}
