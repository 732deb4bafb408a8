// Compressors and decompressors that are fed in pieces and give their output in pieces. No V8.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string_view>

#include "runtime/base/bytes.h"

namespace edge::bindings {

enum class CodecDirection : bool { compress, decompress };

/// https://compression.spec.whatwg.org/
class Codec {
 public:
  /// Nothing for a format that is not known. Known: "deflate" (RFC 1950), "deflate-raw" (RFC 1951), "gzip"
  /// (RFC 1952) and "brotli" (RFC 7932).
  static std::unique_ptr<Codec> make(std::string_view format, CodecDirection direction);
  virtual ~Codec() = default;

  /// What read() takes its input from; everything that was given before has been read by then.
  void feed(Bytes input);
  /// The next piece of output, at most `piece_bytes`; empty when more input is needed, or after the end.
  /// `ending` says that no more input will come. Fails, with a reason, on input that is none of the format,
  /// goes on after its end, or lacks it.
  std::expected<Bytes, std::string_view> read(bool ending);

  static constexpr std::size_t piece_bytes = 64 * 1024;

 protected:
  /// One step of the library: what it took of `input`, what it gave, and whether that was the end.
  struct Step {
    std::size_t taken = 0, given = 0;
    bool finished = false;
  };
  virtual std::optional<Step> step(BytesView input, std::span<std::uint8_t> output, bool ending) = 0;

 private:
  Bytes input_, piece_;
  std::size_t taken_ = 0;
  bool finished_ = false;
};

}  // namespace edge::bindings
