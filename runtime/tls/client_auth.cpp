// Builds the 21 values of request.cf.tlsClientAuth, byte for byte as Cloudflare prints them.
#include "runtime/tls/client_auth.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <format>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/distinguished_name.h"

namespace edge::tls {
namespace {

std::string key_id(const ASN1_OCTET_STRING* id) {
  if (id == nullptr) return "";
  return hex_upper({ASN1_STRING_get0_data(id), static_cast<std::size_t>(ASN1_STRING_length(id))});
}

/// X509_get0_subject_key_id fills a cache inside the certificate, under a lock of its own.
std::string subject_key_id(const X509* certificate) {
  return key_id(X509_get0_subject_key_id(const_cast<X509*>(certificate)));
}

std::string serial_of(const X509* certificate) {
  return hex_upper(integer_octets(X509_get0_serialNumber(certificate)));
}

/// "Nov  1 17:00:00 2029 GMT": the day is padded by a space, as ASN1_TIME_print does.
std::string date_text(const ASN1_TIME* time) {
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::tm t{};
  if (ASN1_TIME_to_tm(time, &t) != 1 || t.tm_mon < 0 || t.tm_mon > 11) return "";
  return std::format("{} {:2} {:02}:{:02}:{:02} {} GMT", months.substr(3 * t.tm_mon, 3), t.tm_mday, t.tm_hour,
                     t.tm_min, t.tm_sec, t.tm_year + 1900);
}

std::string fingerprint(BytesView der, const EVP_MD* algorithm) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  check(EVP_Digest(der.data(), der.size(), digest, &size, algorithm, nullptr) == 1);
  return hex_lower({digest, size});
}

void set_rfc9440(ClientAuth& auth, BytesView leaf, const std::vector<const X509*>& sent_after_leaf) {
  auth.rfc9440 = rfc9440_item(leaf);
  auth.rfc9440_too_large = auth.rfc9440.size() > rfc9440_leaf_bytes_max;
  if (auth.rfc9440_too_large) auth.rfc9440.clear();
  for (const X509* certificate : sent_after_leaf) {
    if (!auth.chain_rfc9440.empty()) auth.chain_rfc9440 += ", ";
    auth.chain_rfc9440 += rfc9440_item(certificate_to_der(certificate));
    auth.chain_rfc9440_too_large = auth.chain_rfc9440.size() > rfc9440_chain_bytes_max;
    if (auth.chain_rfc9440_too_large) break;
  }
  if (auth.chain_rfc9440_too_large) auth.chain_rfc9440.clear();
}

}  // namespace

const std::array<ClientAuthField, 21> client_auth_fields = {{
    {"certPresented", &ClientAuth::presented, nullptr},
    {"certVerified", &ClientAuth::verified, nullptr},
    {"certRevoked", &ClientAuth::revoked, nullptr},
    {"certIssuerDN", &ClientAuth::issuer_dn, nullptr},
    {"certSubjectDN", &ClientAuth::subject_dn, nullptr},
    {"certIssuerDNRFC2253", &ClientAuth::issuer_dn_rfc2253, nullptr},
    {"certSubjectDNRFC2253", &ClientAuth::subject_dn_rfc2253, nullptr},
    {"certIssuerDNLegacy", &ClientAuth::issuer_dn_legacy, nullptr},
    {"certSubjectDNLegacy", &ClientAuth::subject_dn_legacy, nullptr},
    {"certSerial", &ClientAuth::serial, nullptr},
    {"certIssuerSerial", &ClientAuth::issuer_serial, nullptr},
    {"certSKI", &ClientAuth::ski, nullptr},
    {"certIssuerSKI", &ClientAuth::issuer_ski, nullptr},
    {"certFingerprintSHA1", &ClientAuth::fingerprint_sha1, nullptr},
    {"certFingerprintSHA256", &ClientAuth::fingerprint_sha256, nullptr},
    {"certNotBefore", &ClientAuth::not_before, nullptr},
    {"certNotAfter", &ClientAuth::not_after, nullptr},
    {"certRFC9440", &ClientAuth::rfc9440, nullptr},
    {"certRFC9440TooLarge", nullptr, &ClientAuth::rfc9440_too_large},
    {"certChainRFC9440", &ClientAuth::chain_rfc9440, nullptr},
    {"certChainRFC9440TooLarge", nullptr, &ClientAuth::chain_rfc9440_too_large},
}};

ClientAuth client_auth_of(const X509* leaf, const std::vector<const X509*>& sent_after_leaf,
                          const Verification& verification) {
  const ErrorMark mark;
  ClientAuth auth;
  auth.presented = "1";
  auth.verified = verified_text(verification.code);
  auth.issuer_dn = auth.issuer_dn_rfc2253 = name_rfc2253(X509_get_issuer_name(leaf));
  auth.subject_dn = auth.subject_dn_rfc2253 = name_rfc2253(X509_get_subject_name(leaf));
  auth.issuer_dn_legacy = name_legacy(X509_get_issuer_name(leaf));
  auth.subject_dn_legacy = name_legacy(X509_get_subject_name(leaf));
  auth.serial = serial_of(leaf);
  auth.ski = subject_key_id(leaf);
  if (verification.issuer != nullptr) {
    auth.issuer_serial = serial_of(verification.issuer);
    auth.issuer_ski = subject_key_id(verification.issuer);
  }
  const Bytes der = certificate_to_der(leaf);
  auth.fingerprint_sha1 = fingerprint(der, EVP_sha1());
  auth.fingerprint_sha256 = fingerprint(der, EVP_sha256());
  auth.not_before = date_text(X509_get0_notBefore(leaf));
  auth.not_after = date_text(X509_get0_notAfter(leaf));
  set_rfc9440(auth, der, sent_after_leaf);
  return auth;
}

std::string verified_text(int code) {
  switch (code) {
    case X509_V_OK:
      return "SUCCESS";
    // OpenSSL and BoringSSL, which Cloudflare runs, differ in these; scripts compare with Cloudflare's.
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "FAILED:certificate is not yet valid";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "FAILED:self signed certificate";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "FAILED:self signed certificate in certificate chain";
    case X509_V_ERR_INVALID_PURPOSE:
      return "FAILED:unsupported certificate purpose";
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
      return "FAILED:Different CRL scope";
    case X509_V_ERR_UNSUPPORTED_EXTENSION_FEATURE:
      return "FAILED:Unsupported extension feature";
    case X509_V_ERR_HOSTNAME_MISMATCH:
      return "FAILED:Hostname mismatch";
    case X509_V_ERR_EMAIL_MISMATCH:
      return "FAILED:Email address mismatch";
    case X509_V_ERR_INVALID_CALL:
      return "FAILED:Invalid certificate verification context";
    case X509_V_ERR_STORE_LOOKUP:
      return "FAILED:Issuer certificate lookup error";
    case X509_V_ERR_NO_ISSUER_PUBLIC_KEY:
    case X509_V_ERR_UNSPECIFIED:
      return "FAILED";
    default:
      break;
  }
  // BoringSSL's codes end at 54, but for the mismatches of names and the CA check, which have another number
  // there.
  const bool shared = (code > 0 && code <= X509_V_ERR_CRL_PATH_VALIDATION_ERROR) ||
                      code == X509_V_ERR_IP_ADDRESS_MISMATCH || code == X509_V_ERR_INVALID_CA;
  return shared ? std::string("FAILED:") + X509_verify_cert_error_string(code) : "FAILED";
}

std::string rfc9440_item(BytesView der) { return ":" + base64(der) + ":"; }

std::string rfc9440_list(const std::vector<Bytes>& certificates) {
  std::string list;
  for (const Bytes& der : certificates) (list += list.empty() ? "" : ", ") += rfc9440_item(der);
  return list;
}

}  // namespace edge::tls
