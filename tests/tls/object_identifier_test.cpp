// OIDs as text, of any size.
#include "runtime/tls/object_identifier.h"

#include <doctest/doctest.h>
#include <openssl/objects.h>

using namespace edge::tls;

namespace {

std::string again(const std::string& text) {
  ASN1_OBJECT* object = OBJ_txt2obj(text.c_str(), 1);
  REQUIRE(object != nullptr);
  std::string written = dotted(object);
  ASN1_OBJECT_free(object);
  return written;
}

}  // namespace

TEST_CASE("no OID is cut off, however long, and one that OpenSSL does not write is nothing") {
  CHECK(again("1.2.3.4") == "1.2.3.4");
  CHECK(again("2.5.4.3") == "2.5.4.3");
  std::string text = "1.3";
  while (text.size() < 1000) text += ".1234567890";
  CHECK(again(text) == text);
  while (text.size() < 4000) text += ".1234567890";
  CHECK(again(text) == "");
}
