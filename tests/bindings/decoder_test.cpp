// TextDecoder's machine: pieces, broken bytes.
#include "bindings/decoder.h"

#include <doctest/doctest.h>

namespace edge::bindings {
namespace {

std::optional<std::u16string> decode(Encoding encoding, std::string_view bytes, DecodeOptions options = {}) {
  return StreamDecoder(encoding, options).decode(as_bytes(bytes), false);
}

/// The text of every way to cut `bytes` in two; empty when two ways differ.
std::u16string decode_in_pieces(Encoding encoding, std::string_view bytes) {
  const std::u16string whole = *decode(encoding, bytes);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    StreamDecoder decoder(encoding, {});
    std::u16string text = *decoder.decode(as_bytes(bytes.substr(0, cut)), true);
    text += *decoder.decode(as_bytes(bytes.substr(cut)), false);
    if (text != whole) return {};
  }
  return whole;
}

}  // namespace

TEST_CASE("decoder: knows the encodings that are decoded in C++ by their names, and no other") {
  CHECK_FALSE(encoding_named("shift_jis"));
  CHECK_FALSE(encoding_named(""));
  for (const Encoding encoding :
       {Encoding::utf_8, Encoding::utf_16le, Encoding::utf_16be, Encoding::windows_1252})
    CHECK(encoding_named(encoding_name(encoding)) == encoding);
}

TEST_CASE("decoder: each maximal part of a broken UTF-8 character becomes one replacement") {
  CHECK(decode(Encoding::utf_8, "a\xF0\x9F\x92z") == u"a\uFFFDz");
  CHECK(decode(Encoding::utf_8, "\xE0\x80\x80") == u"\uFFFD\uFFFD\uFFFD");
  CHECK(decode(Encoding::utf_8, "\xED\xA0\x80") == u"\uFFFD\uFFFD\uFFFD");
  CHECK(decode(Encoding::utf_8, "\xC0\xAF\xFF") == u"\uFFFD\uFFFD\uFFFD");
  CHECK(decode(Encoding::utf_8, "\xF4\x90\x80\x80") == u"\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST_CASE("decoder: fatal refuses what is not of the encoding") {
  CHECK_FALSE(decode(Encoding::utf_8, "\xFF", {.fatal = true}));
  CHECK_FALSE(decode(Encoding::utf_8, "a\xE2\x82", {.fatal = true}));
  CHECK_FALSE(decode(Encoding::utf_16le, std::string_view("\x00\xD8", 2), {.fatal = true}));
  CHECK_FALSE(decode(Encoding::utf_16le, "a", {.fatal = true}));
  CHECK(decode(Encoding::utf_8, "\xE2\x82\xAC", {.fatal = true}) == u"€");
}

TEST_CASE("decoder: text is the same wherever the bytes are cut") {
  CHECK(decode_in_pieces(Encoding::utf_8, "\xEF\xBB\xBFz\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xFF\xE2\x82") ==
        u"zä€😀\uFFFD\uFFFD");
  CHECK(decode_in_pieces(Encoding::utf_16le,
                         std::string_view("\xFF\xFE\x61\x00\x3D\xD8\x00\xDE\x00\xD8\x62\x00", 12)) ==
        u"a😀\uFFFDb");
  CHECK(decode_in_pieces(Encoding::utf_16be, std::string_view("\x00\x61\xD8\x3D\xDE\x00\xDC\x00\x00", 9)) ==
        u"a😀\uFFFD\uFFFD");
}

TEST_CASE("decoder: a byte order mark goes away once, and stays when asked for") {
  CHECK(decode(Encoding::utf_8, "\xEF\xBB\xBF\xEF\xBB\xBFx") == u"\uFEFFx");
  CHECK(decode(Encoding::utf_8, "\xEF\xBB\xBFx", {.ignore_bom = true}) == u"\uFEFFx");
  StreamDecoder decoder(Encoding::utf_8, {});
  CHECK(decoder.decode(as_bytes("x"), true) == u"x");
  CHECK(decoder.decode(as_bytes("\xEF\xBB\xBF"), false) == u"\uFEFF");
  // The stream has ended: the next one may have a mark of its own.
  CHECK(decoder.decode(as_bytes("\xEF\xBB\xBFy"), false) == u"y");
}

TEST_CASE("decoder: windows-1252 is Latin-1 with punctuation in the C1 range") {
  CHECK(decode(Encoding::windows_1252, "\x80\x9F\xE4\x81") == u"€Ÿä\u0081");
}

}  // namespace edge::bindings
