// Decodes bytes of the usual encodings, in pieces. No V8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/bytes.h"

namespace edge::bindings {

enum class Encoding : std::uint8_t { utf_8, utf_16le, utf_16be, windows_1252 };

/// By its name in lower case; the other encodings of the standard are decoded in JavaScript (text.js).
std::optional<Encoding> encoding_named(std::string_view name);
std::string_view encoding_name(Encoding encoding);

struct DecodeOptions {
  bool fatal = false;
  bool ignore_bom = false;
};

/// https://encoding.spec.whatwg.org/#interface-textdecoder, the part below the interface.
class StreamDecoder {
 public:
  StreamDecoder(Encoding encoding, DecodeOptions options) : encoding_(encoding), options_(options) {}
  /// The text of what came so far; `more` keeps back what may be an unfinished character. Nothing where
  /// `fatal` holds and the bytes are not of the encoding. Lone surrogates never come out.
  std::optional<std::u16string> decode(BytesView bytes, bool more);
  [[nodiscard]] Encoding encoding() const { return encoding_; }

 private:
  std::optional<std::u16string> decode_utf_8(BytesView bytes, bool more);
  std::optional<std::u16string> decode_utf_16(BytesView bytes, bool more);
  Encoding encoding_;
  DecodeOptions options_;
  Bytes kept_;            ///< the start of a character whose end has not come
  bool started_ = false;  ///< a byte order mark is past
};

/// How many bytes at the end of `bytes` are the proper start of a character that is not complete: 0 to 3.
std::size_t unfinished_utf_8(BytesView bytes);

}  // namespace edge::bindings
