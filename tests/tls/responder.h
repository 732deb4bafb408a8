// An OCSP responder made of functions: what it says, and how it signs, is the test's choice.
#pragma once

#include <openssl/ocsp.h>

#include <ctime>
#include <memory>
#include <optional>

#include "runtime/tls/certs.h"
#include "runtime/tls/ocsp.h"

namespace edge::tls::pki {

struct Says {
  int status = V_OCSP_CERTSTATUS_GOOD;
  int reason = OCSP_REVOKED_STATUS_NOSTATUS;
  std::int64_t this_update = std::time(nullptr), next_update = this_update + 3600;  ///< next_update 0: none
  std::int64_t revoked_at = std::time(nullptr) - 60;
  const EVP_MD* digest = EVP_sha256();
  bool has_nonce = true;
  int times = 1;                    ///< how often it speaks of the certificate
  const Identity* about = nullptr;  ///< another certificate of `about_issuer` than the one in question
  const Identity* about_issuer = nullptr;
  std::optional<Bytes> critical = {};  ///< an extension that nobody knows
};

/// DER of an answer to `request`, signed by `signer`, whose certificate goes along.
inline Bytes respond(BytesView request, const Identity& signer, const Says& says = {}) {
  const unsigned char* at = request.data();
  const std::unique_ptr<OCSP_REQUEST, decltype([](OCSP_REQUEST* p) { OCSP_REQUEST_free(p); })> asked{
      d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(request.size()))};
  const std::unique_ptr<OCSP_BASICRESP, decltype([](OCSP_BASICRESP* p) { OCSP_BASICRESP_free(p); })> basic{
      OCSP_BASICRESP_new()};
  const std::unique_ptr<OCSP_CERTID, decltype([](OCSP_CERTID* p) { OCSP_CERTID_free(p); })> other{
      says.about == nullptr
          ? nullptr
          : OCSP_cert_to_id(EVP_sha1(), says.about->certificate.get(), says.about_issuer->certificate.get())};
  OCSP_CERTID* id = other ? other.get() : OCSP_onereq_get0_id(OCSP_request_onereq_get0(asked.get(), 0));
  const auto time = [](std::int64_t seconds) { return ASN1_TIME_set(nullptr, seconds); };
  ASN1_TIME *from = time(says.this_update), *until = time(says.next_update), *since = time(says.revoked_at);
  for (int i = 0; i < says.times; ++i)
    OCSP_basic_add1_status(basic.get(), id, says.status, says.reason, since, from,
                           says.next_update == 0 ? nullptr : until);
  for (ASN1_TIME* one : {from, until, since}) ASN1_TIME_free(one);
  if (says.has_nonce) OCSP_copy_nonce(basic.get(), asked.get());
  if (says.critical) {
    ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(value, says.critical->data(), static_cast<int>(says.critical->size()));
    ASN1_OBJECT* type = OBJ_txt2obj("1.2.3.4.5", 1);
    X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, type, 1, value);
    OCSP_BASICRESP_add_ext(basic.get(), extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OBJECT_free(type);
    ASN1_OCTET_STRING_free(value);
  }
  OCSP_basic_sign(basic.get(), signer.certificate.get(), signer.key.get(), says.digest, nullptr, 0);
  const std::unique_ptr<OCSP_RESPONSE, decltype([](OCSP_RESPONSE* p) { OCSP_RESPONSE_free(p); })> response{
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get())};
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_RESPONSE(response.get(), &der);
  Bytes bytes(der, der + std::max(size, 0));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace edge::tls::pki
