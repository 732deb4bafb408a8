// Makes certificates out of OpenSSL's structures: no text is parsed, so no value can smuggle another in.
#include "runtime/tls/certs.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certs_parts.h"

namespace edge::tls {
namespace {

constexpr std::int64_t hour = 3600, day = 24 * hour;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Time = std::unique_ptr<ASN1_TIME, Freed<ASN1_TIME_free>>;

Bytes random_serial() {
  Bytes serial(16);
  check(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x3f) | 0x40);  // positive, and always of 16 octets
  return serial;
}

Result<> set_subject(X509* certificate, const CertificateRequest& request) {
  X509_NAME* name = X509_NAME_new();
  for (const auto& [type, value] : request.subject) {
    if (X509_NAME_add_entry_by_txt(name, type.c_str(), MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(value.data()),
                                   static_cast<int>(value.size()), -1, 0) != 1) {
      X509_NAME_free(name);
      return openssl_failure("subject attribute " + type + " cannot be set");
    }
  }
  const bool set = X509_set_subject_name(certificate, name) == 1;
  X509_NAME_free(name);
  if (!set) return openssl_failure("subject cannot be set");
  return {};
}

Result<> set_dates(X509* certificate, const CertificateRequest& request) {
  const std::int64_t now = std::time(nullptr);
  const Time before{ASN1_TIME_set(nullptr, request.not_before != 0 ? request.not_before : now - hour)};
  const Time after{ASN1_TIME_set(nullptr, request.not_after != 0 ? request.not_after : now + 365 * day)};
  if (!before || !after || X509_set1_notBefore(certificate, before.get()) != 1 ||
      X509_set1_notAfter(certificate, after.get()) != 1) {
    return openssl_failure("a date of the certificate cannot be set");
  }
  return {};
}

enum class Critical : std::uint8_t { no, yes };

Result<> add(X509* certificate, int nid, void* value, Critical critical) {
  if (X509_add1_ext_i2d(certificate, nid, value, critical == Critical::yes ? 1 : 0, X509V3_ADD_DEFAULT) == 1)
    return {};
  return openssl_failure(std::string("extension ") + OBJ_nid2sn(nid) + " cannot be added");
}

/// Names keep every octet of `text`, a NUL too.
void add_name(GENERAL_NAMES* names, int type, std::string_view text) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_STRING* value = ASN1_STRING_type_new(type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
  check(name != nullptr && value != nullptr &&
        ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) == 1);
  GENERAL_NAME_set0_value(name, type, value);
  sk_GENERAL_NAME_push(names, name);
}

Result<> add_alternative_names(X509* certificate, const CertificateRequest& request) {
  const std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>> names{sk_GENERAL_NAME_new_null()};
  for (const auto& text : request.dns) add_name(names.get(), GEN_DNS, text);
  for (const auto& text : request.uri) add_name(names.get(), GEN_URI, text);
  for (const auto& text : request.email) add_name(names.get(), GEN_EMAIL, text);
  for (const auto& text : request.ip) {
    char octets[16];
    if (inet_pton(AF_INET, text.c_str(), octets) == 1)
      add_name(names.get(), GEN_IPADD, {octets, 4});
    else if (inet_pton(AF_INET6, text.c_str(), octets) == 1)
      add_name(names.get(), GEN_IPADD, {octets, 16});
    else
      return fail(ErrorKind::config, "'" + text + "' is no IP address");
  }
  if (sk_GENERAL_NAME_num(names.get()) == 0) return {};
  return add(certificate, NID_subject_alt_name, names.get(), Critical::no);
}

Result<> add_extended_usage(X509* certificate, const CertificateRequest& request) {
  if (request.ca || request.extended_key_usage.empty()) return {};
  const std::unique_ptr<EXTENDED_KEY_USAGE, Freed<EXTENDED_KEY_USAGE_free>> usages{sk_ASN1_OBJECT_new_null()};
  for (const auto& text : request.extended_key_usage) {
    ASN1_OBJECT* object = OBJ_txt2obj(text.c_str(), 0);
    if (object == nullptr) return fail(ErrorKind::config, "'" + text + "' is no extended key usage");
    sk_ASN1_OBJECT_push(usages.get(), object);
  }
  return add(certificate, NID_ext_key_usage, usages.get(), Critical::no);
}

// RFC 5280, 4.2.1.3, in the order of its bits.
constexpr std::array<std::string_view, 9> key_usages{"digitalSignature", "nonRepudiation", "keyEncipherment",
                                                     "dataEncipherment", "keyAgreement",   "keyCertSign",
                                                     "cRLSign",          "encipherOnly",   "decipherOnly"};

std::vector<std::string> default_key_usage(const CertificateRequest& request) {
  if (request.ca) return {"digitalSignature", "keyCertSign", "cRLSign"};
  const bool is_rsa = request.key == KeyType::rsa_2048 || request.key == KeyType::rsa_3072 ||
                      request.key == KeyType::rsa_4096;
  if (is_rsa) return {"digitalSignature", "keyEncipherment"};
  return {"digitalSignature"};
}

Result<> add_key_usage(X509* certificate, const CertificateRequest& request) {
  const auto names = request.key_usage.value_or(default_key_usage(request));
  if (names.empty()) return {};
  const std::unique_ptr<ASN1_BIT_STRING, Freed<ASN1_BIT_STRING_free>> usage{ASN1_BIT_STRING_new()};
  for (const auto& name : names) {
    const auto found = std::ranges::find(key_usages, name);
    if (found == key_usages.end()) return fail(ErrorKind::config, "'" + name + "' is no key usage");
    ASN1_BIT_STRING_set_bit(usage.get(), static_cast<int>(found - key_usages.begin()), 1);
  }
  return add(certificate, NID_key_usage, usage.get(), Critical::yes);
}

Result<> add_basics(X509* certificate, const CertificateRequest& request) {
  BASIC_CONSTRAINTS* constraints = BASIC_CONSTRAINTS_new();
  constraints->ca = request.ca ? 0xff : 0;
  if (request.ca && request.path_length >= 0) {
    constraints->pathlen = ASN1_INTEGER_new();
    ASN1_INTEGER_set(constraints->pathlen, request.path_length);
  }
  auto added = add(certificate, NID_basic_constraints, constraints, Critical::yes);
  BASIC_CONSTRAINTS_free(constraints);
  if (!added) return added;
  return add_key_usage(certificate, request);
}

/// One distribution point with all URLs (RFC 5280 section 4.2.1.13).
Result<> add_crl_urls(X509* certificate, const CertificateRequest& request) {
  if (request.crl_urls.empty()) return {};
  const std::unique_ptr<CRL_DIST_POINTS, Freed<CRL_DIST_POINTS_free>> points{sk_DIST_POINT_new_null()};
  DIST_POINT* point = DIST_POINT_new();
  point->distpoint = DIST_POINT_NAME_new();
  point->distpoint->type = 0;  // fullName
  point->distpoint->name.fullname = sk_GENERAL_NAME_new_null();
  for (const auto& url : request.crl_urls) add_name(point->distpoint->name.fullname, GEN_URI, url);
  sk_DIST_POINT_push(points.get(), point);
  return add(certificate, NID_crl_distribution_points, points.get(), Critical::no);
}

Result<> add_custom(X509* certificate, const CertificateRequest& request) {
  for (const auto& [oid, value] : request.extensions) {
    const std::unique_ptr<ASN1_OBJECT, Freed<ASN1_OBJECT_free>> object{OBJ_txt2obj(oid.c_str(), 1)};
    const OctetString data{ASN1_OCTET_STRING_new()};
    if (object == nullptr) return fail(ErrorKind::config, "'" + oid + "' is no object identifier");
    ASN1_OCTET_STRING_set(data.get(), value.data(), static_cast<int>(value.size()));
    const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension{
        X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 0, data.get())};
    if (X509_add_ext(certificate, extension.get(), -1) != 1)
      return openssl_failure("extension " + oid + " cannot be added");
  }
  return {};
}

/// Everything but issuer and signature.
Result<Identity> make_unsigned(const CertificateRequest& request) {
  auto key = make_key(request.key);
  if (!key) return std::unexpected(key.error());
  Identity made{X509Ptr{X509_new()}, std::move(*key)};
  X509* certificate = made.certificate.get();
  auto serial = integer_of(request.serial.value_or(random_serial()));
  if (!serial) return std::unexpected(serial.error());
  check(X509_set_version(certificate, X509_VERSION_3) == 1 &&
        X509_set_serialNumber(certificate, serial->get()) == 1 &&
        X509_set_pubkey(certificate, made.key.get()) == 1);
  for (const auto step :
       {set_subject, set_dates, add_basics, add_extended_usage, add_alternative_names, add_crl_urls}) {
    if (auto done = step(certificate, request); !done) return std::unexpected(done.error());
  }
  const auto own_id = key_id_of(certificate);
  if (auto added = add(certificate, NID_subject_key_identifier, own_id.get(), Critical::no); !added)
    return std::unexpected(added.error());
  return made;
}

Result<Identity> sign(Identity made, const X509* issuer, EVP_PKEY* issuer_key,
                      const CertificateRequest& request) {
  X509* certificate = made.certificate.get();
  if (X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) != 1)
    return openssl_failure("issuer cannot be set");
  const auto authority = authority_of(issuer);
  if (auto added = add(certificate, NID_authority_key_identifier, authority.get(), Critical::no); !added)
    return std::unexpected(added.error());
  if (auto added = add_custom(certificate, request); !added) return std::unexpected(added.error());
  if (X509_sign(certificate, issuer_key, signing_digest(issuer_key)) <= 0)
    return openssl_failure("the certificate cannot be signed");
  // Parsed anew: what OpenSSL remembered of a certificate under construction is forgotten.
  auto parsed = certificate_from_der(certificate_to_der(certificate));
  if (!parsed) return std::unexpected(parsed.error());
  made.certificate = std::move(*parsed);
  return made;
}

}  // namespace

Result<Identity> make_self_signed(const CertificateRequest& request) {
  const ErrorMark mark;
  auto made = make_unsigned(request);
  if (!made) return made;
  const X509* self = made->certificate.get();
  EVP_PKEY* key = made->key.get();
  return sign(std::move(*made), self, key, request);
}

Result<Identity> issue(const Identity& ca, const CertificateRequest& request) {
  const ErrorMark mark;
  auto made = make_unsigned(request);
  if (!made) return made;
  return sign(std::move(*made), ca.certificate.get(), ca.key.get(), request);
}

}  // namespace edge::tls
