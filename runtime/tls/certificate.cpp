// Reads a certificate into plain data, refusing what is meant to mislead.
#include "runtime/tls/certificate.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/distinguished_name.h"
#include "runtime/tls/object_identifier.h"

namespace edge::tls {
namespace {

struct NamesFree {
  void operator()(GENERAL_NAMES* p) const { GENERAL_NAMES_free(p); }
};
struct UsagesFree {
  void operator()(EXTENDED_KEY_USAGE* p) const { EXTENDED_KEY_USAGE_free(p); }
};

/// IA5String by RFC 5280; a NUL would end the name early for whoever reads it as a C string (T30).
Result<std::string> name_text(const ASN1_IA5STRING* value, std::string_view kind) {
  const std::string_view text{reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                              static_cast<std::size_t>(ASN1_STRING_length(value))};
  if (text.contains('\0'))
    return fail(ErrorKind::tls, std::string(kind) + " of the certificate contains a NUL");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x7e; })) {
    return fail(ErrorKind::tls, std::string(kind) + " of the certificate is not ASCII");
  }
  return std::string(text);
}

Result<std::string> address_text(const ASN1_OCTET_STRING* value) {
  const int size = ASN1_STRING_length(value);
  if (size != 4 && size != 16)
    return fail(ErrorKind::tls, "iPAddress of the certificate has " + std::to_string(size) + " octets");
  char text[INET6_ADDRSTRLEN];
  inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(value), text, sizeof text);
  return std::string(text);
}

Result<> add_name(CertificateDetails& details, const GENERAL_NAME* name) {
  const auto add = [](std::vector<std::string>& to, Result<std::string> text) -> Result<> {
    if (!text) return std::unexpected(text.error());
    to.push_back(std::move(*text));
    return {};
  };
  switch (name->type) {
    case GEN_DNS:
      return add(details.san_dns, name_text(name->d.dNSName, "dNSName"));
    case GEN_URI:
      return add(details.san_uri, name_text(name->d.uniformResourceIdentifier, "URI"));
    case GEN_EMAIL:
      return add(details.san_email, name_text(name->d.rfc822Name, "rfc822Name"));
    case GEN_IPADD:
      return add(details.san_ip, address_text(name->d.iPAddress));
    default:
      return {};
  }
}

Result<> add_names(CertificateDetails& details, const X509* certificate) {
  int presence = 0;
  const std::unique_ptr<GENERAL_NAMES, NamesFree> names{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, &presence, nullptr))};
  if (names == nullptr) {
    if (presence == -1) return {};
    return fail(ErrorKind::tls, presence == -2 ? "the certificate has two subjectAltName extensions"
                                               : "subjectAltName of the certificate cannot be read");
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    if (auto added = add_name(details, sk_GENERAL_NAME_value(names.get(), i)); !added) return added;
  }
  // An SVID has exactly one URI; with a second one it is nobody's.
  // https://github.com/spiffe/spiffe/blob/main/standards/X509-SVID.md#2-spiffe-id
  if (details.san_uri.size() == 1 && details.san_uri[0].starts_with("spiffe://"))
    details.spiffe_id = details.san_uri[0];
  return {};
}

std::string usage_name(const ASN1_OBJECT* object) {
  switch (const int nid = OBJ_obj2nid(object)) {
    case NID_server_auth:
    case NID_client_auth:
    case NID_code_sign:
    case NID_email_protect:
    case NID_time_stamp:
    case NID_OCSP_sign:
    case NID_anyExtendedKeyUsage:
      return OBJ_nid2sn(nid);
    default:
      return dotted(object);
  }
}

Result<> add_usages(CertificateDetails& details, const X509* certificate) {
  int presence = 0;
  const std::unique_ptr<EXTENDED_KEY_USAGE, UsagesFree> usages{
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, &presence, nullptr))};
  if (usages == nullptr) {
    if (presence == -1) return {};
    return fail(ErrorKind::tls, "extendedKeyUsage of the certificate cannot be read");
  }
  for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
    details.extended_key_usage.push_back(usage_name(sk_ASN1_OBJECT_value(usages.get(), i)));
  }
  return {};
}

std::string curve_name(EVP_PKEY* key) {
  char group[64];
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, group, sizeof group, &size) != 1) return "";
  const int nid = OBJ_sn2nid(group);
  const char* nist = nid == NID_undef ? nullptr : EC_curve_nid2nist(nid);
  return nist != nullptr ? nist : std::string(group, size);
}

void add_key(CertificateDetails& details, const X509* certificate) {
  details.spki_sha256 = hex_lower(sha256(public_key_der(certificate)));
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) {
    // A key that OpenSSL does not know is told by its algorithm's number.
    ASN1_OBJECT* algorithm = nullptr;
    X509_PUBKEY_get0_param(&algorithm, nullptr, nullptr, nullptr, X509_get_X509_PUBKEY(certificate));
    if (algorithm != nullptr) details.key_algorithm = dotted(algorithm);
    return;
  }
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      details.key_algorithm = "RSA";
      break;
    case EVP_PKEY_RSA_PSS:
      details.key_algorithm = "RSA-PSS";
      break;
    case EVP_PKEY_EC:
      details.key_algorithm = "EC";
      break;
    case EVP_PKEY_ED25519:
      details.key_algorithm = "Ed25519";
      break;
    case EVP_PKEY_ED448:
      details.key_algorithm = "Ed448";
      break;
    default: {
      const char* name = EVP_PKEY_get0_type_name(key);
      details.key_algorithm = name == nullptr ? "" : name;
    }
  }
  details.key_bits = EVP_PKEY_get_bits(key);
  if (details.key_algorithm == "EC") details.key_curve = curve_name(key);
}

void add_extensions(CertificateDetails& details, const X509* certificate) {
  for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
    X509_EXTENSION* extension = X509_get_ext(certificate, i);
    const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
    const unsigned char* data = ASN1_STRING_get0_data(value);
    details.extensions.emplace_back(dotted(X509_EXTENSION_get_object(extension)),
                                    Bytes(data, data + ASN1_STRING_length(value)));
  }
}

}  // namespace

Result<CertificateDetails> certificate_details(BytesView der) {
  const ErrorMark mark;
  const auto certificate = certificate_from_der(der);
  if (!certificate) return std::unexpected(certificate.error());
  const X509* x = certificate->get();
  CertificateDetails details;
  if (auto names = add_names(details, x); !names) return std::unexpected(names.error());
  if (auto usages = add_usages(details, x); !usages) return std::unexpected(usages.error());
  const auto not_before = seconds_of(X509_get0_notBefore(x)), not_after = seconds_of(X509_get0_notAfter(x));
  if (!not_before || !not_after) return fail(ErrorKind::tls, "a date of the certificate cannot be read");
  details.not_before = *not_before;
  details.not_after = *not_after;
  details.subject = name_parts(X509_get_subject_name(x));
  details.issuer = name_parts(X509_get_issuer_name(x));
  details.serial = hex_upper(integer_octets(X509_get0_serialNumber(x)));
  details.sha256 = hex_lower(sha256(der));
  add_key(details, x);
  add_extensions(details, x);
  return details;
}

Result<> check_names(const X509* certificate) {
  const ErrorMark mark;
  CertificateDetails details;
  return add_names(details, certificate);
}

}  // namespace edge::tls
