// The renderings of distinguished names, byte for byte.
#include "runtime/tls/distinguished_name.h"

#include <doctest/doctest.h>

#include "tests/tls/pki.h"

using namespace edge::tls;
using pki::name_of;
using namespace std::string_literals;

TEST_CASE("T33: the documented CA's name is rendered as Cloudflare renders it") {
  const auto name = name_of({{"C", "US", V_ASN1_PRINTABLESTRING},
                             {"ST", "California"},
                             {"L", "San Francisco"},
                             {"O", "Cloudflare, Inc."},
                             {"OU", "www.cloudflare.com"},
                             {"CN", "Managed CA abcdefghijklmnopq123456789"}});
  CHECK(name_rfc2253(name.get()) ==
        R"(CN=Managed CA abcdefghijklmnopq123456789,OU=www.cloudflare.com,O=Cloudflare\, Inc.,)"
        R"(L=San Francisco,ST=California,C=US)");
  CHECK(name_legacy(name.get()) ==
        "/C=US/ST=California/L=San Francisco/O=Cloudflare, Inc./OU=www.cloudflare.com/CN=Managed CA "
        "abcdefghijklmnopq123456789");
}

TEST_CASE("T33: a name in cfssl's order is reversed as it stands") {
  const auto name = name_of({{"C", "US"},
                             {"O", "Access"},
                             {"OU", "Access Admins"},
                             {"L", "Austin"},
                             {"ST", "Texas"},
                             {"CN", "James Royal"}});
  CHECK(name_rfc2253(name.get()) == "CN=James Royal,ST=Texas,L=Austin,OU=Access Admins,O=Access,C=US");
}

TEST_CASE("T33: RFC 2253 escapes what has a meaning in it") {
  const auto rendered = [](const std::string& value) { return name_rfc2253(name_of({{"CN", value}}).get()); };
  CHECK(rendered("a,b") == R"(CN=a\,b)");
  CHECK(rendered("a+b") == R"(CN=a\+b)");
  CHECK(rendered("a\"b") == R"(CN=a\"b)");
  CHECK(rendered("a\\b") == R"(CN=a\\b)");
  CHECK(rendered("a<b>c;d") == R"(CN=a\<b\>c\;d)");
  CHECK(rendered("#a") == R"(CN=\#a)");
  CHECK(rendered(" a ") == R"(CN=\ a\ )");
  CHECK(rendered("Zo\xC3\xAB") == R"(CN=Zo\C3\AB)");
  CHECK(rendered("a=b/c") == "CN=a=b/c");
}

TEST_CASE("T33: an attribute without a name is its number and the DER of its value") {
  const auto name = name_of({{"1.2.3.4", "abc"}, {"emailAddress", "a@b.c", V_ASN1_IA5STRING}});
  CHECK(name_rfc2253(name.get()) == "emailAddress=a@b.c,1.2.3.4=#0C03616263");
  CHECK(name_legacy(name.get()) == "/1.2.3.4=abc/emailAddress=a@b.c");
}

TEST_CASE("T33: of a type's very long number the strings have what nginx has, the parts have it whole") {
  const std::string start = "1.3.6.1.4.1.99999.1234567890.1234567890.1234567890.1234567890.1234567890.123456";
  const std::string one = start + "7890.1234567890.1234567890.1234567890.1234567890.1234567890.1",
                    two = one.substr(0, one.size() - 1) + "2";
  REQUIRE(one.size() > 128);
  const auto name = name_of({{"CN", "x"}, {one, "abc"}, {two, "abc"}});
  const auto parts = name_parts(name.get());
  REQUIRE(parts.size() == 3);
  CHECK(parts[1] == RelativeName{{one, "abc"}});
  CHECK(parts[2] == RelativeName{{two, "abc"}});
  // nginx 1.30 was asked, with such a certificate.
  CHECK(name_rfc2253(name.get()) == start + "=#0C03616263," + start + "=#0C03616263,CN=x");
  CHECK(name_legacy(name.get()) == "/CN=x/" + start + "=abc/" + start + "=abc");
}

TEST_CASE("T33: the legacy form escapes no separator, only what is not printable ASCII") {
  const auto name = name_of({{"C", "US"}, {"O", "Cloudflare, Inc."}, {"OU", "a+b"}, {"CN", "Zo\xC3\xAB x"}});
  CHECK(name_legacy(name.get()) == R"(/C=US/O=Cloudflare, Inc./OU=a+b/CN=Zo\xC3\xAB x)");
}

TEST_CASE("T32: attributes of one relative name stay together, and every one is listed") {
  const auto name = name_of({{"O", "Ex, Inc"},
                             {"OU", "a", V_ASN1_UTF8STRING, true},
                             {"CN", "first"},
                             {"CN", "second"},
                             {"CN", ""}});
  CHECK(name_rfc2253(name.get()) == R"(CN=,CN=second,CN=first,O=Ex\, Inc+OU=a)");
  const auto parts = name_parts(name.get());
  REQUIRE(parts.size() == 4);
  CHECK(parts[0] == RelativeName{{"OU", "a"}, {"O", "Ex, Inc"}});
  CHECK(parts[1] == RelativeName{{"CN", "first"}});
  CHECK(parts[2] == RelativeName{{"CN", "second"}});
  CHECK(parts[3] == RelativeName{{"CN", ""}});
}

TEST_CASE("T32: the order in which a relative name's attributes were given does not matter, DER sorts them") {
  const auto one = name_of({{"CN", "x"}, {"OU", "y", V_ASN1_UTF8STRING, true}}),
             two = name_of({{"OU", "y"}, {"CN", "x", V_ASN1_UTF8STRING, true}});
  CHECK(name_rfc2253(one.get()) == "OU=y+CN=x");
  CHECK(name_rfc2253(two.get()) == "OU=y+CN=x");
  CHECK(name_legacy(two.get()) == "/CN=x/OU=y");
}

TEST_CASE("T24: line breaks and NULs of a name never reach a rendering raw") {
  const auto name = name_of({{"CN", "a\r\nX-Admin: 1\0b\x7f"s}});
  CHECK(name_rfc2253(name.get()) == R"(CN=a\0D\0AX-Admin: 1\00b\7F)");
  CHECK(name_legacy(name.get()) == R"(/CN=a\x0D\x0AX-Admin: 1\x00b\x7F)");
  CHECK(name_parts(name.get())[0][0].value == "a\r\nX-Admin: 1\0b\x7f"s);
}

TEST_CASE("T24: BMPString, emoji and T61String are rendered as escaped UTF-8") {
  const auto rendered = [](const std::string& value, int type) {
    return name_rfc2253(name_of({{"CN", value, type}}).get());
  };
  CHECK(rendered("\0Z\0o\0\xEB"s, V_ASN1_BMPSTRING) == R"(CN=Zo\C3\AB)");
  CHECK(rendered("\xF0\x9F\x98\x80", V_ASN1_UTF8STRING) == R"(CN=\F0\9F\98\80)");
  CHECK(rendered("Zo\xEB", V_ASN1_T61STRING) == R"(CN=Zo\C3\AB)");
}

TEST_CASE("T24: a name of broken UTF-8 is none, so no certificate with it is read") {
  CHECK(name_of({{"O", "good"}, {"CN", "admin\xFF\xFE"}}) == nullptr);
}

TEST_CASE("an empty name is rendered as nothing") {
  const auto name = name_of({});
  CHECK(name_rfc2253(name.get()).empty());
  CHECK(name_legacy(name.get()).empty());
  CHECK(name_parts(name.get()).empty());
}
