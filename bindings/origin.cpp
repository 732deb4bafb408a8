// Where a site's origin is, and what a request to it carries.
#include "bindings/origin.h"

#include <ada.h>

#include <charconv>

#include "runtime/tls/site.h"

namespace edge::bindings {
namespace {

http::Destination destination_of(const ada::url_aggregator& url) {
  http::Destination destination;
  destination.scheme = url.get_protocol() == "https:" ? "https" : "http";
  destination.host = url.get_hostname();
  if (destination.host.starts_with('['))
    destination.host = destination.host.substr(1, destination.host.size() - 2);
  const std::string_view port = url.get_port();
  destination.port = destination.scheme == "https" ? 443 : 80;
  if (!port.empty()) std::from_chars(port.data(), port.data() + port.size(), destination.port);
  return destination;
}

bool is_http(const ada::url_aggregator& url) {
  return url.get_protocol() == "http:" || url.get_protocol() == "https:";
}

}  // namespace

Result<http::Destination> origin_of(const std::string& text) {
  auto url = ada::parse<ada::url_aggregator>(text);
  if (!url || !is_http(*url))
    return fail(ErrorKind::config, "the origin '" + text + "' is no http or https URL");
  if (url->get_pathname() != "/" || !url->get_search().empty() || !url->get_hash().empty() ||
      url->has_credentials())
    return fail(ErrorKind::config, "the origin '" + text + "' must be scheme, host and port alone");
  return destination_of(*url);
}

Result<FetchUrl> fetch_url(const std::string& text) {
  auto url = ada::parse<ada::url_aggregator>(text);
  if (!url) return fail(ErrorKind::script, "Invalid URL: " + text);
  if (!is_http(*url)) return fail(ErrorKind::script, "Fetch API cannot load: " + text);
  std::string target(url->get_pathname());
  target += url->get_search();
  return FetchUrl{destination_of(*url), std::string(url->get_host()), std::move(target)};
}

bool is_same_host(std::string_view authority, std::string_view other) {
  if (authority == other) return true;
  auto a = tls::normalise_host(authority), b = tls::normalise_host(other);
  return a && a == b;
}

void address_to_origin(http::Request& request, const http::Request& client, http::Forwarding& forwarding,
                       const http::Destination& origin) {
  static const tls::Peer nobody;
  request.authority = client.authority;
  request.scheme = origin.scheme;
  forwarding.apply(request.headers, client.peer ? *client.peer : nobody, client.first_of_connection);
}

}  // namespace edge::bindings
