// Everything that is said of a client's certificate, for any DER a client may send, and for what a CA may
// have signed.
#include <openssl/err.h>

#include "runtime/tls/certificate.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/client_auth.h"
#include "runtime/tls/ocsp.h"
#include "runtime/tls/revocation_scope.h"
#include "runtime/tls/verify.h"
#include "tests/fuzz/der.h"

using namespace edge;
using namespace edge::tls;

namespace {

constexpr std::int64_t now = 1'750'000'000;
constexpr std::int64_t from = now - 1000, until = now + 1000;

struct Good {
  Identity root =
      make_self_signed(
          {.subject = {{"C", "DE"}, {"CN", "root"}}, .not_before = from, .not_after = until, .ca = true})
          .value();
  Identity authority = issue(root, {.subject = {{"O", "x, y"}, {"CN", "authority"}},
                                    .extended_key_usage = {},
                                    .not_before = from,
                                    .not_after = until,
                                    .ca = true,
                                    .crl_urls = {"http://crl.example/a.crl"}})
                           .value();
  Identity client =
      issue(authority, {.subject = {{"O", "é"}, {"OU", "+"}, {"CN", "client"}, {"emailAddress", "a@b"}},
                        .dns = {"a.example", "*.example"},
                        .uri = {"spiffe://example/a", "https://a/"},
                        .email = {"a@b.example"},
                        .ip = {"192.0.2.1", "2001:db8::1"},
                        .extended_key_usage = {"clientAuth", "1.2.3.4"},
                        .serial = Bytes{0x00, 0xff, 0x01},
                        .not_before = from,
                        .not_after = until,
                        .extensions = {{"2.5.29.32", {0x30, 0x06, 0x30, 0x04, 0x06, 0x02, 0x2a, 0x03}},
                                       {"1.2.3.4", {0x05, 0x00}}},
                        .crl_urls = {"http://crl.example/b.crl"}})
          .value();
  StorePtr anchors = [this] {
    std::vector<X509Ptr> cas;
    cas.push_back(certificate_from_der(root.certificate_der()).value());
    return make_anchor_store(cas).value();
  }();
};
const Good& good() {
  static const Good made;
  return made;
}

/// Gives the code of its verification.
int look(const x509_st* leaf_as_sent, const x509_st* authority_as_sent) {
  auto* leaf = const_cast<x509_st*>(leaf_as_sent);
  auto* authority = const_cast<x509_st*>(authority_as_sent);
  const Bytes der = certificate_to_der(leaf);
  const auto details = certificate_details(der);
  const auto verdict = verify_client_chain(good().anchors.get(), leaf, {authority}, 4, now);
  const auto auth = client_auth_of(leaf, {authority}, {.code = verdict.code, .issuer = verdict.issuer.get()});
  // Values go into headers: printable ASCII, whatever the certificate holds (T24).
  for (const auto& field : client_auth_fields) {
    if (field.text == nullptr) continue;
    for (const char c : auth.*field.text) check(c >= 0x20 && c < 0x7f);
  }
  check((auth.verified == "SUCCESS") == (verdict.code == 0));
  // Who is trusted can be told in every part, and looked up (T30).
  check(auth.verified != "SUCCESS" ||
        (details && check_names(leaf) && verdict.issuer && verdict.keys.size() == 2));
  if (details) check(details->serial == auth.serial && details->sha256 == auth.fingerprint_sha256);
  (void)distribution_point_urls(leaf);
  for (const std::string& url : ocsp_urls(leaf)) check(!url.empty());
  check(ERR_peek_error() == 0);
  return verdict.code;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  fuzz::make_keys_predictable();
  check(look(good().client.certificate.get(), good().authority.certificate.get()) == 0);
  return 0;
}

/// What is damaged and whether it is signed again, then the changes; or a whole certificate.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes{data, size};
  if (const auto certificate = certificate_from_der(bytes))
    look(certificate->get(), good().authority.certificate.get());
  if (size == 0) return 0;
  const bool is_signed = (data[0] & 1) != 0, is_authority = (data[0] & 2) != 0;
  const Bytes whole = (is_authority ? good().authority : good().client).certificate_der();
  fuzz::Node tree = fuzz::damaged(whole, bytes.subspan(1));
  if (is_signed) fuzz::sign(tree, (is_authority ? good().root : good().authority).key.get());
  const Bytes der = fuzz::der_of(tree);
  const auto certificate = certificate_from_der(der);
  if (!certificate) return 0;
  const int code = is_authority ? look(good().client.certificate.get(), certificate->get())
                                : look(certificate->get(), good().authority.certificate.get());
  // Nobody is trusted whose CA has not signed what is said.
  if (!is_signed && code == 0) {
    const Bytes part = fuzz::der_of(fuzz::elements_of(whole)->front().children.front());
    check(std::ranges::search(der, part).size() == part.size());
  }
  return 0;
}
