// PKCS #12 files, read back by OpenSSL.
#include "runtime/tls/pkcs12.h"

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::tls;

TEST_CASE("a PKCS #12 file without a password is refused, and one opens with its password alone") {
  const auto ca = pki::root("ca");
  const auto client = pki::leaf(ca);
  CHECK_FALSE(make_pkcs12(client, {.name = "alice", .password = ""}));
  const auto der =
      make_pkcs12(client, {.name = "alice", .password = "söm", .chain = {ca.certificate.get()}}).value();
  const unsigned char* at = der.data();
  PKCS12* file = d2i_PKCS12(nullptr, &at, static_cast<long>(der.size()));
  REQUIRE(file != nullptr);
  CHECK(PKCS12_verify_mac(file, "som", -1) == 0);
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* chain = nullptr;
  REQUIRE(PKCS12_parse(file, "söm", &key, &certificate, &chain) == 1);
  CHECK(X509_cmp(certificate, client.certificate.get()) == 0);
  CHECK(X509_check_private_key(certificate, key) == 1);
  CHECK(sk_X509_num(chain) == 1);
  sk_X509_pop_free(chain, X509_free);
  X509_free(certificate);
  EVP_PKEY_free(key);
  PKCS12_free(file);
  ERR_clear_error();
}
