// The natives below CompressionStream and DecompressionStream.
#include "bindings/codec.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

class CodecHandle : public js::Held {
 public:
  explicit CodecHandle(std::unique_ptr<Codec> codec) : codec(std::move(codec)) {}
  std::unique_ptr<Codec> codec;
};

/// Null for a format that is not known.
std::unique_ptr<CodecHandle> open_codec(std::string_view format, bool decompresses) {
  auto codec = Codec::make(format, decompresses ? CodecDirection::decompress : CodecDirection::compress);
  return codec ? std::make_unique<CodecHandle>(std::move(codec)) : nullptr;
}

void feed(CodecHandle& handle, Bytes input) { handle.codec->feed(std::move(input)); }

js::Result<Bytes> read(CodecHandle& handle, bool ending) {
  auto piece = handle.codec->read(ending);
  if (!piece) return js::type_error("The compressed data is not valid: " + std::string(piece.error()) + ".");
  return std::move(*piece);
}

constexpr js::Native table[] = {
    js::native<&open_codec>("codecOpen"),
    js::native<&feed>("codecFeed"),
    js::native<&read>("codecRead"),
};

}  // namespace

constinit const std::span<const js::Native> compression_natives = table;

}  // namespace edge::bindings
