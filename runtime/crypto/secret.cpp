// Wipes memory in a way that no compiler leaves out.
#include "runtime/crypto/secret.h"

#include <openssl/crypto.h>

namespace edge::crypto {

void wipe(void* memory, std::size_t size) { OPENSSL_cleanse(memory, size); }

}  // namespace edge::crypto
