// The native of rate-limit bindings.
#include <chrono>

#include "bindings/host.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

js::Result<bool> rate_limit(js::Scope& scope, std::string binding, std::string key) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  const World& world = Host::of(scope).world;
  for (const RateLimit& one : world.site.ratelimits) {
    if (one.binding != binding) continue;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return world.rate_counters->pass(one, key, std::chrono::duration_cast<std::chrono::seconds>(now).count());
  }
  return js::plain_error("there is no rate limit '" + binding + "'");
}

constexpr js::Native table[] = {js::native<&rate_limit>("rateLimit")};

}  // namespace

constinit const std::span<const js::Native> rate_limit_natives = table;

}  // namespace edge::bindings
