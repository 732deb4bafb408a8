// Reading and showing the values of options: durations, sizes, addresses, choices, and the members they go
// to.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "runtime/base/options.h"

namespace edge::option_values {

Result<std::chrono::milliseconds> read_duration(std::string_view text);
Result<std::uint64_t> read_size(std::string_view text);
Result<std::uint64_t> read_number(std::string_view text);
Result<bool> read_on_off(std::string_view text);
Result<ListenAddress> read_address(std::string_view text);
/// Fails for anything but http or https, a host and perhaps a port.
Result<> check_origin(std::string_view text);
/// "deny", "allow", "grace=24h".
Result<Tolerance> read_tolerance(std::string_view text);
/// A list's source: "http://host/path", "https://…"; a file or folder otherwise.
bool is_url(std::string_view text);
Result<> check_source(std::string_view text);
Result<std::size_t> read_choice(std::string_view text, std::span<const std::string_view> words);

std::string show_duration(std::chrono::milliseconds value);
std::string show_size(std::uint64_t value);
std::string show_tolerance(const Tolerance& value);
std::string show_address(const ListenAddress& value);

/// The words of each enumeration, in the order of its values.
template <class Enum>
constexpr std::span<const std::string_view> words();
template <>
constexpr std::span<const std::string_view> words<ClientAuthMode>() {
  static constexpr std::string_view all[] = {"off", "optional", "required"};
  return all;
}
template <>
constexpr std::span<const std::string_view> words<ForwardPreset>() {
  static constexpr std::string_view all[] = {"none",  "cloudflare", "managed-transform", "rfc9440", "xfcc",
                                             "nginx", "aws"};
  return all;
}
template <>
constexpr std::span<const std::string_view> words<ForwardRequests>() {
  static constexpr std::string_view all[] = {"every", "first"};
  return all;
}
template <>
constexpr std::span<const std::string_view> words<OnRevoke>() {
  static constexpr std::string_view all[] = {"deny", "close"};
  return all;
}
template <>
constexpr std::span<const std::string_view> words<TrustAnchors>() {
  static constexpr std::string_view all[] = {"roots", "any"};
  return all;
}
template <>
constexpr std::span<const std::string_view> words<LogFormat>() {
  static constexpr std::string_view all[] = {"text", "json"};
  return all;
}
template <>
constexpr std::span<const std::string_view> words<LogLevel>() {
  static constexpr std::string_view all[] = {"debug", "info", "warn", "error"};
  return all;
}

template <class T, class Class>
Class owner_of(T Class::*);
template <class T, class Class>
T type_of(T Class::*);

template <auto member>
using Owner = decltype(owner_of(member));
template <auto member>
using Type = decltype(type_of(member));

template <auto member>
constexpr Place place_of() {
  if constexpr (std::is_same_v<Owner<member>, Limits>) return Place::limits;
  return std::is_same_v<Owner<member>, Config> ? Place::server : Place::site;
}

/// The member in whichever of the three structs declares it.
template <auto member, class AnyConfig, class AnySite>
auto& at(AnyConfig& config, AnySite& site) {
  if constexpr (std::is_same_v<Owner<member>, Limits>) {
    return config.limits.*member;
  } else if constexpr (std::is_same_v<Owner<member>, Config>) {
    return config.*member;
  } else {
    return site.*member;
  }
}

template <class T>
constexpr bool is_record = requires(T& value) { read_record(std::string_view(), value); };
template <class T>
constexpr bool is_named = requires(const T& value) { name_of(value); };

template <class T>
Result<T> read(ValueKind kind, const std::string& text) {
  if constexpr (std::is_same_v<T, bool>) {
    return read_on_off(text);
  } else if constexpr (std::is_enum_v<T>) {
    return read_choice(text, words<T>()).transform([](std::size_t index) { return static_cast<T>(index); });
  } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    return read_duration(text);
  } else if constexpr (std::is_integral_v<T>) {
    const auto number = kind == ValueKind::size ? read_size(text) : read_number(text);
    return number.transform([](std::uint64_t value) { return static_cast<T>(value); });
  } else if constexpr (std::is_same_v<T, Tolerance>) {
    return read_tolerance(text);
  } else if constexpr (std::is_same_v<T, ListenAddress>) {
    return read_address(text);
  } else if constexpr (is_record<T>) {
    T value;
    return read_record(text, value).transform([&] { return std::move(value); });
  } else {
    if (kind == ValueKind::url)
      if (auto good = check_origin(text); !good) return std::unexpected(good.error());
    if (text.empty()) return fail(ErrorKind::config, "the value is empty");
    if (kind == ValueKind::source)
      if (auto good = check_source(text); !good) return std::unexpected(good.error());
    return text;
  }
}

template <class T>
std::string show(ValueKind kind, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "on" : "off";
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(words<T>()[static_cast<std::size_t>(value)]);
  } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    return show_duration(value);
  } else if constexpr (std::is_integral_v<T>) {
    return kind == ValueKind::size ? show_size(value) : std::to_string(value);
  } else if constexpr (std::is_same_v<T, Tolerance>) {
    return show_tolerance(value);
  } else if constexpr (std::is_same_v<T, ListenAddress>) {
    return show_address(value);
  } else if constexpr (is_record<T>) {
    return show_record(value);
  } else {
    return value;
  }
}

template <class T>
constexpr bool is_list = false;
template <class T>
constexpr bool is_list<std::vector<T>> = true;

template <class T>
struct ElementOf {
  using Type = T;
};
template <class T>
struct ElementOf<std::vector<T>> {
  using Type = T;
};

/// What a number or size may be; outside it the process would not work, so it is refused before anything
/// starts.
struct Range {
  std::uint64_t least = 0;
  std::uint64_t most = std::uint64_t{1} << 40;
};

template <auto member, ValueKind kind, Range range>
Result<> set_member(Config& config, SiteConfig& site, const std::string& text) {
  auto& target = at<member>(config, site);
  using T = std::remove_cvref_t<decltype(target)>;
  if constexpr (is_list<T>) {
    auto value = read<typename T::value_type>(kind, text);
    if (!value) return std::unexpected(value.error());
    if constexpr (is_named<typename T::value_type>)
      std::erase_if(target, [&](const auto& old) { return name_of(old) == name_of(*value); });
    target.push_back(std::move(*value));
  } else {
    auto value = read<T>(kind, text);
    if (!value) return std::unexpected(value.error());
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      const auto number = static_cast<std::uint64_t>(*value);
      if (number < range.least || number > range.most)
        return fail(ErrorKind::config,
                    text + " is not within " + show(kind, range.least) + " to " + show(kind, range.most));
    }
    target = std::move(*value);
  }
  return {};
}

template <auto member>
void clear_member(Config& config, SiteConfig& site) {
  at<member>(config, site).clear();
}

template <auto member, ValueKind kind>
std::string show_member(const Config& config, const SiteConfig& site) {
  const auto& value = at<member>(config, site);
  using T = std::remove_cvref_t<decltype(value)>;
  if constexpr (is_list<T>) {
    return value.empty() ? "" : show(kind, value.back());
  } else {
    return show(kind, value);
  }
}

struct Words {
  std::string_view flag, key, value, help, example, wrangler = {};
};

/// A row for `member`.
template <auto member, ValueKind kind, Range range = Range{}>
constexpr Option row(const Words& words) {
  using T = Type<member>;
  using Element = typename ElementOf<T>::Type;
  void (*clear)(Config&, SiteConfig&) = nullptr;
  if constexpr (is_list<T> && !is_named<Element>) clear = &clear_member<member>;
  std::span<const RecordKey> (*keys)() = nullptr;
  if constexpr (kind == ValueKind::record) keys = &record_keys<Element>;
  return {.flag = words.flag,
          .key = words.key,
          .place = place_of<member>(),
          .kind = kind,
          .repeatable = is_list<T>,
          .value = words.value,
          .help = words.help,
          .example = words.example,
          .wrangler = words.wrangler,
          .record_keys = keys,
          .set = &set_member<member, kind, range>,
          .clear = clear,
          .show = &show_member<member, kind>};
}

}  // namespace edge::option_values
