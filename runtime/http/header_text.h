// What certificates say, as text that a header may hold: no byte of it ends a line, a quote or a list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/bytes.h"

namespace edge::http {

/// RFC 2253's escape \XX for every byte that is no printable ASCII, and for blanks at the ends (T24).
std::string header_safe(std::string_view text);

/// RFC 3986 section 2.1: %XX for all but letters, digits, "-", ".", "_", "~" and the characters of `safe`.
std::string percent_encoded(std::string_view text, std::string_view safe = {});

/// RFC 7468: certificates in lines of 64 characters.
std::string pem_of(const std::vector<BytesView>& certificates);

/// RFC 9651 sections 3.1 and 3.3.3: a list of Strings, so that no value can pretend to be two (T31).
std::string string_list(const std::vector<std::string>& values);

/// A serial number as OpenSSL and nginx print it: upper-case hex of the magnitude, "-" before a negative one.
/// `octets` is tls::ClientAuth::serial.
std::string serial_magnitude(std::string_view octets);

/// "2026-11-21T01:50:17Z" of seconds since 1970.
std::string iso_time(std::int64_t seconds);

}  // namespace edge::http
