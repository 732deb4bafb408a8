// Owners of OpenSSL's objects, without OpenSSL's headers: only .cpp files include those.
#pragma once

#include <memory>

struct ssl_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct x509_st;
struct X509_crl_st;
struct x509_store_st;
struct evp_pkey_st;

namespace edge::tls {

struct SslFree {
  void operator()(ssl_st* p) const;
};
struct SslContextFree {
  void operator()(ssl_ctx_st* p) const;
};
struct SessionFree {
  void operator()(ssl_session_st* p) const;
};
struct X509Free {
  void operator()(x509_st* p) const;
};
struct CrlFree {
  void operator()(X509_crl_st* p) const;
};
struct StoreFree {
  void operator()(x509_store_st* p) const;
};
struct KeyFree {
  void operator()(evp_pkey_st* p) const;
};

using SslPtr = std::unique_ptr<ssl_st, SslFree>;
using SslContextPtr = std::unique_ptr<ssl_ctx_st, SslContextFree>;
using SessionPtr = std::unique_ptr<ssl_session_st, SessionFree>;
using X509Ptr = std::unique_ptr<x509_st, X509Free>;
using CrlPtr = std::unique_ptr<X509_crl_st, CrlFree>;
using StorePtr = std::unique_ptr<x509_store_st, StoreFree>;
using KeyPtr = std::unique_ptr<evp_pkey_st, KeyFree>;

}  // namespace edge::tls
