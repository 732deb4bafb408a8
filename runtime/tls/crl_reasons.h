// The names of the reasons for which certificates are revoked.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace edge::tls {

/// The name of a CRLReason: "keyCompromise"; "" for a number that has none.
/// RFC 5280 section 5.3.1
std::string_view reason_name(std::uint8_t reason);
/// The CRLReason of a name; nothing for one that is none.
std::optional<std::uint8_t> reason_of(std::string_view name);
/// All names, for messages.
std::span<const std::string_view> reason_names();

}  // namespace edge::tls
