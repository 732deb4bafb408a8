// Reads a signature's AlgorithmIdentifier.
#include "runtime/tls/signature_digest.h"

#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>

#include "runtime/tls/asn1.h"

namespace edge::tls {
namespace {

using PssPtr = std::unique_ptr<RSA_PSS_PARAMS, decltype([](RSA_PSS_PARAMS* p) { RSA_PSS_PARAMS_free(p); })>;

/// The hashAlgorithm of RSASSA-PSS-params.
int digest_of_pss(int parameter_type, const void* parameter) {
  if (parameter_type != V_ASN1_SEQUENCE) return NID_sha1;
  const auto* sequence = static_cast<const ASN1_STRING*>(parameter);
  const unsigned char* at = ASN1_STRING_get0_data(sequence);
  const unsigned char* const end = at + ASN1_STRING_length(sequence);
  const PssPtr pss{d2i_RSA_PSS_PARAMS(nullptr, &at, ASN1_STRING_length(sequence))};
  if (!pss || at != end || pss->hashAlgorithm == nullptr) return NID_sha1;
  const ASN1_OBJECT* type = nullptr;
  X509_ALGOR_get0(&type, nullptr, nullptr, pss->hashAlgorithm);
  return OBJ_obj2nid(type);
}

/// NID of the digest that an algorithm signs; NID_undef for one that brings its own.
int digest_of(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* type = nullptr;
  int parameter_type = 0;
  const void* parameter = nullptr;
  X509_ALGOR_get0(&type, &parameter_type, &parameter, algorithm);
  const int signature = OBJ_obj2nid(type);
  if (signature == NID_rsassaPss) return digest_of_pss(parameter_type, parameter);
  int digest = NID_undef;
  OBJ_find_sigid_algs(signature, &digest, nullptr);
  return digest;
}

}  // namespace

std::optional<std::string> weak_digest(const X509_ALGOR* algorithm) {
  const ErrorMark mark;
  const int digest = digest_of(algorithm);
  for (const int weak : {NID_sha1, NID_md5, NID_md4, NID_md2, NID_md5_sha1})
    if (digest == weak) return std::string("it is signed with ") + OBJ_nid2sn(weak) + ", which is too weak";
  return std::nullopt;
}

}  // namespace edge::tls
