// Where a request of a script goes: the site's origin, or the host its URL names.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/http/client.h"
#include "runtime/http/forwarding.h"

namespace edge::bindings {

/// Reads `site.origin`: "http://host[:port]" or https, nothing after it.
Result<http::Destination> origin_of(const std::string& url);

/// A URL that fetch() is given, taken apart.
struct FetchUrl {
  http::Destination destination;
  std::string authority;  ///< host, and the port where it is not the scheme's own
  std::string target;     ///< path and query
};
Result<FetchUrl> fetch_url(const std::string& url);

/// True when both name one host; ports do not count, and what is no host name equals nothing.
bool is_same_host(std::string_view authority, std::string_view other);

/// Makes of `request` what the site's origin gets on behalf of `client`: the Host that the client used, and
/// the headers that say who it is.
void address_to_origin(http::Request& request, const http::Request& client, http::Forwarding& forwarding,
                       const http::Destination& origin);

}  // namespace edge::bindings
