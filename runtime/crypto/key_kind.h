// The kinds of asymmetric keys, and what OpenSSL calls them.
#pragma once

#include <string_view>

namespace edge::crypto {

struct KeyKind {
  std::string_view name;
  const char* type;
  const char* group = nullptr;  ///< of an elliptic curve: as OpenSSL reports it
  bool is_raw = false;          ///< public and private keys are just bytes
};

/// Null for a name that is none.
const KeyKind* find_key_kind(std::string_view name);

}  // namespace edge::crypto
