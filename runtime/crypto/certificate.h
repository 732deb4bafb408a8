// A certificate as people look into one, with the texts that Node.js has for its fields.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/crypto/key.h"

struct x509_st;

namespace edge::crypto {

struct CertificateFree {
  void operator()(x509_st* p) const;
};

class Certificate {
 public:
  /// DER, or PEM whose first certificate counts.
  static Result<Certificate> read(BytesView bytes);

  /// One attribute a line, as "CN=alice".
  [[nodiscard]] std::string subject() const;
  [[nodiscard]] std::string issuer() const;
  /// "Nov  1 17:00:00 2029 GMT"
  [[nodiscard]] std::string valid_from() const;
  [[nodiscard]] std::string valid_to() const;
  /// Upper-case hex.
  [[nodiscard]] std::string serial_number() const;
  /// "DNS:example.com, IP Address:127.0.0.1"; nothing without the extension. A value that could be read as
  /// two has JSON's quotes (CVE-2021-44532).
  [[nodiscard]] std::optional<std::string> subject_alt_name() const;
  /// Dotted OIDs of the extended key usage.
  [[nodiscard]] std::vector<std::string> extended_key_usage() const;
  [[nodiscard]] bool is_ca() const;
  [[nodiscard]] Bytes der() const;
  [[nodiscard]] Result<KeyPtr> public_key() const;

  enum class NameKind : std::uint8_t { host, email, address };
  /// RFC 6125: whether the certificate is for that name.
  [[nodiscard]] bool is_for(NameKind kind, const std::string& name) const;
  /// Whether `issuer` can have signed this by its name and extensions; the signature is not looked at.
  [[nodiscard]] bool is_issued_by(const Certificate& issuer) const;
  /// Whether the key made this one's signature.
  [[nodiscard]] bool is_signed_by(const Key& public_key) const;
  [[nodiscard]] bool has_key(const Key& private_key) const;

 private:
  std::unique_ptr<x509_st, CertificateFree> certificate_;
};

}  // namespace edge::crypto
