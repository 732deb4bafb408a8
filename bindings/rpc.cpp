// Methods of other scripts: values as bytes, on their way from one isolate to another.
// https://developers.cloudflare.com/workers/runtime-apis/rpc/
#include <optional>

#include "bindings/natives.h"
#include "bindings/service.h"

namespace edge::bindings {
namespace {

constexpr std::size_t bytes_max = 32 * 1024 * 1024;  // as on Cloudflare

// Before the bytes of an answer: what was returned, or what was thrown.
constexpr char returned = 'R';
constexpr char thrown = 'T';

/// True and what the method returned, or false and what it threw.
using Answer = std::tuple<bool, Bytes>;

js::Exception too_large(std::string_view what) {
  return {js::ExceptionType::range_error,
          std::string(what) + " of an RPC call are larger than " + std::to_string(bytes_max >> 20) + " MiB",
          {}};
}

struct Call {
  server::Handler* service = nullptr;
  std::string site;
  http::Request request;
  std::shared_ptr<Turnstile> turnstile;  ///< null in events that are no requests
};

Task<js::Result<Answer>> send(Call call) {
  std::optional<Turnstile::Pass> pass;
  if (call.turnstile) pass.emplace(co_await Turnstile::enter(call.turnstile));
  const http::Response response = co_await call.service->fetch(std::move(call.request));
  // What is no answer of the method is one of ours: the script reached a limit, or did not answer in time.
  const std::string& bytes = response.body.bytes();
  const bool is_answer =
      response.status == 200 && !bytes.empty() && (bytes[0] == returned || bytes[0] == thrown);
  if (!is_answer)
    co_return js::plain_error("the script of the site '" + call.site + "' gave no answer: status " +
                              std::to_string(response.status));
  co_return Answer{bytes[0] == returned, Bytes(bytes.begin() + 1, bytes.end())};
}

js::Result<Task<js::Result<Answer>>> call(js::Scope& scope, std::string binding, std::string method,
                                          Bytes arguments) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  const World& world = Host::of(scope).world;
  const ServiceBinding* service = find_service(world, binding);
  check(service != nullptr);
  if (arguments.size() > bytes_max) return std::unexpected(too_large("the arguments"));
  Exchange* exchange = Host::of(scope).current_exchange(scope);
  if (exchange && !exchange->may_fetch()) return std::unexpected(too_many_subrequests(world));
  Call call{
      .site = service->service, .request = {}, .turnstile = exchange ? exchange->fetch_turnstile() : nullptr};
  call.request.entrypoint = entrypoint_of({.entrypoint = service->entrypoint, .name = std::move(method)});
  auto handler = address_to_service(call.request, world, *service, exchange);
  if (!handler) return std::unexpected(std::move(handler.error()));
  call.service = *handler;
  call.request.method = "POST";
  call.request.body = http::Body(std::string(as_text(arguments)));
  return send(std::move(call));
}

/// What the caller gave, in the event of the call.
js::Result<Bytes> arguments_of(js::Scope& scope, std::uint32_t event) {
  auto exchange = Host::of(scope).exchange(scope, event);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  const auto bytes = as_bytes((*exchange)->request().body.bytes());
  return Bytes(bytes.begin(), bytes.end());
}

js::Result<> respond(js::Scope& scope, std::uint32_t event, bool has_returned, BytesView value) {
  auto exchange = Host::of(scope).exchange(scope, event);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  if (value.size() > bytes_max) return std::unexpected(too_large("the results"));
  http::Response response;
  response.body = http::Body((has_returned ? returned : thrown) + std::string(as_text(value)));
  (*exchange)->answer(std::move(response));
  return {};
}

constexpr js::Native table[] = {
    js::native<&call>("rpcCall"),
    js::native<&arguments_of>("rpcArguments"),
    js::native<&respond>("rpcRespond"),
};

}  // namespace

constinit const std::span<const js::Native> rpc_natives = table;

}  // namespace edge::bindings
