// One table of CRLReason, in the order of its numbers.
#include "runtime/tls/crl_reasons.h"

#include <algorithm>
#include <array>

namespace edge::tls {
namespace {

constexpr std::size_t unused = 7;  // RFC 5280 leaves the number out

constexpr std::array<std::string_view, 11> names = {
    "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
    "superseded",    "cessationOfOperation", "certificateHold", "",
    "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};

constexpr auto named = [] {
  std::array<std::string_view, names.size() - 1> all{};
  for (std::size_t i = 0, at = 0; i < names.size(); ++i)
    if (i != unused) all[at++] = names[i];
  return all;
}();

}  // namespace

std::string_view reason_name(std::uint8_t reason) { return reason < names.size() ? names[reason] : ""; }

std::optional<std::uint8_t> reason_of(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (name.empty() || found == names.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - names.begin());
}

std::span<const std::string_view> reason_names() { return named; }

}  // namespace edge::tls
