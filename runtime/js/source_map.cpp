// Source maps: from a place in a bundle to the place in the file that its author wrote.
#include "runtime/js/source_map.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <tuple>

#include "runtime/base/bytes.h"
#include "runtime/js/module_source.h"

namespace edge::js {

namespace {

namespace files = std::filesystem;

// A bundle of a megabyte has a map of three, and some hundred thousand segments.
constexpr std::size_t map_bytes_max = 32 * 1024 * 1024;
constexpr std::size_t segments_max = 2'000'000;

/// The value of a digit, -1 of what is none. https://tc39.es/ecma426/#sec-base64-vlq
constexpr std::array<std::int8_t, 256> digit_values = [] {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < digits.size(); ++i)
    values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
  return values;
}();

/// Takes a number from the start of `text`; nothing where there is none, or one of more than 32 bits.
/// https://tc39.es/ecma426/#sec-base64-vlq
std::optional<int> take_vlq(std::string_view& text) {
  constexpr int bits_max = 32;
  std::uint64_t value = 0;
  for (int shift = 0; !text.empty() && shift < bits_max; shift += 5) {
    const int digit = digit_values[static_cast<unsigned char>(text[0])];
    if (digit < 0) return std::nullopt;
    text.remove_prefix(1);
    value |= static_cast<std::uint64_t>(digit & 31) << shift;
    if ((digit & 32) != 0) continue;
    if (value > UINT32_MAX) return std::nullopt;
    const auto magnitude = static_cast<int>(value >> 1);
    return (value & 1) != 0 ? -magnitude : magnitude;
  }
  return std::nullopt;
}

std::string_view text_at(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

/// As a person would write it: relative where the script's own path is.
std::string source_path(const std::string& folder, std::string_view root, std::string_view source) {
  if (source.contains("://")) return std::string(source);
  if (root.contains("://")) return std::string(root) + "/" + std::string(source);
  return (files::path(folder) / root / source).lexically_normal().string();
}

/// Without what stands for a byte in a URL: "my%20worker.js.map".
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned byte = 0;
    const auto* digits = text.data() + at + 1;
    if (text[at] == '%' && at + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out += static_cast<char>(byte);
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace

std::optional<SourceMap> SourceMap::parse(std::string_view json, const std::string& folder) {
  boost::system::error_code error;
  if (json.size() > map_bytes_max) return std::nullopt;
  const auto value = boost::json::parse(json, error);
  if (error || !value.is_object()) return std::nullopt;
  const auto& object = value.get_object();
  const auto* version = object.if_contains("version");
  const auto* sources = object.if_contains("sources");
  if (version == nullptr || !version->is_int64() || version->get_int64() != 3) return std::nullopt;
  if (sources == nullptr || !sources->is_array()) return std::nullopt;
  SourceMap map;
  for (const auto& source : sources->get_array())
    map.sources_.push_back(
        source.is_string() ? source_path(folder, text_at(object, "sourceRoot"), source.get_string()) : "");
  if (!map.read_mappings(text_at(object, "mappings"))) return std::nullopt;
  return map;
}

// https://tc39.es/ecma426/#sec-mappings
bool SourceMap::read_mappings(std::string_view mappings) {
  constexpr auto order = [](const Segment& one) { return std::tuple(one.line, one.column); };
  std::array<int, 5> fields{};  // column, source, source's line, source's column, name
  int line = 0;
  while (!mappings.empty()) {
    if (mappings[0] == ';' || mappings[0] == ',') {
      if (mappings[0] == ';') {
        ++line;
        fields[0] = 0;
      }
      mappings.remove_prefix(1);
      continue;
    }
    std::size_t count = 0;
    for (; count < fields.size() && !mappings.empty() && mappings[0] != ',' && mappings[0] != ';'; ++count) {
      const auto difference = take_vlq(mappings);
      if (!difference || __builtin_add_overflow(fields[count], *difference, &fields[count])) return false;
    }
    if (segments_.size() == segments_max) return false;
    // A segment of one field has no source; its column ends the one before.
    segments_.push_back({.line = line,
                         .column = fields[0],
                         .source = count > 3 ? fields[1] : -1,
                         .source_line = fields[2],
                         .source_column = fields[3]});
  }
  std::ranges::stable_sort(segments_, {}, order);
  return true;
}

std::string SourceMap::original(const GeneratedPlace& place) const {
  constexpr auto order = [](const Segment& one) { return std::tuple(one.line, one.column); };
  const auto after =
      std::ranges::upper_bound(segments_, std::tuple(place.line - 1, place.column - 1), {}, order);
  if (after == segments_.begin()) return {};
  const Segment& found = *std::prev(after);
  if (found.line != place.line - 1 || found.source < 0 || found.source_line < 0 || found.source_column < 0)
    return {};
  const auto source = static_cast<std::size_t>(found.source);
  if (source >= sources_.size() || sources_[source].empty()) return {};
  // Wider than the fields: a map may hold the largest of them.
  return sources_[source] + ":" + std::to_string(found.source_line + std::int64_t{1}) + ":" +
         std::to_string(found.source_column + std::int64_t{1});
}

std::optional<SourceMap> read_source_map(const std::string& script, std::string_view url) {
  const files::path folder = files::path(script).parent_path();
  if (url.starts_with("data:")) {
    constexpr std::string_view marker = ";base64,";
    const auto comma = url.find(',');
    const auto begin = url.find(marker);
    if (begin == url.npos || begin + marker.size() != comma + 1) return std::nullopt;
    const auto json = base64_decode(url.substr(comma + 1));
    return json ? SourceMap::parse(as_text(*json), folder.string()) : std::nullopt;
  }
  if (url.empty() || url.contains("://")) return std::nullopt;
  // A map is a file beside the script or below it: a script must not choose what else is read.
  const auto path = (folder / percent_decoded(url)).lexically_normal();
  if (!is_inside(path.string(), folder_of(script))) return std::nullopt;
  std::error_code error;
  if (files::file_size(path, error) > map_bytes_max || error) return std::nullopt;
  const auto json = read_module(path.string(), "");
  return json ? SourceMap::parse(*json, path.parent_path().string()) : std::nullopt;
}

}  // namespace edge::js
