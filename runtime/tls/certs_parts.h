// What making certificates, lists and keys has in common. For .cpp files of this folder only: it includes
// OpenSSL's types by name alone.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"
#include "runtime/tls/certs.h"

struct asn1_string_st;
struct AUTHORITY_KEYID_st;
struct bio_st;
struct evp_md_st;

namespace edge::tls {

struct IntegerFree {
  void operator()(asn1_string_st* p) const;
};
struct OctetStringFree {
  void operator()(asn1_string_st* p) const;
};
struct AuthorityFree {
  void operator()(AUTHORITY_KEYID_st* p) const;
};
using Integer = std::unique_ptr<asn1_string_st, IntegerFree>;
using OctetString = std::unique_ptr<asn1_string_st, OctetStringFree>;
using Authority = std::unique_ptr<AUTHORITY_KEYID_st, AuthorityFree>;

/// ErrorKind::config with `what` and OpenSSL's reason.
std::unexpected<Error> openssl_failure(std::string what);

/// Keeps the octets as they are: a negative or zero serial can be made, as strangers' CAs make them (T34).
Result<Integer> integer_of(const Bytes& octets);

Result<KeyPtr> make_key(KeyType type);
/// What the key signs over: SHA-384 for P-384, none for Ed25519, which brings its own, else SHA-256.
const evp_md_st* signing_digest(const evp_pkey_st* key);

/// Its subjectKeyIdentifier, or what it would be: SHA-1 of the public key (RFC 5280 section 4.2.1.2 (1)).
OctetString key_id_of(const x509_st* certificate);
/// The authority key identifier that names the key of `ca`.
Authority authority_of(const x509_st* ca);

/// What was written to a memory BIO.
std::string text_of(bio_st* bio);

}  // namespace edge::tls
