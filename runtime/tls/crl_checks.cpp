// Finds the lists of a file, and reads of each what makes it unusable.
#include "runtime/tls/crl_checks.h"

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "runtime/tls/asn1.h"
#include "runtime/tls/signature_digest.h"

namespace edge::tls {
namespace {

std::unexpected<Error> refused(const std::string& source, std::string why) {
  return fail(ErrorKind::config, source + ": " + std::move(why));
}

constexpr std::string_view pem_begin = "-----BEGIN X509 CRL-----", pem_end = "-----END X509 CRL-----";

}  // namespace

Result<std::vector<Bytes>> lists_in(BytesView bytes, const std::string& source) {
  constexpr std::uint8_t der_sequence = 0x30;
  if (!bytes.empty() && bytes[0] == der_sequence)
    return std::vector<Bytes>{Bytes(bytes.begin(), bytes.end())};
  const std::string_view text = as_text(bytes);
  std::vector<Bytes> lists;
  for (std::size_t at = 0; (at = text.find(pem_begin, at)) != text.npos;) {
    at += pem_begin.size();
    const std::size_t end = text.find(pem_end, at);
    auto der = end == text.npos ? std::nullopt : base64_decode(text.substr(at, end - at));
    if (!der)
      return refused(source, "list " + std::to_string(lists.size() + 1) + ": its PEM is broken or cut off");
    lists.push_back(std::move(*der));
    at = end;
  }
  if (!lists.empty()) return lists;
  if (text.contains("-----BEGIN")) return refused(source, "there is no revocation list in it, but other PEM");
  if (auto der = base64_decode(text); der && !der->empty() && der->front() == der_sequence) {
    lists.push_back(std::move(*der));
    return lists;
  }
  return refused(source, "there is no revocation list in it (DER, PEM or base64 of DER is expected)");
}

Result<> check_algorithm(const X509_CRL* list) {
  const X509_ALGOR* algorithm = nullptr;
  X509_CRL_get0_signature(list, nullptr, &algorithm);
  if (auto why = weak_digest(algorithm)) return fail(ErrorKind::config, std::move(*why));
  return {};
}

Result<> check_extensions(const X509_CRL* list) {
  for (int i = 0; i < X509_CRL_get_ext_count(list); ++i) {
    X509_EXTENSION* extension = X509_CRL_get_ext(list, i);
    if (X509_EXTENSION_get_critical(extension) == 0) continue;
    switch (OBJ_obj2nid(X509_EXTENSION_get_object(extension))) {
      case NID_authority_key_identifier:
      case NID_issuing_distribution_point:
      case NID_delta_crl:
        continue;
      case NID_crl_number:
        return fail(ErrorKind::config, "its CRLNumber is marked critical, which RFC 5280 forbids");
      default:
        break;
    }
    char oid[128];
    OBJ_obj2txt(oid, sizeof oid, X509_EXTENSION_get_object(extension), 1);
    return fail(ErrorKind::config, std::string("it has an unknown critical extension, ") + oid);
  }
  return {};
}

Result<std::optional<Bytes>> number_of(const X509_CRL* list, int extension) {
  const std::string name = extension == NID_delta_crl ? "BaseCRLNumber" : "CRLNumber";
  int presence = 0;
  auto* number = static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(list, extension, &presence, nullptr));
  if (number == nullptr) {
    if (presence == -1) return std::nullopt;
    return fail(ErrorKind::config, "its " + name + " cannot be read");
  }
  Bytes octets = integer_octets(number);
  ASN1_INTEGER_free(number);
  if (!octets.empty() && (octets[0] & 0x80) != 0)
    return fail(ErrorKind::config, "its " + name + " is negative");
  constexpr std::size_t octets_max = 20;  // RFC 5280 section 5.2.3
  while (octets.size() > 1 && octets[0] == 0) octets.erase(octets.begin());
  if (octets.size() > octets_max) return fail(ErrorKind::config, "its " + name + " is too long");
  return octets;
}

}  // namespace edge::tls
