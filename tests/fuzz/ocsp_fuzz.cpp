// OCSP responses of any bytes, and the file that answers are kept in: nobody without the CA's key can call a
// certificate good, and what is kept is read as it was written.
#include <openssl/err.h>

#include "runtime/tls/ocsp.h"
#include "runtime/tls/ocsp_answers.h"
#include "tests/fuzz/der.h"
#include "tests/tls/responder.h"

using namespace edge;
using namespace edge::tls;

namespace {

constexpr std::int64_t now = 1'750'000'000;

struct Good {
  Identity ca = make_self_signed({.subject = {{"CN", "ca"}},
                                  .extended_key_usage = {},
                                  .not_before = now - 1000,
                                  .not_after = now + 1000,
                                  .ca = true})
                    .value();
  Identity responder = issue(ca, {.subject = {{"CN", "responder"}},
                                  .extended_key_usage = {"OCSPSigning"},
                                  .not_before = now - 1000,
                                  .not_after = now + 1000})
                           .value();
  Identity client = issue(ca, {.serial = Bytes{0x11}}).value();
  Bytes request = ocsp_request(ocsp_id_of(client.certificate.get(), ca.certificate.get())).value();
  std::vector<Bytes> basics = {basic_of(ca, {}), basic_of(responder, {}),
                               basic_of(ca, {.status = V_OCSP_CERTSTATUS_REVOKED, .reason = 1}),
                               basic_of(ca, {.next_update = 0, .has_nonce = false})};

  [[nodiscard]] Bytes basic_of(const Identity& signer, pki::Says says) const {
    says.this_update = now - 10;
    if (says.next_update != 0) says.next_update = now + 10;
    says.revoked_at = now - 20;
    const auto whole = fuzz::elements_of(pki::respond(request, signer, says));
    return fuzz::der_of(whole->front().children[1].children[0].children[1].children[0]);
  }
  [[nodiscard]] std::optional<OcspAnswer> answer_of(BytesView response) const {
    const auto answer =
        read_ocsp_response({.der = response, .request = request, .issuer = ca.certificate.get()}, now);
    // What is taken is of its time.
    check(!answer || (answer->this_update <= now + ocsp_clock_skew_max &&
                      (answer->status == OcspAnswer::Status::revoked || answer->end() >= now)));
    check(ERR_peek_error() == 0);
    return answer ? std::optional(*answer) : std::nullopt;
  }
};
const Good& good() {
  static const Good made;
  return made;
}

/// A response that succeeded and whose BasicOCSPResponse is `basic` (RFC 6960 section 4.2.1).
Bytes wrapped(Bytes basic) {
  const fuzz::Node type{.tag = 0x06, .content = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01}};
  const fuzz::Node typed{.tag = 0x30, .children = {type, {.tag = 0x04, .content = std::move(basic)}}};
  const fuzz::Node successful{.tag = 0x0a, .content = {0x00}};
  return fuzz::der_of({.tag = 0x30, .children = {successful, {.tag = 0xa0, .children = {typed}}}});
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  fuzz::make_keys_predictable();
  for (const Bytes& basic : good().basics) check(good().answer_of(wrapped(basic)).has_value());
  return 0;
}

/// Which answer is damaged and whether it is signed again, then the changes; or a whole response, or what is
/// in one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes{data, size};
  check(!good().answer_of(bytes) && !good().answer_of(wrapped(Bytes(bytes.begin(), bytes.end()))));
  if (size > 0) {
    const bool is_signed = (data[0] & 1) != 0;
    const std::size_t which = data[0] / 2 % good().basics.size();
    const Bytes& whole = good().basics[which];
    fuzz::Node tree = fuzz::damaged(whole, bytes.subspan(1));
    if (is_signed) fuzz::sign(tree, (which == 1 ? good().responder : good().ca).key.get());
    const auto answer = good().answer_of(wrapped(fuzz::der_of(tree)));
    // OpenSSL checks the signature of what it has read, written again: that may differ in bytes, never in
    // meaning.
    check(!answer || is_signed || answer == good().answer_of(wrapped(whole)));
  }
  (void)ocsp_request(bytes);

  if (auto answers = OcspAnswers::parse(as_text(bytes), "fuzz")) {
    const auto again = OcspAnswers::parse(answers->text(), "again");
    check(again && again->size() == answers->size() && again->text().size() == answers->text().size());
    answers->forget(now, 1);
  }
  return 0;
}
