// zlib and brotli behind one face.
#include "bindings/codec.h"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <zlib.h>

#include <array>

#include "runtime/base/error.h"

namespace edge::bindings {
namespace {

// The middle of the road: the best level of brotli takes twenty times as long for a sixth less.
constexpr std::uint32_t brotli_quality = 5;

class Zlib : public Codec {
 public:
  Zlib(int window_bits, CodecDirection direction) : inflates_(direction == CodecDirection::decompress) {
    const int code = inflates_ ? inflateInit2(&stream_, window_bits)
                               : deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits,
                                              MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY);
    check(code == Z_OK);
  }
  ~Zlib() override { inflates_ ? inflateEnd(&stream_) : deflateEnd(&stream_); }

 protected:
  std::optional<Step> step(BytesView input, std::span<std::uint8_t> output, bool ending) override {
    stream_.next_in = const_cast<Bytef*>(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    stream_.next_out = output.data();
    stream_.avail_out = static_cast<uInt>(output.size());
    const int code =
        inflates_ ? inflate(&stream_, Z_NO_FLUSH) : deflate(&stream_, ending ? Z_FINISH : Z_NO_FLUSH);
    // Z_BUF_ERROR says that nothing could be done for now.
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return std::nullopt;
    return Step{input.size() - stream_.avail_in, output.size() - stream_.avail_out, code == Z_STREAM_END};
  }

 private:
  z_stream stream_{};
  bool inflates_;
};

class BrotliEncoder : public Codec {
 public:
  BrotliEncoder() { check(BrotliEncoderSetParameter(state_.get(), BROTLI_PARAM_QUALITY, brotli_quality)); }

 protected:
  std::optional<Step> step(BytesView input, std::span<std::uint8_t> output, bool ending) override {
    std::size_t in = input.size(), out = output.size();
    const std::uint8_t* next_in = input.data();
    std::uint8_t* next_out = output.data();
    const auto operation = ending ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS;
    if (!BrotliEncoderCompressStream(state_.get(), operation, &in, &next_in, &out, &next_out, nullptr))
      return std::nullopt;
    return Step{input.size() - in, output.size() - out, BrotliEncoderIsFinished(state_.get()) == BROTLI_TRUE};
  }

 private:
  struct Destroy {
    void operator()(BrotliEncoderState* state) const { BrotliEncoderDestroyInstance(state); }
  };
  std::unique_ptr<BrotliEncoderState, Destroy> state_{BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)};
};

class BrotliDecoder : public Codec {
 protected:
  std::optional<Step> step(BytesView input, std::span<std::uint8_t> output, bool) override {
    std::size_t in = input.size(), out = output.size();
    const std::uint8_t* next_in = input.data();
    std::uint8_t* next_out = output.data();
    const auto code = BrotliDecoderDecompressStream(state_.get(), &in, &next_in, &out, &next_out, nullptr);
    if (code == BROTLI_DECODER_RESULT_ERROR) return std::nullopt;
    return Step{input.size() - in, output.size() - out, code == BROTLI_DECODER_RESULT_SUCCESS};
  }

 private:
  struct Destroy {
    void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
  };
  std::unique_ptr<BrotliDecoderState, Destroy> state_{BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)};
};

/// zlib tells its three formats apart by the size of the window: negative is raw, 16 more is gzip.
struct ZlibFormat {
  std::string_view name;
  int window_bits;
};
constexpr std::array zlib_formats{ZlibFormat{"deflate", MAX_WBITS}, ZlibFormat{"deflate-raw", -MAX_WBITS},
                                  ZlibFormat{"gzip", MAX_WBITS + 16}};

}  // namespace

std::unique_ptr<Codec> Codec::make(std::string_view format, CodecDirection direction) {
  for (const ZlibFormat& known : zlib_formats)
    if (known.name == format) return std::make_unique<Zlib>(known.window_bits, direction);
  if (format != "brotli") return nullptr;
  if (direction == CodecDirection::compress) return std::make_unique<BrotliEncoder>();
  return std::make_unique<BrotliDecoder>();
}

void Codec::feed(Bytes input) {
  check(taken_ == input_.size());
  input_ = std::move(input);
  taken_ = 0;
}

std::expected<Bytes, std::string_view> Codec::read(bool ending) {
  if (finished_ && taken_ < input_.size())
    return std::unexpected("there is more input after the end of the compressed data");
  if (finished_) return Bytes{};
  piece_.resize(piece_bytes);
  Step done;
  do {
    const auto step_done = step(BytesView(input_).subspan(taken_), piece_, ending);
    if (!step_done) return std::unexpected("the input is not compressed data of this format");
    done = *step_done;
    taken_ += done.taken;
    finished_ = done.finished;
  } while (done.given == 0 && done.taken > 0 && !finished_);
  if (done.given == 0 && ending && !finished_) return std::unexpected("the compressed data ends too early");
  return Bytes(piece_.begin(), piece_.begin() + static_cast<std::ptrdiff_t>(done.given));
}

}  // namespace edge::bindings
