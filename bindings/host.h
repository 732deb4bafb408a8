// What the natives of one Realm find of the world, and the requests that the Realm is answering.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "bindings/rate_counters.h"
#include "bindings/timers.h"
#include "runtime/base/config.h"
#include "runtime/base/deadline.h"
#include "runtime/http/client.h"
#include "runtime/http/forwarding.h"
#include "runtime/js/realm.h"
#include "runtime/server/handler.h"
#include "runtime/store/key_value.h"
#include "runtime/store/response_cache.h"

namespace edge::bindings {

class Exchange;
class TestRun;

/// Each with an identity and a pool of its own, by the name of its binding.
using Clients = std::map<std::string, std::unique_ptr<http::Client>, std::less<>>;

/// What a script has of the world beside its Realm; one for each Worker.
struct World {
  boost::asio::io_context& io;
  TimerWheel& wheel;
  const SiteConfig& site;
  const Limits& limits;
  http::Client* client = nullptr;         ///< null where there is no network: fetch() says so
  http::Client* origin_client = nullptr;  ///< that shows the site's certificate to its origin; null: `client`
  std::optional<http::Destination> origin = std::nullopt;
  std::optional<http::Forwarding> forwarding = std::nullopt;  ///< where there is an origin
  std::map<std::string, std::unique_ptr<store::KeyValue>, std::less<>> namespaces = {};
  const Clients* certificates = nullptr;  ///< of the bindings that present one
  std::function<server::Handler*(std::string_view site)> handler_of = {};  ///< for service bindings
  std::shared_ptr<RateCounters> rate_counters = {};
  store::ResponseCache cache{limits.cache_bytes};
  TestRun* test_run = nullptr;  ///< null outside `edge-run test`
};

/// One for each Realm; natives get it by `Host::of(scope)`.
class Host {
 public:
  explicit Host(World& world);
  ~Host();
  Host(const Host&) = delete;
  static Host& of(js::Scope& scope) { return *static_cast<Host*>(scope.realm.host()); }
  /// The Realm is made with the Host's address, so it comes second. It must be gone before the Host is.
  void attach(js::Realm& realm) { realm_ = &realm; }
  [[nodiscard]] js::Realm& realm() { return *realm_; }

  /// Starts an event for `request`. The Exchange is the Host's; it ends by end().
  Exchange& begin(http::Request&& request);
  /// Nothing of the event goes on: timers, waiting natives, streams that are half written.
  void end(Exchange& exchange);
  /// As above for an event that is no request (a test).
  void end_event(js::EventId event);

  /// The request of that event, as long as it lasts; for natives called in that event.
  [[nodiscard]] js::Result<Exchange*> exchange(js::Scope& scope, js::EventId event);
  /// The request in whose event a native was called; null in other events.
  [[nodiscard]] Exchange* current_exchange(js::Scope& scope);
  [[nodiscard]] std::size_t open_exchanges() const { return active_.size(); }
  /// Answers for the event a visit of which was ended by a limit. The Realm is condemned by then.
  void limit_reached(js::EventId event);

  /// A number for a text that many requests share, from 1; 0 when there are too many texts, and for a long
  /// one.
  static constexpr std::size_t kinds_max = 63;
  [[nodiscard]] std::size_t kind_of(std::string&& text);

  World& world;
  const double made_at;  ///< milliseconds since 1970
  Timers timers;
  std::move_only_function<void()> emptied;  ///< called when the last request of a condemned Realm has ended

 private:
  js::Realm* realm_ = nullptr;
  boost::unordered_flat_map<js::EventId, std::unique_ptr<Exchange>> active_;
  std::vector<std::string> kinds_;
  std::vector<std::unique_ptr<Exchange>> free_;  ///< used again: their timers and strings are made
};

/// What every native that waits, does I/O or is random says at the top level of a script; nothing inside an
/// event.
std::optional<js::Exception> problem_outside_event(js::Scope& scope);
/// What natives of KV and the Cache API say there, and after too many calls in one request.
std::optional<js::Exception> problem_with_store(js::Scope& scope);
/// What a native says when an object of the event `owner` is used in another one.
std::optional<js::Exception> problem_of_owner(js::Scope& scope, js::EventId owner, std::string_view type);

}  // namespace edge::bindings
