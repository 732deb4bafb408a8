// Which signatures prove nothing, by their algorithm alone.
#include "runtime/tls/signature_digest.h"

#include <doctest/doctest.h>
#include <openssl/x509.h>

#include "runtime/base/bytes.h"

using namespace edge;
using namespace edge::tls;

namespace {

/// What is said of the AlgorithmIdentifier of this DER.
std::string said_of(BytesView der) {
  const unsigned char* at = der.data();
  X509_ALGOR* algorithm = d2i_X509_ALGOR(nullptr, &at, static_cast<long>(der.size()));
  REQUIRE(algorithm != nullptr);
  const auto why = weak_digest(algorithm);
  X509_ALGOR_free(algorithm);
  return why.value_or("");
}

// The content of id-RSASSA-PSS, 1.2.840.113549.1.1.10, with its tag and length.
constexpr std::uint8_t pss[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a};

std::string said_of_pss(const Bytes& parameters) {
  Bytes der{0x30, static_cast<std::uint8_t>(sizeof pss + parameters.size())};
  der.insert(der.end(), std::begin(pss), std::end(pss));
  der.insert(der.end(), parameters.begin(), parameters.end());
  return said_of(der);
}

/// RSASSA-PSS-params that name the digest id-sha`last`, 2.16.840.1.101.3.4.2.`last`, and nothing else.
Bytes over_sha2(std::uint8_t last) {
  return {0x30, 0x0f, 0xa0, 0x0d, 0x30, 0x0b, 0x06, 0x09, 0x60,
          0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last};
}

}  // namespace

TEST_CASE("T41: RSA-PSS without parameters, or with some that cannot be read, is over SHA-1") {
  const std::string weak = "it is signed with SHA1, which is too weak";
  CHECK(said_of_pss({}) == weak);
  CHECK(said_of_pss({0x05, 0x00}) == weak);
  CHECK(said_of_pss({0x30, 0x00}) == weak);
  CHECK(said_of_pss({0x04, 0x02, 0x30, 0x00}) == weak);
  Bytes broken = over_sha2(1);
  broken[3] = 0x0e;
  CHECK(said_of_pss(broken) == weak);
  // Only the salt's length is given.
  CHECK(said_of_pss({0x30, 0x05, 0xa2, 0x03, 0x02, 0x01, 0x20}) == weak);
}

TEST_CASE("T41: RSA-PSS over MD5 is too weak") {
  // id-md5, 1.2.840.113549.2.5, with parameters NULL
  CHECK(said_of_pss({0x30, 0x10, 0xa0, 0x0e, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02,
                     0x05, 0x05, 0x00}) == "it is signed with MD5, which is too weak");
}

TEST_CASE("T41: RSA with MD5 and ECDSA with SHA-1 are too weak") {
  // 1.2.840.113549.1.1.4 and 1.2.840.10045.4.1
  const Bytes md5_rsa{0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                      0xf7, 0x0d, 0x01, 0x01, 0x04, 0x05, 0x00};
  const Bytes sha1_ecdsa{0x30, 0x09, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01};
  CHECK(said_of(md5_rsa) == "it is signed with MD5, which is too weak");
  CHECK(said_of(sha1_ecdsa) == "it is signed with SHA1, which is too weak");
}

TEST_CASE("RSA-PSS over SHA-2, ECDSA with SHA-256 and Ed25519 are strong enough") {
  for (const std::uint8_t sha2 : {1, 2, 3}) CHECK(said_of_pss(over_sha2(sha2)) == "");
  const Bytes sha256_ecdsa{0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
  const Bytes ed25519{0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};
  CHECK(said_of(sha256_ecdsa) == "");
  CHECK(said_of(ed25519) == "");
}
