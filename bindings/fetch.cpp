// fetch(): requests of a script to its origin and to the world. Redirects are followed in JavaScript.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "bindings/body.h"
#include "bindings/exchange.h"
#include "bindings/gate.h"
#include "bindings/headers_text.h"
#include "bindings/host.h"
#include "bindings/natives.h"
#include "bindings/origin.h"

namespace edge::bindings {
namespace {

/// What cancels one fetch().
class FetchToken : public js::Held {
 public:
  explicit FetchToken(boost::asio::io_context& io) : cancelled(io) {}
  Gate cancelled;
};

/// Status, its text, headers, body.
using Fetched = std::tuple<std::int32_t, std::string, js::OneByte, std::unique_ptr<BodyHandle>>;

js::Exception network_error(const std::string& host, const std::string& cause) {
  return {js::ExceptionType::type_error, "fetch to " + host + " failed: " + cause, {}};
}

js::Result<Fetched> fetched(Result<http::Response> response, const std::string& host) {
  if (!response) return std::unexpected(network_error(host, response.error().message));
  std::string reason = response->reason.empty() ? std::string(http::reason_phrase(response->status))
                                                : std::move(response->reason);
  auto body = response->body.is_null() ? nullptr : std::make_unique<BodyHandle>(std::move(response->body));
  return Fetched{response->status, std::move(reason), js::OneByte{headers_text(response->headers)},
                 std::move(body)};
}

Task<js::Result<Fetched>> send(http::Client& client, http::Request request, http::Destination destination,
                               FetchToken* token) {
  const std::string host = destination.host;
  if (!token) co_return fetched(co_await client.send(std::move(request), std::move(destination)), host);
  using namespace boost::asio::experimental::awaitable_operators;
  auto first = co_await (client.send(std::move(request), std::move(destination)) || token->cancelled.wait());
  if (first.index() == 1) co_return js::dom_exception("AbortError", "The operation was aborted");
  co_return fetched(std::move(std::get<0>(first)), host);
}

js::Result<Task<js::Result<Fetched>>> fetch(js::Scope& scope, FetchToken* token, std::string method,
                                            std::string url, js::OneByte headers, std::int32_t,
                                            OutgoingBody body) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  const World& world = Host::of(scope).world;
  auto parts = fetch_url(url);
  if (!parts) return js::type_error(parts.error().message);
  if (!world.client)
    return js::plain_error("there is no network here: fetch to " + parts->authority + " is refused");

  Exchange* exchange = Host::of(scope).current_exchange(scope);
  if (exchange && !exchange->may_fetch())
    return js::plain_error("Too many subrequests: one request may make " +
                           std::to_string(world.limits.subrequests));

  http::Request request;
  request.method = std::move(method);
  request.scheme = parts->destination.scheme;
  request.authority = std::move(parts->authority);
  request.target = std::move(parts->target);
  if (auto problem = read_headers(headers.text, request.headers)) return js::type_error(*problem);
  request.headers.remove("host");
  request.body = std::move(body.body);
  if (exchange && is_same_host(request.authority, exchange->request().authority)) {
    if (!world.origin) return js::plain_error("no origin is configured for this site: set --origin URL");
    parts->destination = *world.origin;
    address_to_origin(request, exchange->request(), world.site, *world.origin);
  }
  return send(*world.client, std::move(request), std::move(parts->destination), token);
}

std::unique_ptr<FetchToken> open_token(js::Scope& scope) {
  return std::make_unique<FetchToken>(Host::of(scope).world.io);
}
void cancel(FetchToken& token) { token.cancelled.open(); }

constexpr js::Native table[] = {
    js::native<&open_token>("fetchToken"),
    js::native<&cancel>("fetchCancel"),
    js::native<&fetch>("fetch"),
};

}  // namespace

constinit const std::span<const js::Native> fetch_natives = table;

}  // namespace edge::bindings
