// Keys, serial numbers and key identifiers of what is made here.
#include "runtime/tls/certs_parts.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "runtime/tls/asn1.h"

namespace edge::tls {

void IntegerFree::operator()(ASN1_INTEGER* p) const { ASN1_INTEGER_free(p); }
void OctetStringFree::operator()(ASN1_OCTET_STRING* p) const { ASN1_OCTET_STRING_free(p); }
void AuthorityFree::operator()(AUTHORITY_KEYID* p) const { AUTHORITY_KEYID_free(p); }

std::unexpected<Error> openssl_failure(std::string what) {
  return fail(ErrorKind::config, std::move(what) + ": " + openssl_reason());
}

Result<Integer> integer_of(const Bytes& octets) {
  if (octets.empty() || octets.size() > 127)
    return fail(ErrorKind::config, "a serial number has 1 to 127 octets");
  Bytes der{V_ASN1_INTEGER, static_cast<std::uint8_t>(octets.size())};
  der.insert(der.end(), octets.begin(), octets.end());
  const unsigned char* at = der.data();
  Integer integer{d2i_ASN1_INTEGER(nullptr, &at, static_cast<long>(der.size()))};
  if (integer == nullptr) return openssl_failure("serial number " + hex_upper(octets) + " is no DER integer");
  return integer;
}

Result<KeyPtr> make_key(KeyType type) {
  KeyPtr key;
  switch (type) {
    case KeyType::ec_p256:
      key.reset(EVP_EC_gen("P-256"));
      break;
    case KeyType::ec_p384:
      key.reset(EVP_EC_gen("P-384"));
      break;
    case KeyType::rsa_2048:
      key.reset(EVP_RSA_gen(2048));
      break;
    case KeyType::rsa_3072:
      key.reset(EVP_RSA_gen(3072));
      break;
    case KeyType::rsa_4096:
      key.reset(EVP_RSA_gen(4096));
      break;
    case KeyType::ed25519:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      break;
  }
  if (key == nullptr) return openssl_failure("cannot make a key");
  return key;
}

const EVP_MD* signing_digest(const EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_ED25519) return nullptr;
  constexpr int bits_of_p384 = 384;
  return kind == EVP_PKEY_EC && EVP_PKEY_get_bits(key) >= bits_of_p384 ? EVP_sha384() : EVP_sha256();
}

OctetString key_id_of(const X509* certificate) {
  if (const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(const_cast<X509*>(certificate)); id != nullptr) {
    return OctetString{ASN1_OCTET_STRING_dup(id)};
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  check(X509_pubkey_digest(certificate, EVP_sha1(), digest, &size) == 1);
  OctetString id{ASN1_OCTET_STRING_new()};
  ASN1_OCTET_STRING_set(id.get(), digest, static_cast<int>(size));
  return id;
}

Authority authority_of(const X509* ca) {
  Authority authority{AUTHORITY_KEYID_new()};
  authority->keyid = key_id_of(ca).release();
  return authority;
}

std::string text_of(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace edge::tls
