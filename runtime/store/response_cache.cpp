// Responses in memory, found by key, in the order of their last use.
#include "runtime/store/response_cache.h"

#include <utility>

namespace edge::store {

namespace {

/// What lists, maps and counters cost beside the texts.
constexpr std::size_t overhead_bytes = 256;

std::size_t size_of(std::string_view key, const StoredResponse& response) {
  return key.size() + response.reason.size() + response.headers.size() + response.body.size() +
         overhead_bytes;
}

}  // namespace

std::shared_ptr<const StoredResponse> ResponseCache::find(std::string_view key, std::int64_t now) {
  auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const auto entry = found->second;
  if (entry->response->expires_at <= now) {
    drop(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->response;
}

void ResponseCache::put(std::string_view key, StoredResponse response) {
  if (auto found = by_key_.find(key); found != by_key_.end()) drop(found->second);
  const std::size_t size = size_of(key, response);
  if (size > bytes_max_) return;
  while (bytes_ + size > bytes_max_) drop(std::prev(entries_.end()));
  entries_.push_front({.key = std::string(key),
                       .response = std::make_shared<const StoredResponse>(std::move(response)),
                       .bytes = size});
  by_key_.emplace(entries_.front().key, entries_.begin());
  bytes_ += size;
}

bool ResponseCache::remove(std::string_view key, std::int64_t now) {
  const bool was_there = find(key, now) != nullptr;
  if (was_there) drop(entries_.begin());
  return was_there;
}

void ResponseCache::drop(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace edge::store
