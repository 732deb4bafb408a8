// Text to values and back. Messages name the text and show what would be right.
#include "runtime/base/option_values.h"

#include <algorithm>
#include <charconv>

namespace edge::option_values {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

/// A whole number and its unit; fails where either is wrong, or the product does not fit `most`.
Result<std::uint64_t> read_with_unit(std::string_view text, std::span<const Unit> units,
                                     const std::string& expected) {
  const auto wrong = [&] { return fail(ErrorKind::config, quoted(text) + " is not " + expected); };
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data()) return wrong();
  const std::string_view name(end, text.data() + text.size());
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end()) return wrong();
  constexpr std::uint64_t most = std::uint64_t{1} << 50;
  if (number > most / unit->factor) return fail(ErrorKind::config, quoted(text) + " is too large");
  return number * unit->factor;
}

constexpr Unit time_units[] = {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}};
constexpr Unit size_units[] = {{"", 1}, {"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
constexpr Unit no_unit[] = {{"", 1}};

/// The largest unit that shows `value` as a whole number.
std::string show_with_unit(std::uint64_t value, std::span<const Unit> units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units)
    if (!unit.name.empty() && value != 0 && value % unit.factor == 0 && unit.factor > best->factor)
      best = &unit;
  return std::to_string(value / best->factor) + std::string(best->name);
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_';
}

/// The digits of a port: 1 to 65535; 0 too where it means "any free one".
Result<std::uint16_t> read_port(std::string_view text, std::uint16_t least) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port < least)
    return fail(ErrorKind::config, quoted(text) + " is not a port");
  return port;
}

}  // namespace

Result<std::chrono::milliseconds> read_duration(std::string_view text) {
  const auto value = read_with_unit(text, time_units, "a time: write 10s, 500ms, 2m or 1h");
  if (!value) return std::unexpected(value.error());
  if (*value == 0) return fail(ErrorKind::config, "a time must be more than 0");
  // A week is longer than any wait here should be, and far from what clocks overflow at.
  if (*value > 7 * 24 * 3'600'000ull) return fail(ErrorKind::config, quoted(text) + " is more than a week");
  return std::chrono::milliseconds(*value);
}

Result<std::uint64_t> read_size(std::string_view text) {
  return read_with_unit(text, size_units, "a size: write 64KiB, 100MiB, 1GiB or a number of bytes");
}

Result<std::uint64_t> read_number(std::string_view text) { return read_with_unit(text, no_unit, "a number"); }

Result<bool> read_on_off(std::string_view text) {
  if (text == "on" || text == "true") return true;
  if (text == "off" || text == "false") return false;
  return fail(ErrorKind::config, quoted(text) + " is neither on nor off");
}

Result<ListenAddress> read_address(std::string_view text) {
  const auto wrong = [&] {
    return fail(ErrorKind::config, quoted(text) + " is no address: write 0.0.0.0:8443, [::1]:8443 or 8443");
  };
  ListenAddress address;
  const auto colon = text.rfind(':');
  std::string_view host = colon == text.npos ? std::string_view{} : text.substr(0, colon);
  const auto port = read_port(colon == text.npos ? text : text.substr(colon + 1), 0);
  if (!port) return wrong();
  address.port = *port;
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 4) return wrong();
    host = host.substr(1, host.size() - 2);
    if (host.find_first_not_of("0123456789abcdefABCDEF:.%") != host.npos) return wrong();
  } else if (!std::ranges::all_of(host, is_host_character)) {
    return wrong();
  }
  if (!host.empty()) address.address = host == "localhost" ? "127.0.0.1" : std::string(host);
  if (colon == 0) address.address = "0.0.0.0";
  return address;
}

Result<> check_origin(std::string_view text) {
  const auto wrong = [&](const char* why) {
    return fail(ErrorKind::config,
                quoted(text) + " " + why + ": write http://host:port or https://host:port");
  };
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return wrong("is no http or https URL");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find('@') != rest.npos) return wrong("has a user name, which an origin cannot have");
  if (rest.find_first_of("/?#") != rest.npos) return wrong("has a path, which comes from each request");
  const bool bracketed = rest.starts_with('[');
  const auto host_end = bracketed ? rest.find(']') : rest.find(':');
  if (bracketed && host_end == rest.npos) return wrong("has a bracket too few");
  const std::string_view host = bracketed ? rest.substr(1, host_end - 1) : rest.substr(0, host_end);
  const std::string_view port =
      host_end == rest.npos ? std::string_view{} : rest.substr(host_end + (bracketed ? 1 : 0));
  if (host.empty()) return wrong("names no host");
  if (bracketed ? host.find_first_not_of("0123456789abcdefABCDEF:.") != host.npos
                : !std::ranges::all_of(host, is_host_character))
    return wrong("has a character that no host name has");
  if (!port.empty() && (port[0] != ':' || !read_port(port.substr(1), 1))) return wrong("has a bad port");
  return {};
}

Result<std::size_t> read_choice(std::string_view text, std::span<const std::string_view> words) {
  if (const auto found = std::ranges::find(words, text); found != words.end())
    return static_cast<std::size_t>(found - words.begin());
  std::string list;
  for (const std::string_view word : words) (list += list.empty() ? "" : ", ") += word;
  return fail(ErrorKind::config, quoted(text) + " is none of " + list + did_you_mean(text, words));
}

bool is_url(std::string_view text) { return text.find("://") != text.npos; }

Result<> check_source(std::string_view text) {
  if (!is_url(text)) return {};
  if (text.starts_with("ldap:") || text.starts_with("ldaps:"))
    return fail(ErrorKind::config, quoted(text) +
                                       " is an LDAP URL, which is not supported: give an http or "
                                       "https URL, or fetch the list into a file");
  const auto scheme_end = text.find("://") + 3;
  const auto path = text.find_first_of("/?#", scheme_end);
  return check_origin(text.substr(0, path));
}

Result<Tolerance> read_tolerance(std::string_view text) {
  constexpr std::string_view grace = "grace=";
  if (text == "deny") return Tolerance{.kind = Tolerance::Kind::deny};
  if (text == "allow") return Tolerance{.kind = Tolerance::Kind::allow};
  if (!text.starts_with(grace))
    return fail(ErrorKind::config, quoted(text) + " is none of deny, allow, grace=24h");
  return read_duration(text.substr(grace.size())).transform([](std::chrono::milliseconds time) {
    return Tolerance{.kind = Tolerance::Kind::grace, .grace = time};
  });
}

std::string show_duration(std::chrono::milliseconds value) {
  return show_with_unit(static_cast<std::uint64_t>(value.count()), time_units);
}
std::string show_size(std::uint64_t value) { return show_with_unit(value, size_units); }
std::string show_tolerance(const Tolerance& value) {
  if (value.kind == Tolerance::Kind::grace) return "grace=" + show_duration(value.grace);
  return value.kind == Tolerance::Kind::allow ? "allow" : "deny";
}
std::string show_address(const ListenAddress& value) {
  const bool is_v6 = value.address.find(':') != std::string::npos;
  return (is_v6 ? "[" + value.address + "]" : value.address) + ":" + std::to_string(value.port);
}

}  // namespace edge::option_values
