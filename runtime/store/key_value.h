// The key-value store behind KV namespaces.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/error.h"

namespace edge::store {

struct Value {
  std::string bytes;
  std::string metadata;         ///< JSON text; "" for none
  std::int64_t expiration = 0;  ///< seconds since 1970; 0: never
};

struct ListedKey {
  std::string name;
  std::int64_t expiration = 0;
  std::string metadata;
};
struct Listing {
  std::vector<ListedKey> keys;
  bool complete = true;
  std::string cursor;  ///< pass it on for the next page; "" when complete
};

/// One namespace. Calls are synchronous and short (SQLite in WAL mode, several processes at once).
class KeyValue {
 public:
  virtual ~KeyValue() = default;
  virtual Result<std::optional<Value>> get(std::string_view key) = 0;
  virtual Result<> put(std::string_view key, Value value) = 0;
  virtual Result<> remove(std::string_view key) = 0;
  /// In the order of UTF-8 bytes, expired keys left out.
  virtual Result<Listing> list(std::string_view prefix, std::size_t limit, std::string_view cursor) = 0;
};

/// Opens (and makes) the SQLite file `path`; `name` is the namespace inside it.
Result<std::unique_ptr<KeyValue>> open_sqlite(const std::string& path, const std::string& name);

}  // namespace edge::store
