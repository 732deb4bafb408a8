// URLs as ada parses them: the machine below URL and URLSearchParams.
// https://url.spec.whatwg.org/
#include <ada.h>

#include <array>
#include <tuple>
#include <utility>

#include "bindings/natives.h"

namespace edge::bindings {
namespace {

constexpr std::size_t parts_count = 9;
using Places = std::array<std::uint32_t, 2 * parts_count>;

/// Begin and end of protocol, username, password, host, hostname, port, pathname, search and hash in the
/// href.
Places places_of(const ada::url_aggregator& url) {
  const std::string_view parts[parts_count] = {url.get_protocol(), url.get_username(), url.get_password(),
                                               url.get_host(),     url.get_hostname(), url.get_port(),
                                               url.get_pathname(), url.get_search(),   url.get_hash()};
  Places places{};
  for (std::size_t i = 0; i < parts_count; ++i) {
    if (parts[i].empty()) continue;  // such a view need not point into the href
    places[2 * i] = static_cast<std::uint32_t>(parts[i].data() - url.get_href().data());
    places[2 * i + 1] = places[2 * i] + static_cast<std::uint32_t>(parts[i].size());
  }
  return places;
}

/// The href, all ASCII, and where its parts are: one string to make in JavaScript, whatever is asked for.
auto parts_of(const ada::url_aggregator& url) {
  return std::tuple_cat(std::tuple(js::OneByte{std::string(url.get_href())}), places_of(url));
}
using Parts = decltype(parts_of(std::declval<const ada::url_aggregator&>()));

/// False for a host that ada makes of a name and then does not read: it takes the "xn--xn--6ma" that it wrote
/// for "ñxn-" for a name that was encoded twice (https://github.com/ada-url/ada/issues/1192).
bool is_readable(const ada::url_aggregator& url) {
  return !url.get_hostname().contains("xn--") || ada::can_parse(url.get_href());
}

std::optional<Parts> parse(std::string input, std::optional<std::string> base) {
  ada::result<ada::url_aggregator> against;
  if (base) {
    against = ada::parse<ada::url_aggregator>(*base);
    if (!against) return std::nullopt;
  }
  const auto url = ada::parse<ada::url_aggregator>(input, base ? &*against : nullptr);
  return url && is_readable(*url) ? std::optional(parts_of(*url)) : std::nullopt;
}

/// The setters of https://url.spec.whatwg.org/#api that can refuse a value: then the URL stays as it was.
struct Setter {
  std::string_view part;
  bool (ada::url_aggregator::*set)(std::string_view);
};
constexpr Setter setters[] = {
    {"href", &ada::url_aggregator::set_href},         {"protocol", &ada::url_aggregator::set_protocol},
    {"username", &ada::url_aggregator::set_username}, {"password", &ada::url_aggregator::set_password},
    {"host", &ada::url_aggregator::set_host},         {"hostname", &ada::url_aggregator::set_hostname},
    {"port", &ada::url_aggregator::set_port},         {"pathname", &ada::url_aggregator::set_pathname},
};

/// Nothing only for an href that is no URL.
js::Result<std::optional<Parts>> set_part(std::string href, std::string part, std::string value) {
  auto url = ada::parse<ada::url_aggregator>(href);
  if (!url) return js::type_error("Invalid URL");
  if (part == "search") {
    url->set_search(value);
    return parts_of(*url);
  }
  if (part == "hash") {
    url->set_hash(value);
    return parts_of(*url);
  }
  for (const Setter& setter : setters) {
    if (setter.part != part) continue;
    bool is_set = ((*url).*setter.set)(value);
    if (!is_readable(*url)) {
      url = ada::parse<ada::url_aggregator>(href);
      is_set = false;
    }
    if (!is_set && part == "href") return std::optional<Parts>();
    return parts_of(*url);
  }
  return js::type_error("a URL has no part '" + part + "'");
}

/// https://url.spec.whatwg.org/#dom-url-origin of a serialized URL.
js::Result<std::string> origin(std::string href) {
  auto url = ada::parse<ada::url_aggregator>(href);
  if (!url) return js::type_error("Invalid URL");
  return url->get_origin();
}

constexpr js::Native table[] = {js::native<&parse>("urlParse"), js::native<&set_part>("urlSet"),
                                js::native<&origin>("urlOrigin")};

}  // namespace

constinit const std::span<const js::Native> url_natives = table;

}  // namespace edge::bindings
