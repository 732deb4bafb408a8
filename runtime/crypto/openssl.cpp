// Frees OpenSSL's objects.
#include "runtime/crypto/openssl.h"

#include <openssl/evp.h>

namespace edge::crypto {

void PkeyFree::operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
void DigestContextFree::operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
void MacContextFree::operator()(EVP_MAC_CTX* p) const { EVP_MAC_CTX_free(p); }

}  // namespace edge::crypto
