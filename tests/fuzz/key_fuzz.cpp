// Keys of any bytes: refused, or read, written and read again as the same key.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "runtime/crypto/key.h"
#include "tests/fuzz/der.h"

namespace {

using namespace edge;

void expect(bool condition) {
  if (!condition) std::abort();
}

void read_spki(BytesView bytes) {
  const auto key = crypto::key_from_spki(bytes);
  if (!key) return expect(!key.error().message.empty());
  const auto written = crypto::spki_of(**key);
  if (!written) return;  // OpenSSL reads some that it cannot write: a point at infinity
  const auto again = crypto::key_from_spki(*written);
  expect(again.has_value() && crypto::spki_of(**again) == *written);
  expect(crypto::kind_of(**again) == crypto::kind_of(**key));
}

void read_pkcs8(BytesView bytes) {
  const auto key = crypto::key_from_pkcs8(bytes);
  if (!key) return expect(!key.error().message.empty());
  (void)crypto::public_half(**key);
  const auto written = crypto::pkcs8_of(**key);
  if (!written) return;
  const auto again = crypto::key_from_pkcs8(*written);
  expect(again.has_value() && crypto::kind_of(**again) == crypto::kind_of(**key));
}

void read_raw(std::uint8_t selector, BytesView bytes) {
  constexpr std::string_view curves[] = {"P-256", "P-384", "P-521"};
  constexpr std::string_view kinds[] = {"Ed25519", "X25519", "Ed448", "X448"};
  if (const auto key = crypto::ec_key(curves[selector % 3], bytes, {}))
    expect(!crypto::ec_numbers(**key).point.empty());
  const std::string_view kind = kinds[selector % 4];
  if (const auto key = crypto::raw_public_key(kind, bytes)) {
    const Bytes back = crypto::raw_public_of(**key);
    expect(back == Bytes(bytes.begin(), bytes.end()));
  }
  (void)crypto::raw_private_key(kind, bytes);
}

/// Keys of every kind, public and private, as DER.
std::vector<Bytes> make_good_keys() {
  std::vector<Bytes> keys;
  const auto add = [&](const crypto::KeyPair& pair) {
    keys.push_back(crypto::spki_of(*pair.public_key).value());
    keys.push_back(crypto::pkcs8_of(*pair.private_key).value());
  };
  for (const char* kind : {"P-256", "P-521", "Ed25519", "X448"}) add(crypto::generate_pair(kind).value());
  add(crypto::generate_rsa({.modulus_bits = 1024, .public_exponent = 65537}).value());
  return keys;
}

const Bytes& good_key(std::uint8_t selector) {
  static const std::vector<Bytes> good = make_good_keys();
  return good[selector % good.size()];
}

/// `key` in which some bytes are others, those of lengths too: of a tree all lengths are right.
Bytes with_octets_changed(Bytes key, BytesView changes) {
  for (; changes.size() >= 3; changes = changes.subspan(3))
    key[(changes[0] * 256U + changes[1]) % key.size()] = changes[2];
  return key;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  fuzz::make_keys_predictable();
  return 0;
}

/// Which key is damaged, then the changes, or a whole key.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const BytesView bytes(data + 1, size - 1);
  const Bytes& good = good_key(data[0]);
  const Bytes tree = fuzz::der_of(fuzz::damaged(good, bytes)), octets = with_octets_changed(good, bytes);
  for (const BytesView key : {bytes, BytesView(tree), BytesView(octets)}) {
    read_spki(key);
    read_pkcs8(key);
  }
  read_raw(data[0], bytes);
  return 0;
}
