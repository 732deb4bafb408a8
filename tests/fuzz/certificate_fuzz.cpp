// Everything that is said of a client's certificate, for any DER a client may send.
#include "runtime/tls/certificate.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/client_auth.h"
#include "runtime/tls/verify.h"

using namespace edge;
using namespace edge::tls;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Identity ca = make_self_signed({.subject = {{"CN", "ca"}}, .ca = true}).value();
  static const StorePtr anchors = [] {
    std::vector<X509Ptr> cas;
    cas.push_back(certificate_from_der(ca.certificate_der()).value());
    return make_anchor_store(cas).value();
  }();
  const BytesView der{data, size};
  const auto details = certificate_details(der);
  const auto certificate = certificate_from_der(der);
  if (!certificate) return 0;
  const auto verdict =
      verify_client_chain(anchors.get(), certificate->get(), {certificate->get()}, 4, 1'750'000'000);
  const auto auth = client_auth_of(certificate->get(), {certificate->get()},
                                   {.code = verdict.code, .issuer = verdict.issuer.get()});
  // Values go into headers: printable ASCII, whatever the certificate holds (T24).
  for (const auto& field : client_auth_fields) {
    if (field.text == nullptr) continue;
    for (const char c : auth.*field.text) check(c >= 0x20 && c < 0x7f);
  }
  check(auth.verified != "SUCCESS" || details.has_value());
  return 0;
}
