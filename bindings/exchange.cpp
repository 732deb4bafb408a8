// The life of one request in its script: begun, answered, over.
#include "bindings/exchange.h"

#include "bindings/headers_text.h"
#include "bindings/host.h"
#include "bindings/natives.h"
#include "bindings/service.h"
#include "runtime/base/log.h"

namespace edge::bindings {

Exchange::Exchange(Host& host)
    : host_(host), gate_(host.world.io), deadline_(host.world.wheel, [this] { expired(); }) {}

void Exchange::begin(js::EventId event, http::Request&& request) {
  event_ = event;
  request_.emplace(std::move(request));
}

void Exchange::end() {
  deadline_.disarm();
  for (auto& weak : outlets_)
    if (auto outlet = weak.lock()) outlet->fail("the request that wrote this stream has ended");
  outlets_.clear();
  request_.reset();
  response_.reset();
  failure_.reset();
  fetch_turnstile_.reset();
  fetches_ = store_calls_ = holds_ = 0;
  done_ = over_ = taken_ = pass_through_ = body_taken_ = false;
  gate_.close();
}

std::unique_ptr<BodyHandle> Exchange::take_body() {
  if (std::exchange(body_taken_, true) || request_->body.is_null()) return nullptr;
  return std::make_unique<BodyHandle>(std::move(request_->body), event_);
}

void Exchange::answer(http::Response&& response) {
  if (is_answered()) return;
  response_ = std::move(response);
  gate_.open();
}

void Exchange::fail(server::Failure failure) {
  if (is_answered()) return;
  failure_ = failure;
  gate_.open();
}

void Exchange::done() {
  done_ = true;
  if (holds_ == 0) end_soon();
}

void Exchange::release() {
  if (--holds_ == 0 && done_) end_soon();
}

void Exchange::end_soon() {
  over_ = true;
  // Called from a visit to V8, where no event may end: the wheel's next tick does it.
  if (taken_) deadline_.expires_after(std::chrono::milliseconds(0));
}

void Exchange::limit_reached() {
  if (failure_ == server::Failure::script_limit) return;
  log::write(LogLevel::error, "script.limit",
             "the script reached its limit of " + std::string(host_.realm().condemned_why()),
             {{"site", host_.world.site.name}});
  // An answer of the very visit that was ended is not trusted to be what the script meant.
  if (!taken_) {
    response_.reset();
    failure_ = server::Failure::script_limit;
    gate_.open();
  }
  end_soon();
}

bool Exchange::may_fetch() { return ++fetches_ <= host_.world.limits.subrequests; }

std::shared_ptr<Turnstile> Exchange::fetch_turnstile() {
  if (!fetch_turnstile_)
    fetch_turnstile_ = std::make_shared<Turnstile>(host_.world.io, host_.world.limits.open_fetches);
  return fetch_turnstile_;
}

bool Exchange::may_call_store() { return ++store_calls_ <= host_.world.limits.store_calls; }

Task<> Exchange::answered(std::chrono::milliseconds at_most) {
  deadline_.expires_after(at_most);
  return gate_.wait();
}

void Exchange::expired() {
  if (!is_answered() && !taken_) {
    log::write(LogLevel::warn, "script.timeout", "the script gave no response in time",
               {{"site", host_.world.site.name}});
    fail(server::Failure::handler_timeout);
    over_ = true;
    return;
  }
  // A response that streams out of the script may take as long as its reader does, and a WebSocket as its
  // peer.
  if (!over_ && has_open_outlet()) return deadline_.expires_after(host_.world.limits.wait_until_timeout);
  if (!over_)
    log::write(LogLevel::warn, "script.wait_until",
               "what the script left running after its response was ended",
               {{"site", host_.world.site.name}});
  host_.end(*this);
}

bool Exchange::has_open_outlet() {
  for (auto& weak : outlets_)
    if (auto outlet = weak.lock(); outlet && outlet->is_open()) return true;
  return false;
}

void Exchange::add_outlet(std::weak_ptr<Outlet> outlet) {
  // A long event may open one after the other.
  std::erase_if(outlets_, [](const auto& weak) { return weak.expired(); });
  outlets_.push_back(std::move(outlet));
}

bool Exchange::passes_through() const {
  return pass_through_ && !rpc_method_of(*request_) && failure_ == server::Failure::exception &&
         !(body_taken_ && !request_->body.is_null());
}

http::Response Exchange::take_answer() {
  taken_ = true;
  deadline_.disarm();
  if (failure_) return server::error_page(*failure_);
  return std::move(*response_);
}

void Exchange::linger() { deadline_.expires_after(host_.world.limits.wait_until_timeout); }

namespace {

js::Result<> respond(js::Scope& scope, std::uint32_t event, std::int32_t status, std::string reason,
                     HeldHeaders headers, js::OneByte changes, bool is_last, OutgoingBody body) {
  auto exchange = Host::of(scope).exchange(scope, event);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  http::Response response;
  response.status = status;
  response.reason = std::move(reason);
  if (auto problem = read_headers(headers, std::move(changes.text), response.headers))
    return js::type_error(*problem);
  response.body = std::move(body.body);
  (*exchange)->answer(std::move(response));
  if (is_last) (*exchange)->done();
  return {};
}

js::Result<> respond_error(js::Scope& scope, std::uint32_t event, std::string kind, std::string message) {
  Host& host = Host::of(scope);
  auto exchange = host.exchange(scope, event);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  const bool invalid = kind == "invalid";
  log::write(LogLevel::error, invalid ? "script.invalid" : "script.exception", message,
             {{"site", host.world.site.name}});
  (*exchange)->fail(invalid ? server::Failure::invalid_answer : server::Failure::exception);
  return {};
}

js::Result<> event_done(js::Scope& scope, std::uint32_t event) {
  auto exchange = Host::of(scope).exchange(scope, event);
  if (exchange) (*exchange)->done();
  return {};
}

/// Failing open is refused where clients are authenticated, unless the operator asked for it (T85).
js::Result<> pass_through(js::Scope& scope, std::uint32_t event) {
  Host& host = Host::of(scope);
  auto exchange = host.exchange(scope, event);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  const SiteConfig& site = host.world.site;
  if (site.client_auth != ClientAuthMode::off && !site.pass_through_on_exception)
    return js::plain_error(
        "passThroughOnException() is refused, because this site authenticates clients: a request that the "
        "script "
        "fails on would reach the origin unchecked; if it may, set --pass-through-on-exception, or "
        "pass_through_on_exception = true in the configuration");
  (*exchange)->pass_through_on_exception();
  return {};
}

js::Result<std::unique_ptr<HeadersHandle>> request_headers(js::Scope& scope, std::uint32_t event) {
  auto exchange = Host::of(scope).exchange(scope, event);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  return std::make_unique<HeadersHandle>((*exchange)->request().headers);
}

js::Result<std::unique_ptr<BodyHandle>> request_body(js::Scope& scope, std::uint32_t event) {
  auto exchange = Host::of(scope).exchange(scope, event);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  return (*exchange)->take_body();
}

void event_hold(js::Scope& scope) {
  if (Exchange* exchange = Host::of(scope).current_exchange(scope)) exchange->hold();
}

void event_release(js::Scope& scope) {
  if (Exchange* exchange = Host::of(scope).current_exchange(scope)) exchange->release();
}

constexpr js::Native table[] = {
    js::native<&event_hold>("eventHold"),
    js::native<&event_release>("eventRelease"),
    js::native<&respond>("respond"),
    js::native<&respond_error>("respondError"),
    js::native<&event_done>("eventDone"),
    js::native<&pass_through>("passThrough"),
    js::native<&request_headers>("requestHeaders"),
    js::native<&request_body>("requestBody"),
};

}  // namespace

constinit const std::span<const js::Native> exchange_natives = table;

}  // namespace edge::bindings
