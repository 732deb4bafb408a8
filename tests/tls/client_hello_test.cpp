// Facts of a client hello, whole and broken.
#include "runtime/tls/client_hello.h"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace edge;
using namespace edge::tls;

namespace {

/// Two ciphers, the extensions 0x0a0b (empty) and 0x002b (two bytes).
Bytes hello() {
  Bytes bytes{1, 0, 0, 0, 3, 3};
  bytes.insert(bytes.end(), 32, 0xAB);
  for (const int byte : {0,
                         /*ciphers*/ 0,
                         4,
                         0x13,
                         0x01,
                         0x13,
                         0x02,
                         /*compression*/ 1,
                         0,
                         /*extensions*/ 0,
                         10,
                         0x0a,
                         0x0b,
                         0,
                         0,
                         0,
                         0x2b,
                         0,
                         2,
                         3,
                         4}) {
    bytes.push_back(static_cast<std::uint8_t>(byte));
  }
  bytes[3] = static_cast<std::uint8_t>(bytes.size() - 4);
  return bytes;
}

}  // namespace

TEST_CASE("client hello: its length, random, ciphers and extension types come out in Cloudflare's forms") {
  const ClientHelloFacts facts = client_hello_facts(hello());
  CHECK(facts.length == "55");
  CHECK(facts.random == "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=");
  CHECK(facts.ciphers_sha1 == "Qd61g4NWo50bUp+Nt8pFOx0Pwto=");
  CHECK(facts.extensions_sha1 == "1s9nSMa095EJ4B38WRD97JMOrTU=");
  CHECK(facts.extensions_sha1_le == "hWPCFa8p4VuKG4n1zfryE6LN3RA=");
}

TEST_CASE("client hello: one that ends anywhere gives what was whole, and reads nothing beyond") {
  const Bytes whole = hello();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CAPTURE(size);
    const bool ends_before_extensions = size == whole.size() - 12;
    CHECK(client_hello_facts(part).extensions_sha1.empty() == !ends_before_extensions);
  }
}

TEST_CASE("client hello: a server name extension holds one host name, or nothing that counts") {
  const Bytes good{0, 6, 0, 0, 3, 'a', '.', 'b'};
  CHECK(server_name(good) == "a.b");
  const Bytes bad[] = {
      {},
      {0, 0},
      {0, 6, 0, 0, 3, 'a', '.'},
      {0, 6, 1, 0, 3, 'a', '.', 'b'},
      {0, 3, 0, 0, 0},
      {0, 7, 0, 0, 3, 'a', '.', 'b'},
      {0, 6, 0, 0, 3, 'a', '.', 'b', 'x'},
      {0, 6, 0, 0, 2, 'a', '.', 'b'},
      {0, 10, 0, 0, 1, 'a', 0, 0, 1, 'b', 0, 0},
  };
  for (const Bytes& bytes : bad) CHECK_FALSE(server_name(bytes).has_value());
}
