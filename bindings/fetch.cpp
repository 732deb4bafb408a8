// fetch(): requests of a script to its origin and to the world. Redirects are followed in JavaScript.
#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "bindings/body.h"
#include "bindings/exchange.h"
#include "bindings/gate.h"
#include "bindings/headers_text.h"
#include "bindings/host.h"
#include "bindings/natives.h"
#include "bindings/origin.h"
#include "bindings/service.h"
#include "bindings/web_socket.h"

namespace edge::bindings {
namespace {

/// What cancels one fetch().
class FetchToken : public js::Held {
 public:
  explicit FetchToken(boost::asio::io_context& io) : cancelled(io) {}
  Gate cancelled;
};

/// Status, its text, headers, body, WebSocket.
using Fetched = std::tuple<std::int32_t, std::string, std::unique_ptr<HeadersHandle>,
                           std::unique_ptr<BodyHandle>, std::unique_ptr<SocketHandle>>;

js::Exception network_error(const std::string& host, const std::string& cause) {
  return {js::ExceptionType::type_error, "fetch to " + host + " failed: " + cause, {}};
}

js::Result<Fetched> fetched(Result<http::Response>&& response, const std::string& host, js::EventId event) {
  if (!response) return std::unexpected(network_error(host, response.error().message));
  std::string reason = response->reason.empty() ? std::string(http::reason_phrase(response->status))
                                                : std::move(response->reason);
  auto body =
      response->body.is_null() ? nullptr : std::make_unique<BodyHandle>(std::move(response->body), event);
  auto socket =
      response->web_socket ? std::make_unique<SocketHandle>(std::move(response->web_socket), event) : nullptr;
  return Fetched{response->status, std::move(reason),
                 std::make_unique<HeadersHandle>(std::move(response->headers)), std::move(body),
                 std::move(socket)};
}

/// A request on its way out of a script: to a client, or to the script of another site.
struct Outgoing {
  http::Client* client = nullptr;
  server::Handler* service = nullptr;
  http::Request request;
  http::Destination destination;
  std::shared_ptr<Turnstile> turnstile;  ///< null in events that are no requests
  std::optional<Turnstile::Pass> pass;
};

Task<Result<http::Response>> call(server::Handler& service, http::Request request) {
  co_return co_await service.fetch(std::move(request));
}

Task<Result<http::Response>> send_admitted(Outgoing& outgoing) {
  if (outgoing.service) return call(*outgoing.service, std::move(outgoing.request));
  return outgoing.client->send(std::move(outgoing.request), std::move(outgoing.destination));
}

Task<Result<http::Response>> send_when_admitted(Outgoing& outgoing) {
  outgoing.pass.emplace(co_await Turnstile::enter(outgoing.turnstile));
  co_return co_await send_admitted(outgoing);
}

/// `outgoing` is the caller's, who waits. No coroutine where the turnstile lets it through at once.
Task<Result<http::Response>> send_in_turn(Outgoing& outgoing) {
  if (!outgoing.turnstile) return send_admitted(outgoing);
  auto pass = Turnstile::try_enter(outgoing.turnstile);
  if (!pass) return send_when_admitted(outgoing);
  outgoing.pass.emplace(std::move(*pass));
  return send_admitted(outgoing);
}

Task<js::Settlement> send(std::unique_ptr<Outgoing> outgoing, FetchToken* token, js::EventId event) {
  const std::string host = outgoing->destination.host;
  if (!token) {
    auto response = co_await send_in_turn(*outgoing);
    outgoing->pass.reset();
    co_return js::settlement(fetched(std::move(response), host, event));
  }
  using namespace boost::asio::experimental::awaitable_operators;
  auto first = co_await (send_in_turn(*outgoing) || token->cancelled.wait());
  outgoing->pass.reset();
  if (first.index() == 1)
    co_return js::settlement<Fetched>(js::dom_exception("AbortError", "The operation was aborted"));
  co_return js::settlement(fetched(std::move(std::get<0>(first)), host, event));
}

bool is_origin(const World& world, const http::Destination& destination) {
  return world.origin && world.origin->host == destination.host && world.origin->port == destination.port;
}

/// True when the operator lets scripts reach this destination although it is local: the site's origin always.
bool is_let_through(const World& world, const http::Destination& destination) {
  if (is_origin(world, destination)) return true;
  const std::string with_port = destination.host + ":" + std::to_string(destination.port);
  const auto& hosts = world.site.local_fetch;
  return std::ranges::any_of(hosts,
                             [&](const auto& host) { return host == destination.host || host == with_port; });
}

/// Chooses who takes the request out: the binding's client, or the site's own.
js::Result<> address_to_network(Outgoing& outgoing, World& world, std::string_view binding,
                                const Exchange* exchange) {
  http::Request& request = outgoing.request;
  if (!world.client)
    return js::plain_error("there is no network here: fetch to " + request.authority + " is refused");
  if (exchange && is_same_host(request.authority, exchange->request().authority)) {
    if (!world.origin) return js::plain_error("no origin is configured for this site: set --origin URL");
    outgoing.destination = *world.origin;
    address_to_origin(request, exchange->request(), *world.forwarding, *world.origin);
  } else if (!is_let_through(world, outgoing.destination)) {
    outgoing.destination.reach = http::Reach::not_local;
  }
  // The site's certificate is for its origin: others would learn whom it belongs to.
  if (!binding.empty())
    outgoing.client = world.certificates->find(binding)->second.get();
  else
    outgoing.client = is_origin(world, outgoing.destination) ? world.origin_client : world.client;
  return {};
}

/// fetch_url(). A request that goes on as it came was taken apart, and checked, when it came: it goes to the
/// site's origin, for which nothing else is read.
Result<FetchUrl> own_url(const std::string& url, const http::Request& request) {
  if (!request.has_url(url)) return fetch_url(url);
  return FetchUrl{.destination = {}, .authority = request.authority, .target = request.target};
}

js::Result<Task<js::Settlement>> fetch(js::Scope& scope, FetchToken* token, std::string method,
                                       std::string url, HeldHeaders headers, js::OneByte changes,
                                       OutgoingBody body, std::string binding) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  World& world = Host::of(scope).world;
  Exchange* exchange = Host::of(scope).current_exchange(scope);
  auto parts = exchange && binding.empty() ? own_url(url, exchange->request()) : fetch_url(url);
  if (!parts) return js::type_error(parts.error().message);
  if (exchange && !exchange->may_fetch()) return std::unexpected(too_many_subrequests(world));

  auto outgoing = std::make_unique<Outgoing>();
  outgoing->destination = std::move(parts->destination);
  if (exchange) outgoing->turnstile = exchange->fetch_turnstile();
  http::Request& request = outgoing->request;
  request.method = std::move(method);
  request.scheme = outgoing->destination.scheme;
  request.authority = std::move(parts->authority);
  request.target = std::move(parts->target);
  bool asks_for_web_socket = false;
  if (auto problem = read_headers(headers, std::move(changes.text), request.headers, &asks_for_web_socket))
    return js::type_error(*problem);
  request.headers.remove("host");
  request.wants_web_socket = request.method == "GET" && asks_for_web_socket;
  request.body = std::move(body.body);
  const ServiceBinding* service = find_service(world, binding);
  if (service) {
    auto handler = address_to_service(request, world, *service, exchange);
    if (!handler) return std::unexpected(std::move(handler.error()));
    outgoing->service = *handler;
  } else if (auto addressed = address_to_network(*outgoing, world, binding, exchange); !addressed) {
    return std::unexpected(std::move(addressed.error()));
  }
  return send(std::move(outgoing), token, scope.realm.current_event());
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
