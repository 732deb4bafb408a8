// Owners of OpenSSL's objects, without OpenSSL's headers: only .cpp files include those.
#pragma once

#include <memory>

struct evp_pkey_st;
struct evp_md_ctx_st;
struct evp_mac_ctx_st;

namespace edge::crypto {

/// Owns what `free` frees:  `Owner<BIGNUM, BN_clear_free> number{BN_new()}`.
template <auto free>
struct Free {
  template <class T>
  void operator()(T* p) const {
    free(p);
  }
};
template <class T, auto free>
using Owner = std::unique_ptr<T, Free<free>>;

struct PkeyFree {
  void operator()(evp_pkey_st* p) const;
};
struct DigestContextFree {
  void operator()(evp_md_ctx_st* p) const;
};
struct MacContextFree {
  void operator()(evp_mac_ctx_st* p) const;
};
using PkeyPtr = std::unique_ptr<evp_pkey_st, PkeyFree>;
using DigestContextPtr = std::unique_ptr<evp_md_ctx_st, DigestContextFree>;
using MacContextPtr = std::unique_ptr<evp_mac_ctx_st, MacContextFree>;

}  // namespace edge::crypto
