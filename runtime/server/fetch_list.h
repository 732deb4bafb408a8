// Fetches one revocation list over http or https.
#pragma once

#include <string>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/server/list_sources.h"

namespace edge::server {

struct ListWish {
  std::string url;
  const CachedList* known = nullptr;  ///< what was fetched before; null: nothing
  const Limits& limits;
  bool may_be_private = false;  ///< its address may be private or loopback
};

/// Waits for the answer; in a process that has nothing else to do. What is known, when it is still the
/// newest.
Result<CachedList> fetch_list(const ListWish& wish);

}  // namespace edge::server
