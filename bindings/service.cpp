// Calls of other scripts, in this process and without a connection: who answers, and on whose behalf.
#include "bindings/service.h"

#include <algorithm>

namespace edge::bindings {

const ServiceBinding* find_service(const World& world, std::string_view binding) {
  const auto found = std::ranges::find(world.site.services, binding, &ServiceBinding::binding);
  return found == world.site.services.end() ? nullptr : &*found;
}

namespace {
// No name of an export that a configuration can give has a NUL.
constexpr char mark = '\0';
}  // namespace

std::string entrypoint_of(const RpcMethod& method) { return mark + method.name + mark + method.entrypoint; }

std::optional<RpcMethod> rpc_method_of(const http::Request& request) {
  const std::string& text = request.entrypoint;
  if (text.empty() || text[0] != mark) return std::nullopt;
  const auto end = text.rfind(mark);
  return RpcMethod{.entrypoint = text.substr(end + 1), .name = text.substr(1, end - 1)};
}

js::Result<server::Handler*> address_to_service(http::Request& request, const World& world,
                                                const ServiceBinding& binding, const Exchange* exchange) {
  constexpr int calls_max = 16;  // a script that calls itself comes to an end
  server::Handler* handler = world.handler_of ? world.handler_of(binding.service) : nullptr;
  if (binding.entrypoint.contains(mark))
    return js::plain_error("services: an entrypoint has a NUL in its name");
  if (!handler) return js::plain_error("the site '" + binding.service + "' is not served by this process");
  if (request.entrypoint.empty()) request.entrypoint = binding.entrypoint;
  if (!exchange) return handler;
  request.peer = exchange->request().peer;
  request.first_of_connection = exchange->request().first_of_connection;
  request.service_calls = exchange->request().service_calls + 1;
  if (request.service_calls > calls_max)
    return js::plain_error("Subrequest depth limit exceeded: services call each other " +
                           std::to_string(calls_max) + " times");
  return handler;
}

js::Exception too_many_subrequests(const World& world) {
  return {js::ExceptionType::error,
          "Too many subrequests: one request may make " + std::to_string(world.limits.subrequests),
          {}};
}

}  // namespace edge::bindings
