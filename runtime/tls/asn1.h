// Conversions from OpenSSL's ASN.1 values to ours, and its error queue, which must be empty when we return:
// what is left there makes an unrelated SSL_read look failed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/base/bytes.h"

struct asn1_string_st;
struct x509_st;
struct X509_name_st;

namespace edge::tls {

using Sha256 = std::array<std::uint8_t, 32>;

/// The DER content octets of an INTEGER: a positive number with its high bit set keeps its 00.
Bytes integer_octets(const asn1_string_st* integer);
/// Seconds since 1970 of a UTCTime or GeneralizedTime; nothing where it is neither.
std::optional<std::int64_t> seconds_of(const asn1_string_st* time);
Bytes der_of(const X509_name_st* name);
/// DER of the subjectPublicKeyInfo; empty where the certificate has none.
Bytes public_key_der(const x509_st* certificate);
Sha256 sha256(BytesView bytes);

/// The reason of OpenSSL's last failure, for a message; "unknown error" where it names none.
std::string openssl_reason();

/// Takes back every error that OpenSSL queued while it lives.
class ErrorMark {
 public:
  ErrorMark();
  ~ErrorMark();
  ErrorMark(const ErrorMark&) = delete;
};

}  // namespace edge::tls
