// Decodes text piece by piece, keeping what a piece cuts in two.
#include "bindings/decoder.h"

#include <simdutf.h>

#include <algorithm>
#include <array>

namespace edge::bindings {
namespace {

// https://encoding.spec.whatwg.org/index-windows-1252.txt, 0x80 to 0x9F; the rest is Latin-1.
constexpr std::array<char16_t, 32> windows_1252_high = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

constexpr char16_t replacement = 0xFFFD;

std::u16string windows_1252(BytesView bytes) {
  std::u16string text(bytes.size(), u'\0');
  std::ranges::transform(bytes, text.begin(), [](std::uint8_t byte) {
    return byte >= 0x80 && byte < 0xA0 ? windows_1252_high[byte - 0x80u] : static_cast<char16_t>(byte);
  });
  return text;
}

/// What may follow a lead byte: https://encoding.spec.whatwg.org/#utf-8-decoder
struct Lead {
  std::size_t length = 0;  ///< 0: no lead byte
  std::uint8_t lower = 0x80, upper = 0xBF;
};
Lead lead_of(std::uint8_t byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {2};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  if (byte >= 0xF1 && byte <= 0xF3) return {4};
  return {};
}

/// Every maximal part of a character that is no character becomes one U+FFFD.
std::u16string utf_8_with_replacements(BytesView bytes) {
  std::u16string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::uint8_t byte = bytes[at++];
    if (byte < 0x80) {
      text += static_cast<char16_t>(byte);
      continue;
    }
    const Lead lead = lead_of(byte);
    if (lead.length == 0) {
      text += replacement;
      continue;
    }
    char32_t character = byte & (0x7Fu >> lead.length);
    std::size_t taken = 1;
    for (; taken < lead.length && at < bytes.size(); ++taken, ++at) {
      const std::uint8_t next = bytes[at];
      if (next < (taken == 1 ? lead.lower : 0x80) || next > (taken == 1 ? lead.upper : 0xBF)) break;
      character = character << 6 | (next & 0x3Fu);
    }
    if (taken < lead.length) {
      text += replacement;
    } else if (character < 0x10000) {
      text += static_cast<char16_t>(character);
    } else {
      text += static_cast<char16_t>(0xD800 + ((character - 0x10000) >> 10));
      text += static_cast<char16_t>(0xDC00 + ((character - 0x10000) & 0x3FF));
    }
  }
  return text;
}

bool is_high(char16_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(char16_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

}  // namespace

std::optional<Encoding> encoding_named(std::string_view name) {
  for (const Encoding encoding :
       {Encoding::utf_8, Encoding::utf_16le, Encoding::utf_16be, Encoding::windows_1252})
    if (encoding_name(encoding) == name) return encoding;
  return std::nullopt;
}

std::string_view encoding_name(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf_8:
      return "utf-8";
    case Encoding::utf_16le:
      return "utf-16le";
    case Encoding::utf_16be:
      return "utf-16be";
    case Encoding::windows_1252:
      return "windows-1252";
  }
  return "";
}

std::size_t unfinished_utf_8(BytesView bytes) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, bytes.size()); ++back) {
    const std::uint8_t byte = bytes[bytes.size() - back];
    if (byte >= 0x80 && byte <= 0xBF) continue;
    const Lead lead = lead_of(byte);
    if (lead.length <= back) return 0;
    if (back > 1) {
      const std::uint8_t second = bytes[bytes.size() - back + 1];
      if (second < lead.lower || second > lead.upper) return 0;
    }
    return back;
  }
  return 0;
}

std::optional<std::u16string> StreamDecoder::decode(BytesView bytes, bool more) {
  Bytes joined;
  if (!kept_.empty()) {
    joined = std::exchange(kept_, {});
    joined.insert(joined.end(), bytes.begin(), bytes.end());
    bytes = joined;
  }
  std::optional<std::u16string> text;
  if (encoding_ == Encoding::utf_8)
    text = decode_utf_8(bytes, more);
  else if (encoding_ == Encoding::windows_1252)
    text = windows_1252(bytes);
  else
    text = decode_utf_16(bytes, more);
  const bool has_mark =
      encoding_ != Encoding::windows_1252 && text && !started_ && text->starts_with(u'\uFEFF');
  if (has_mark && !options_.ignore_bom) text->erase(0, 1);
  // A call that gave no character yet leaves the mark to come; one that ends the stream starts the next.
  started_ = more && text && (started_ || has_mark || !text->empty());
  if (!more || !text) kept_.clear();
  return text;
}

std::optional<std::u16string> StreamDecoder::decode_utf_8(BytesView bytes, bool more) {
  if (more) {
    const std::size_t kept = unfinished_utf_8(bytes);
    kept_.assign(bytes.end() - static_cast<std::ptrdiff_t>(kept), bytes.end());
    bytes = bytes.first(bytes.size() - kept);
  }
  const char* start = reinterpret_cast<const char*>(bytes.data());
  if (!simdutf::validate_utf8(start, bytes.size())) {
    if (options_.fatal) return std::nullopt;
    return utf_8_with_replacements(bytes);
  }
  std::u16string text(simdutf::utf16_length_from_utf8(start, bytes.size()), u'\0');
  text.resize(simdutf::convert_valid_utf8_to_utf16le(start, bytes.size(), text.data()));
  return text;
}

std::optional<std::u16string> StreamDecoder::decode_utf_16(BytesView bytes, bool more) {
  std::u16string text;
  text.reserve(bytes.size() / 2 + 1);
  const bool big = encoding_ == Encoding::utf_16be;
  const auto unit_at = [&](std::size_t at) {
    return static_cast<char16_t>(big ? bytes[at] << 8 | bytes[at + 1] : bytes[at + 1] << 8 | bytes[at]);
  };
  std::size_t at = 0;
  for (; at + 1 < bytes.size(); at += 2) {
    const char16_t unit = unit_at(at);
    if (!is_high(unit) && !is_low(unit)) {
      text += unit;
      continue;
    }
    if (is_high(unit) && at + 3 < bytes.size() && is_low(unit_at(at + 2))) {
      text += unit;
      text += unit_at(at + 2);
      at += 2;
      continue;
    }
    // Its other half may be in the next piece.
    if (is_high(unit) && more && at + 3 >= bytes.size()) break;
    if (options_.fatal) return std::nullopt;
    text += replacement;
  }
  if (at == bytes.size()) return text;
  if (more) {
    kept_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end());
    return text;
  }
  if (options_.fatal) return std::nullopt;
  text += replacement;
  return text;
}

}  // namespace edge::bindings
