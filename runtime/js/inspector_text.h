// Texts of V8's inspector, which are UTF-16 or Latin-1, as the UTF-8 of everything else.
#pragma once

#include <simdutf.h>
#include <v8-inspector.h>

#include <string>
#include <string_view>
#include <vector>

namespace edge::js {

inline std::string utf8_of(const v8_inspector::StringView& text) {
  std::string out;
  if (text.is8Bit()) {
    const auto* bytes = reinterpret_cast<const char*>(text.characters8());
    out.resize(simdutf::utf8_length_from_latin1(bytes, text.length()));
    out.resize(simdutf::convert_latin1_to_utf8(bytes, text.length(), out.data()));
  } else {
    // A lone surrogate has no UTF-8; the copy has U+FFFD in its place.
    std::u16string units(reinterpret_cast<const char16_t*>(text.characters16()), text.length());
    simdutf::to_well_formed_utf16(units.data(), units.size(), units.data());
    out.resize(simdutf::utf8_length_from_utf16(units.data(), units.size()));
    out.resize(simdutf::convert_utf16_to_utf8(units.data(), units.size(), out.data()));
  }
  return out;
}

/// A message for V8; empty where the bytes are no UTF-8.
class Utf16 {
 public:
  explicit Utf16(std::string_view text) : units_(simdutf::utf16_length_from_utf8(text.data(), text.size())) {
    units_.resize(
        simdutf::convert_utf8_to_utf16(text.data(), text.size(), reinterpret_cast<char16_t*>(units_.data())));
  }
  [[nodiscard]] v8_inspector::StringView view() const { return {units_.data(), units_.size()}; }

 private:
  std::vector<std::uint16_t> units_;
};

inline v8_inspector::StringView ascii(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace edge::js
