// OCSP responses of any bytes, and the file that answers are kept in: nobody without the CA's key can call a
// certificate good, and what is kept is read as it was written.
#include <algorithm>

#include "runtime/tls/certs.h"
#include "runtime/tls/ocsp.h"
#include "runtime/tls/ocsp_answers.h"

using namespace edge;
using namespace edge::tls;

namespace {

constexpr std::int64_t now = 1'750'000'000;

struct Asked {
  Identity ca = make_self_signed({.subject = {{"CN", "ca"}}, .extended_key_usage = {}, .ca = true}).value();
  Identity client = issue(ca, {.serial = Bytes{0x11}}).value();
  Bytes request = ocsp_request(ocsp_id_of(client.certificate.get(), ca.certificate.get())).value();
};

void put(Bytes& to, std::uint8_t tag, BytesView content) {
  to.push_back(tag);
  if (content.size() >= 0x80) {
    to.push_back(0x82);
    to.push_back(static_cast<std::uint8_t>(content.size() >> 8));
  }
  to.push_back(static_cast<std::uint8_t>(content.size()));
  to.insert(to.end(), content.begin(), content.end());
}

/// A response that succeeded and whose BasicOCSPResponse is `basic` (RFC 6960 section 4.2.1).
Bytes wrapped(BytesView basic) {
  constexpr std::uint8_t type[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01};
  Bytes inner, typed, tagged, whole{0x0a, 0x01, 0x00}, response;
  put(inner, 0x06, type);
  put(inner, 0x04, basic);
  put(typed, 0x30, inner);
  put(tagged, 0xa0, typed);
  whole.insert(whole.end(), tagged.begin(), tagged.end());
  put(response, 0x30, whole);
  return response;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Asked asked;
  constexpr std::size_t two_octets_of_length = 0xff00;
  const BytesView bytes{data, std::min(size, two_octets_of_length)};
  const Bytes basic = wrapped(bytes);
  for (const BytesView response : {bytes, BytesView(basic)})
    check(!read_ocsp_response(
        {.der = response, .request = asked.request, .issuer = asked.ca.certificate.get()}, now));
  if (const auto certificate = certificate_from_der(bytes))
    for (const std::string& url : ocsp_urls(certificate->get())) check(!url.empty());
  (void)ocsp_request(bytes);

  if (auto answers = OcspAnswers::parse(as_text(bytes), "fuzz")) {
    const auto again = OcspAnswers::parse(answers->text(), "again");
    check(again && again->size() == answers->size() && again->text().size() == answers->text().size());
    answers->forget(now, 1);
  }
  return 0;
}
