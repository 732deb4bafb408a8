// Revocation lists of any bytes: with the signature checked, and the walk over entries without it.
#include <algorithm>

#include "runtime/tls/certs.h"
#include "runtime/tls/crl.h"
#include "runtime/tls/crl_entries.h"

using namespace edge;
using namespace edge::tls;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<X509Ptr> cas = [] {
    std::vector<X509Ptr> made;
    made.push_back(std::move(make_self_signed({.subject = {{"CN", "ca"}}, .ca = true}).value().certificate));
    return made;
  }();
  const BytesView bytes{data, size};
  (void)parse_crls(bytes, "fuzz.crl", cas, 1'750'000'000);
  (void)read_entries(bytes);
  if (const auto parts = split_crl(bytes)) {
    (void)read_entries(parts->entries);
    // Without its entries a list is still a list, and has no more of them.
    const auto again = split_crl(parts->without_entries);
    check(again.has_value() && again->entries.empty());
  }
  return 0;
}
