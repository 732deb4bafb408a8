// Frees OpenSSL's objects.
#include "runtime/tls/openssl.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace edge::tls {

void SslFree::operator()(SSL* p) const { SSL_free(p); }
void SslContextFree::operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
void SessionFree::operator()(SSL_SESSION* p) const { SSL_SESSION_free(p); }
void X509Free::operator()(X509* p) const { X509_free(p); }
void CrlFree::operator()(X509_CRL* p) const { X509_CRL_free(p); }
void StoreFree::operator()(X509_STORE* p) const { X509_STORE_free(p); }
void KeyFree::operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }

}  // namespace edge::tls
