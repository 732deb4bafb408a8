// Symmetric encryption by EVP_CIPHER.
#include "runtime/crypto/cipher.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <limits>

#include "runtime/base/error.h"
#include "runtime/crypto/openssl.h"
#include "runtime/crypto/secret.h"

namespace edge::crypto {

namespace {

constexpr std::size_t block_bytes = 16;
// EVP_CipherUpdate counts in int.
constexpr std::size_t data_bytes_max = std::numeric_limits<int>::max() - 2 * block_bytes;

using Method = Owner<EVP_CIPHER, EVP_CIPHER_free>;
using Context = Owner<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

/// "AES-256-CBC" for a key of 32 bytes and the mode "CBC".
Method aes(BytesView key, std::string_view mode) {
  const std::string name = "AES-" + std::to_string(key.size() * 8) + "-" + std::string(mode);
  return Method{EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr)};
}

std::unexpected<Failure> refused(Direction direction) {
  return operation_failed(direction == Direction::encrypt
                              ? "the data cannot be encrypted with these parameters"
                              : "the data cannot be decrypted: the key, the "
                                "parameters or the data are not the right ones");
}

int is_encryption(Direction direction) { return direction == Direction::encrypt ? 1 : 0; }

/// What remains of a run once key and IV are set.
Result<Bytes> run(EVP_CIPHER_CTX* context, Direction direction, BytesView data) {
  Bytes out(data.size() + 2 * block_bytes);
  int written = 0;
  int last = 0;
  if (EVP_CipherUpdate(context, out.data(), &written, data.data(), static_cast<int>(data.size())) != 1 ||
      EVP_CipherFinal_ex(context, out.data() + written, &last) != 1) {
    wipe(out.data(), out.size());
    return refused(direction);
  }
  out.resize(static_cast<std::size_t>(written + last));
  return out;
}

Result<Bytes> cipher(const Method& method, Direction direction, BytesView key, BytesView iv, BytesView data) {
  if (data.size() > data_bytes_max) return operation_failed("the data is longer than 2 GiB");
  const Context context{EVP_CIPHER_CTX_new()};
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  if (!method || EVP_CipherInit_ex2(context.get(), method.get(), key.data(), iv.empty() ? nullptr : iv.data(),
                                    is_encryption(direction), nullptr) != 1)
    return refused(direction);
  return run(context.get(), direction, data);
}

/// How many blocks can be made before the counter's bits are all zero again; as many as fit where that is
/// more.
std::size_t blocks_to_wrap(CounterBlock counter) {
  constexpr unsigned bits_max = std::numeric_limits<std::size_t>::digits - 1;
  std::size_t value = 0;
  // Bits above those that fit matter only when one of them is zero: then there is room for any data.
  for (unsigned bit = counter.counter_bits; bit-- > 0;) {
    const bool is_set = ((counter.start[block_bytes - 1 - bit / 8] >> (bit % 8)) & 1) != 0;
    if (bit < bits_max)
      value = value << 1 | (is_set ? 1 : 0);
    else if (!is_set)
      return std::size_t{1} << bits_max;
  }
  return (std::size_t{1} << std::min(counter.counter_bits, bits_max)) - value;
}

std::array<std::uint8_t, block_bytes> with_zero_counter(CounterBlock counter) {
  std::array<std::uint8_t, block_bytes> block;
  std::ranges::copy(counter.start, block.begin());
  for (unsigned bit = 0; bit < counter.counter_bits; ++bit)
    block[block_bytes - 1 - bit / 8] &= static_cast<std::uint8_t>(~(1U << (bit % 8)));
  return block;
}

}  // namespace

Result<Bytes> aes_cbc(Direction direction, BytesView key, BytesView iv, BytesView data) {
  return cipher(aes(key, "CBC"), direction, key, iv, data);
}

Result<Bytes> aes_ctr(BytesView key, CounterBlock counter, BytesView data) {
  check(counter.start.size() == block_bytes && counter.counter_bits >= 1 && counter.counter_bits <= 128);
  const std::size_t blocks = (data.size() + block_bytes - 1) / block_bytes;
  if (counter.counter_bits < 63 && blocks > std::size_t{1} << counter.counter_bits)
    return operation_failed("the counter has too few bits for that much data");
  const std::size_t before_wrap = blocks_to_wrap(counter);
  const auto method = aes(key, "CTR");
  if (blocks <= before_wrap) return cipher(method, Direction::encrypt, key, counter.start, data);
  // OpenSSL carries into the nonce where the counter has fewer than 128 bits, so the rest starts anew.
  auto first = cipher(method, Direction::encrypt, key, counter.start, data.first(before_wrap * block_bytes));
  auto rest = cipher(method, Direction::encrypt, key, with_zero_counter(counter),
                     data.subspan(before_wrap * block_bytes));
  if (!first || !rest) return first ? rest : first;
  first->insert(first->end(), rest->begin(), rest->end());
  return first;
}

namespace {

/// An AEAD's context with lengths, key and IV; null where OpenSSL refuses one of them.
Context begin_aead(Direction direction, BytesView key, const AeadParameters& parameters) {
  const auto method = parameters.name.starts_with("AES-")
                          ? aes(key, std::string_view(parameters.name).substr(4))
                          : Method{EVP_CIPHER_fetch(nullptr, parameters.name.c_str(), nullptr)};
  Context context{EVP_CIPHER_CTX_new()};
  std::size_t iv_bytes = parameters.iv.size();
  // OCB's tag is no part of a longer one: its length goes into the first block.
  const bool is_ocb = parameters.name == "AES-OCB";
  const std::array settings = {
      OSSL_PARAM_construct_size_t(OSSL_CIPHER_PARAM_AEAD_IVLEN, &iv_bytes),
      is_ocb ? OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, nullptr, parameters.tag_bytes)
             : OSSL_PARAM_construct_end(),
      OSSL_PARAM_construct_end()};
  const int encrypts = is_encryption(direction);
  if (!method ||
      EVP_CipherInit_ex2(context.get(), method.get(), nullptr, nullptr, encrypts, settings.data()) != 1 ||
      EVP_CipherInit_ex2(context.get(), nullptr, key.data(), parameters.iv.data(), encrypts, nullptr) != 1)
    return nullptr;
  return context;
}

}  // namespace

Result<Bytes> aead(Direction direction, BytesView key, const AeadParameters& parameters, BytesView data) {
  const bool decrypts = direction == Direction::decrypt;
  const BytesView extra = parameters.additional_data;
  if (data.size() > data_bytes_max || extra.size() > data_bytes_max)
    return operation_failed("the data is longer than 2 GiB");
  if (decrypts && data.size() < parameters.tag_bytes)
    return operation_failed("the data is shorter than its tag");
  const Context context = begin_aead(direction, key, parameters);
  if (!context) return refused(direction);
  const BytesView text = decrypts ? data.first(data.size() - parameters.tag_bytes) : data;
  Bytes tag(parameters.tag_bytes);
  if (decrypts) std::ranges::copy(data.last(tag.size()), tag.begin());
  std::array tag_setting = {
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag.data(), tag.size()),
      OSSL_PARAM_construct_end()};
  if (decrypts && EVP_CIPHER_CTX_set_params(context.get(), tag_setting.data()) != 1)
    return refused(direction);
  int written = 0;
  if (!extra.empty() &&
      EVP_CipherUpdate(context.get(), nullptr, &written, extra.data(), static_cast<int>(extra.size())) != 1)
    return refused(direction);
  auto out = run(context.get(), direction, text);
  if (!out || decrypts) return out;
  if (EVP_CIPHER_CTX_get_params(context.get(), tag_setting.data()) != 1) return refused(direction);
  out->insert(out->end(), tag.begin(), tag.end());
  return out;
}

Result<Bytes> aes_key_wrap(Direction direction, BytesView key, BytesView data) {
  return cipher(aes(key, "WRAP"), direction, key, {}, data);
}

}  // namespace edge::crypto
