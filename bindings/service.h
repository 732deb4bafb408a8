// Calls of other scripts, in this process and without a connection: who answers, and on whose behalf.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bindings/exchange.h"
#include "bindings/host.h"

namespace edge::bindings {

/// Null for what is no service binding of the site.
const ServiceBinding* find_service(const World& world, std::string_view binding);

/// The handler of the binding's site. `request` is for the binding's entrypoint then, unless it has one, on
/// behalf of the same client as the one that `exchange` answers; null: of none. Fails for a site that this
/// process does not serve, and for scripts that call each other without end.
js::Result<server::Handler*> address_to_service(http::Request& request, const World& world,
                                                const ServiceBinding& binding, const Exchange* exchange);

/// A method of an entrypoint.
struct RpcMethod {
  std::string entrypoint;
  std::string name;
};

/// What a request's `entrypoint` is that calls a method, with the arguments for its body. Neither fetch() nor
/// a configuration can make one: requests of clients have no entrypoint, and those that are configured have
/// no such mark.
std::string entrypoint_of(const RpcMethod& method);
/// Nothing for a request that is for fetch().
std::optional<RpcMethod> rpc_method_of(const http::Request& request);

/// What a script is told that makes more calls than a request may; for fetch() and for RPC.
js::Exception too_many_subrequests(const World& world);

}  // namespace edge::bindings
