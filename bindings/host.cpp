// Begins and ends the events of a Realm.
#include "bindings/host.h"

#include <algorithm>

#include "bindings/exchange.h"
#include "runtime/js/clock.h"

namespace edge::bindings {

Host::Host(World& world) : world(world), made_at(js::script_time()), timers(*this) {}

Host::~Host() = default;

Exchange& Host::begin(http::Request&& request) {
  constexpr std::size_t kept = 256;
  if (free_.size() > kept) free_.resize(kept);
  std::unique_ptr<Exchange> exchange;
  if (free_.empty()) {
    exchange = std::make_unique<Exchange>(*this);
  } else {
    exchange = std::move(free_.back());
    free_.pop_back();
  }
  const js::EventId event = realm_->begin_event();
  exchange->begin(event, std::move(request));
  return *(active_[event] = std::move(exchange));
}

void Host::end(Exchange& exchange) {
  const js::EventId event = exchange.event();
  exchange.end();
  end_event(event);
  // Kept, not destroyed: its own deadline may be what called.
  auto found = active_.find(event);
  free_.push_back(std::move(found->second));
  active_.erase(found);
  if (active_.empty() && realm_->condemned() && emptied) emptied();
}

std::size_t Host::kind_of(std::string&& text) {
  const auto found = std::ranges::find(kinds_, text);
  if (found != kinds_.end()) return static_cast<std::size_t>(found - kinds_.begin()) + 1;
  constexpr std::size_t usual_bytes = 256;
  if (kinds_.size() == kinds_max || text.size() > usual_bytes) return 0;
  kinds_.push_back(std::move(text));
  return kinds_.size();
}

void Host::end_event(js::EventId event) {
  timers.forget(event);
  realm_->end_event(event);
}

js::Result<Exchange*> Host::exchange(js::Scope& scope, js::EventId event) {
  if (auto problem = problem_of_owner(scope, event, "Request")) return std::unexpected(std::move(*problem));
  auto found = active_.find(event);
  if (found == active_.end()) return js::type_error("The request has ended.");
  return found->second.get();
}

Exchange* Host::current_exchange(js::Scope& scope) {
  auto found = active_.find(scope.realm.current_event());
  return found == active_.end() ? nullptr : found->second.get();
}

void Host::limit_reached(js::EventId event) {
  if (auto found = active_.find(event); found != active_.end()) found->second->limit_reached();
}

std::optional<js::Exception> problem_outside_event(js::Scope& scope) {
  if (scope.realm.current_event() != js::no_event) return std::nullopt;
  return js::Exception{
      js::ExceptionType::error,
      "Disallowed operation called within global scope. Asynchronous I/O (ex: fetch() or connect()), "
      "setting a timeout, and generating random values are not allowed within global scope. To fix "
      "this error, perform this operation within a handler.",
      {}};
}

std::optional<js::Exception> problem_with_store(js::Scope& scope) {
  if (auto problem = problem_outside_event(scope)) return problem;
  Exchange* exchange = Host::of(scope).current_exchange(scope);
  if (!exchange || exchange->may_call_store()) return std::nullopt;
  return js::Exception{js::ExceptionType::error, "Too many API requests by single worker invocation.", {}};
}

std::optional<js::Exception> problem_of_owner(js::Scope& scope, js::EventId owner, std::string_view type) {
  if (scope.realm.current_event() == owner) return std::nullopt;
  return js::Exception{
      js::ExceptionType::error,
      "Cannot perform I/O on behalf of a different request. I/O objects (such as streams, request/response "
      "bodies, and others) created in the context of one request handler cannot be accessed from a different "
      "request's handler. This is a limitation of Cloudflare Workers which allows us to improve overall "
      "performance. (I/O type: " +
          std::string(type) + ")",
      {}};
}

}  // namespace edge::bindings
