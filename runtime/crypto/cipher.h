// Symmetric encryption: AES-CBC, AES-CTR, AEADs and AES key wrap, with the parameters of Web Cryptography.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/bytes.h"
#include "runtime/crypto/failure.h"

namespace edge::crypto {

enum class Direction : bool { encrypt, decrypt };

/// NIST SP 800-38A section 6.2, with the padding of PKCS #7. `iv` has 16 bytes.
Result<Bytes> aes_cbc(Direction direction, BytesView key, BytesView iv, BytesView data);

/// NIST SP 800-38A section 6.5: the last `counter_bits` (1 to 128) of the block `counter` count.
struct CounterBlock {
  BytesView start;
  unsigned counter_bits;
};
Result<Bytes> aes_ctr(BytesView key, CounterBlock counter, BytesView data);

/// An AEAD's result is the ciphertext followed by the tag. `name`: "AES-GCM", "AES-OCB" or
/// "ChaCha20-Poly1305".
struct AeadParameters {
  std::string name;
  BytesView iv;
  BytesView additional_data;
  std::size_t tag_bytes;
};
Result<Bytes> aead(Direction direction, BytesView key, const AeadParameters& parameters, BytesView data);

/// RFC 3394: `data` is a multiple of 8 bytes.
Result<Bytes> aes_key_wrap(Direction direction, BytesView key, BytesView data);

}  // namespace edge::crypto
