// The memory behind the Cache API: responses up to a number of bytes, the least recently used one gives way.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace edge::store {

struct StoredResponse {
  int status = 200;
  std::string reason;
  std::string headers;  ///< "name\nvalue\n…"
  std::string body;
  std::int64_t stored_at = 0;   ///< seconds since 1970
  std::int64_t expires_at = 0;  ///< from then on it is not found any more
};

/// One for a site in a worker process.
class ResponseCache {
 public:
  explicit ResponseCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  ResponseCache(const ResponseCache&) = delete;

  /// Null for what is not there. What was found stays valid after it gave way.
  std::shared_ptr<const StoredResponse> find(std::string_view key, std::int64_t now);
  /// Replaces what was stored under the key. One that is larger than all the memory is not stored.
  void put(std::string_view key, StoredResponse response);
  /// True when there was something.
  bool remove(std::string_view key, std::int64_t now);
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const StoredResponse> response;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;
  void drop(Entries::iterator entry);

  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Entries entries_;  ///< the most recently used one first
  std::unordered_map<std::string_view, Entries::iterator> by_key_;
};

}  // namespace edge::store
