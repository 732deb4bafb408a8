// Writes requests and reads responses with OpenSSL's OCSP functions. Who may sign a response is decided here:
// OpenSSL would also take a signer that some root vouches for.
#include "runtime/tls/ocsp.h"

#include <openssl/objects.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "runtime/tls/asn1.h"
#include "runtime/tls/openssl.h"
#include "runtime/tls/signature_digest.h"
#include "runtime/tls/verify.h"

namespace edge::tls {
namespace {

using IdPtr = std::unique_ptr<OCSP_CERTID, decltype([](OCSP_CERTID* p) { OCSP_CERTID_free(p); })>;
using RequestPtr = std::unique_ptr<OCSP_REQUEST, decltype([](OCSP_REQUEST* p) { OCSP_REQUEST_free(p); })>;
using ResponsePtr = std::unique_ptr<OCSP_RESPONSE, decltype([](OCSP_RESPONSE* p) { OCSP_RESPONSE_free(p); })>;
using BasicPtr = std::unique_ptr<OCSP_BASICRESP, decltype([](OCSP_BASICRESP* p) { OCSP_BASICRESP_free(p); })>;
using StackPtr = std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * p) { sk_X509_free(p); })>;
using ContextPtr =
    std::unique_ptr<X509_STORE_CTX, decltype([](X509_STORE_CTX* p) { X509_STORE_CTX_free(p); })>;

std::unexpected<Error> refused(std::string why) { return fail(ErrorKind::protocol, std::move(why)); }

/// Null where `der` is no such value, or something follows it.
template <class Pointer, class Function>
Pointer decoded(BytesView der, Function d2i) {
  const unsigned char* at = der.data();
  Pointer value{d2i(nullptr, &at, static_cast<long>(der.size()))};
  return at == der.data() + der.size() ? std::move(value) : Pointer{};
}

template <class Value, class Function>
Bytes encoded(const Value* value, Function i2d) {
  unsigned char* der = nullptr;
  const int size = i2d(value, &der);
  check(size > 0);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

StackPtr stack_of(X509* certificate) {
  StackPtr stack{sk_X509_new_null()};
  check(stack && sk_X509_push(stack.get(), certificate) > 0);
  return stack;
}

// --- who signed it ---

/// RFC 6960 section 4.2.2.2: the CA that issued the certificate in question issued this one itself, for OCSP.
Result<> check_delegation(X509* signer, X509* issuer, std::int64_t now) {
  const bool says_uses = (X509_get_extension_flags(signer) & EXFLAG_XKUSAGE) != 0;
  if (!says_uses || (X509_get_extended_key_usage(signer) & XKU_OCSP_SIGN) == 0)
    return refused("its signer is not the certificate's issuer, and no certificate for OCSP signing");
  const StorePtr store{X509_STORE_new()};
  const ContextPtr context{X509_STORE_CTX_new()};
  check(store && context && X509_STORE_add_cert(store.get(), issuer) == 1);
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  check(X509_STORE_CTX_init(context.get(), store.get(), signer, nullptr) == 1);
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
  X509_VERIFY_PARAM_set_time(parameters, now);
  if (X509_verify_cert(context.get()) == 1) return {};
  return refused(std::string("its signer's certificate is not issued by the certificate's issuer: ") +
                 X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
}

/// The delegated responder's certificate, where it must be looked up; nothing where it need not.
Result<std::optional<RevocationKey>> check_signature(OCSP_BASICRESP* response, X509* issuer,
                                                     std::int64_t now) {
  // A client chooses a part of what is signed, its nonce: a digest whose collisions can be made is no proof.
  if (auto why = weak_digest(OCSP_resp_get0_tbs_sigalg(response))) return refused(std::move(*why));
  const StackPtr issuers = stack_of(issuer);
  X509* signer = nullptr;
  if (OCSP_resp_get0_signer(response, &signer, issuers.get()) != 1)
    return refused("its signer is not the certificate's issuer, and its certificate is not in the response");
  std::optional<RevocationKey> delegate;
  if (issuer_id_of(signer) != issuer_id_of(issuer)) {
    if (auto delegated = check_delegation(signer, issuer, now); !delegated)
      return std::unexpected(std::move(delegated.error()));
    if (X509_get_ext_by_NID(signer, NID_id_pkix_OCSP_noCheck, -1) < 0)
      delegate = revocation_key_of(signer, issuer, issuer);
  }
  const StackPtr signers = stack_of(signer);
  if (OCSP_basic_verify(response, signers.get(), nullptr, OCSP_NOVERIFY) != 1)
    return refused("its signature does not match");
  return delegate;
}

// --- what it says ---

/// An extension that must be understood, and is not, could make the answer mean anything.
Result<> check_extension(X509_EXTENSION* extension) {
  if (X509_EXTENSION_get_critical(extension) == 0) return {};
  if (OBJ_obj2nid(X509_EXTENSION_get_object(extension)) == NID_id_pkix_OCSP_Nonce) return {};
  char oid[128];
  OBJ_obj2txt(oid, sizeof oid, X509_EXTENSION_get_object(extension), 1);
  return refused(std::string("it has an unknown critical extension, ") + oid);
}

Result<> check_extensions(OCSP_BASICRESP* response, OCSP_SINGLERESP* single) {
  for (int i = 0; i < OCSP_BASICRESP_get_ext_count(response); ++i)
    if (auto known = check_extension(OCSP_BASICRESP_get_ext(response, i)); !known) return known;
  for (int i = 0; i < OCSP_SINGLERESP_get_ext_count(single); ++i)
    if (auto known = check_extension(OCSP_SINGLERESP_get_ext(single, i)); !known) return known;
  return {};
}

/// The one answer about the certificate that was asked for.
Result<OCSP_SINGLERESP*> find_single(OCSP_BASICRESP* response, OCSP_CERTID* id) {
  const int at = OCSP_resp_find(response, id, -1);
  if (at < 0) return refused("it speaks of another certificate");
  if (OCSP_resp_find(response, id, at) >= 0) return refused("it speaks of the certificate twice");
  return OCSP_resp_get0(response, at);
}

Result<OcspAnswer> read_single(OCSP_SINGLERESP* single, std::int64_t now) {
  int reason = OCSP_REVOKED_STATUS_NOSTATUS;
  ASN1_GENERALIZEDTIME *revoked_at = nullptr, *this_update = nullptr, *next_update = nullptr;
  OcspAnswer answer;
  switch (OCSP_single_get0_status(single, &reason, &revoked_at, &this_update, &next_update)) {
    case V_OCSP_CERTSTATUS_GOOD:
      answer.status = OcspAnswer::Status::good;
      break;
    case V_OCSP_CERTSTATUS_REVOKED:
      answer.status = OcspAnswer::Status::revoked;
      answer.reason = reason > 0 && reason < 256 ? static_cast<std::uint8_t>(reason) : 0;
      answer.revoked_at = seconds_of(revoked_at).value_or(0);
      break;
    default:
      break;
  }
  const auto from = seconds_of(this_update);
  if (!from) return refused("its thisUpdate is no valid date");
  if (*from > now + ocsp_clock_skew_max) return refused("its thisUpdate lies in the future");
  answer.this_update = *from;
  if (next_update != nullptr) {
    const auto until = seconds_of(next_update);
    if (!until || *until < *from) return refused("its nextUpdate is no valid date");
    answer.next_update = *until;
  }
  // What was revoked stays revoked; everything else that an old response says may have changed since (T51).
  if (answer.status != OcspAnswer::Status::revoked && now >= answer.end()) return refused("it is overdue");
  return answer;
}

/// OCSP_response_status_str's words are the standard's names: "trylater".
std::unexpected<Error> responder_failed(int status) {
  return refused(std::string("the responder answers ") + OCSP_response_status_str(status));
}

}  // namespace

std::int64_t OcspAnswer::end() const { return next_update != 0 ? next_update : this_update + ocsp_age_max; }

std::vector<std::string> ocsp_urls(const X509* certificate) {
  const ErrorMark mark;
  constexpr std::size_t urls_max = 16;
  std::vector<std::string> urls;
  STACK_OF(OPENSSL_STRING)* found = X509_get1_ocsp(const_cast<X509*>(certificate));
  for (int i = 0; i < sk_OPENSSL_STRING_num(found) && urls.size() < urls_max; ++i)
    urls.emplace_back(sk_OPENSSL_STRING_value(found, i));
  X509_email_free(found);
  return urls;
}

Bytes ocsp_id_of(const X509* certificate, const X509* issuer) {
  const IdPtr id{OCSP_cert_to_id(EVP_sha1(), certificate, issuer)};
  check(id != nullptr);
  return encoded(id.get(), i2d_OCSP_CERTID);
}

Result<Bytes> ocsp_request(BytesView id) {
  const ErrorMark mark;
  auto read = decoded<IdPtr>(id, d2i_OCSP_CERTID);
  if (!read) return fail(ErrorKind::config, "this is no OCSP CertID");
  const RequestPtr request{OCSP_REQUEST_new()};
  check(request && OCSP_request_add0_id(request.get(), read.get()) != nullptr);
  (void)read.release();
  constexpr int nonce_octets = 32;  // RFC 9654 section 2.1
  check(OCSP_request_add1_nonce(request.get(), nullptr, nonce_octets) == 1);
  return encoded(request.get(), i2d_OCSP_REQUEST);
}

Result<OcspAnswer> read_ocsp_response(const OcspResponse& given, std::int64_t now) {
  const ErrorMark mark;
  const auto request = decoded<RequestPtr>(given.request, d2i_OCSP_REQUEST);
  check(request && OCSP_request_onereq_count(request.get()) == 1);
  const auto response = decoded<ResponsePtr>(given.der, d2i_OCSP_RESPONSE);
  if (!response) return refused("this is no OCSP response");
  if (const int status = OCSP_response_status(response.get()); status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
    return responder_failed(status);
  const BasicPtr basic{OCSP_response_get1_basic(response.get())};
  if (!basic) return refused("it is of a kind that RFC 6960 does not know");
  auto* const issuer = const_cast<X509*>(given.issuer);
  auto delegate = check_signature(basic.get(), issuer, now);
  if (!delegate) return std::unexpected(std::move(delegate.error()));
  constexpr int both_differ = 0;
  if (OCSP_check_nonce(request.get(), basic.get()) == both_differ)
    return refused("it answers another request: its nonce is not ours");
  OCSP_CERTID* const id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(request.get(), 0));
  const auto single = find_single(basic.get(), id);
  if (!single) return std::unexpected(single.error());
  if (auto known = check_extensions(basic.get(), *single); !known)
    return std::unexpected(std::move(known.error()));
  auto answer = read_single(*single, now);
  if (answer) answer->signer = std::move(*delegate);
  return answer;
}

}  // namespace edge::tls
