// Certificates as people look into them.
#include "runtime/crypto/certificate.h"

#include <doctest/doctest.h>

#include <string_view>

namespace edge::crypto {

namespace {

// CN=alice of O="a, b", signed by itself.
constexpr std::string_view alice =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIB1TCCAXugAwIBAgIBHzAKBggqhkjOPQQDAjAsMQswCQYDVQQGEwJERTENMAsG\n"
    "A1UECgwEYSwgYjEOMAwGA1UEAwwFYWxpY2UwHhcNMjQwMTAxMDAwMDAwWhcNMzkx\n"
    "MTAxMTcwMDAwWjAsMQswCQYDVQQGEwJERTENMAsGA1UECgwEYSwgYjEOMAwGA1UE\n"
    "AwwFYWxpY2UwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS2Eausk4exulB2dMV3\n"
    "wI+NET3Wzg2VJEiIuvmJDXxYLNy/43aB69XoqdzEe0KF6iGXupRaoKYb4+N5KFew\n"
    "yg5Ko4GNMIGKMAwGA1UdEwEB/wQCMAAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwRgYD\n"
    "VR0RBD8wPYINYWxpY2UuZXhhbXBsZYcEfwAAAYYMc3BpZmZlOi8veC95gQ1hQGV4\n"
    "YW1wbGUuY29tggRldmlsggNib2IwHQYDVR0OBBYEFMUwP2qhSTucrX6BzvZb9Wjo\n"
    "zcDJMAoGCCqGSM49BAMCA0gAMEUCIFy8AIdXCowrqfCKLP8+uIp2WCP88w+fVNO6\n"
    "xvVOl3XGAiEAmGX3bsg+FRRk1b56IvPEGZWY8ZbhO/xlj1WIYD6jD8s=\n"
    "-----END CERTIFICATE-----\n";

}  // namespace

TEST_CASE("certificate: bytes that are none, or are followed by others, are refused") {
  const auto certificate = Certificate::read(as_bytes(alice));
  REQUIRE(certificate);
  Bytes der = certificate->der();
  CHECK(Certificate::read(der));
  der.push_back(0);
  CHECK(!Certificate::read(der));
  CHECK(!Certificate::read({}));
  CHECK(!Certificate::read(as_bytes(alice.substr(0, alice.size() / 2))));
  CHECK(!Certificate::read(Bytes(2'000'000, 'x')));
  forget_errors();
}

TEST_CASE("certificate: its fields are the texts that Node.js has") {
  const auto certificate = Certificate::read(as_bytes(alice));
  REQUIRE(certificate);
  CHECK(certificate->subject() == "C=DE\nO=a\\, b\nCN=alice");
  CHECK(certificate->issuer() == certificate->subject());
  CHECK(certificate->valid_from() == "Jan  1 00:00:00 2024 GMT");
  CHECK(certificate->valid_to() == "Nov  1 17:00:00 2039 GMT");
  CHECK(certificate->serial_number() == "1F");
  CHECK(certificate->subject_alt_name() ==
        "DNS:alice.example, IP Address:127.0.0.1, URI:spiffe://x/y, email:a@example.com, DNS:evil, DNS:bob");
  CHECK(certificate->extended_key_usage() == std::vector<std::string>{"1.3.6.1.5.5.7.3.2"});
  CHECK(!certificate->is_ca());
}

TEST_CASE("certificate: it is for its own names, and signed by its own key") {
  using enum Certificate::NameKind;
  const auto certificate = Certificate::read(as_bytes(alice));
  REQUIRE(certificate);
  CHECK(!certificate->is_for(host, "mallory.example"));
  CHECK(!certificate->is_for(host, std::string("alice.example\0.mallory.example", 30)));
  CHECK(!certificate->is_for(address, "127.0.0.2"));
  CHECK(certificate->is_for(host, "alice.example"));
  CHECK(certificate->is_for(address, "127.0.0.1"));
  CHECK(certificate->is_for(email, "a@example.com"));
  const auto own = certificate->public_key();
  const auto other = generate_pair("P-256");
  REQUIRE((own && other));
  CHECK(kind_of(**own) == "P-256");
  CHECK(certificate->is_signed_by(**own));
  CHECK(!certificate->is_signed_by(*other->public_key));
  CHECK(!certificate->has_key(*other->private_key));
  forget_errors();
}

}  // namespace edge::crypto
