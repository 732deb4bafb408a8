// KV namespaces. Calls are synchronous; JavaScript makes the promises.
#include <boost/json.hpp>

#include "bindings/host.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

/// Why the namespace cannot be used now; natives of a namespace are I/O.
js::Result<store::KeyValue*> open_namespace(js::Scope& scope, const std::string& name) {
  if (auto problem = problem_with_store(scope)) return std::unexpected(std::move(*problem));
  auto& namespaces = Host::of(scope).world.namespaces;
  auto found = namespaces.find(name);
  if (found == namespaces.end()) return js::plain_error("there is no KV namespace '" + name + "'");
  return found->second.get();
}

std::unexpected<js::Exception> failed(std::string_view operation, const Error& error) {
  return js::plain_error("KV " + std::string(operation) + " failed: " + error.message);
}

/// Value, metadata as JSON or "", expiration in seconds since 1970 or 0.
using Found = std::tuple<Bytes, std::string, double>;

js::Result<std::optional<Found>> get(js::Scope& scope, std::string name, std::string key) {
  auto space = open_namespace(scope, name);
  if (!space) return std::unexpected(std::move(space.error()));
  auto value = (*space)->get(key);
  if (!value) return failed("GET", value.error());
  if (!*value) return std::nullopt;
  const BytesView bytes = as_bytes((*value)->bytes);
  return Found{Bytes(bytes.begin(), bytes.end()), std::move((*value)->metadata),
               static_cast<double>((*value)->expiration)};
}

js::Result<> put(js::Scope& scope, std::string name, std::string key, BytesView bytes, double expiration,
                 std::string metadata) {
  auto space = open_namespace(scope, name);
  if (!space) return std::unexpected(std::move(space.error()));
  auto done = (*space)->put(key, {.bytes = std::string(as_text(bytes)),
                                  .metadata = std::move(metadata),
                                  .expiration = static_cast<std::int64_t>(expiration)});
  if (!done) return failed("PUT", done.error());
  return {};
}

js::Result<> remove(js::Scope& scope, std::string name, std::string key) {
  auto space = open_namespace(scope, name);
  if (!space) return std::unexpected(std::move(space.error()));
  auto done = (*space)->remove(key);
  if (!done) return failed("DELETE", done.error());
  return {};
}

/// The result of list() as Cloudflare words it.
/// https://developers.cloudflare.com/kv/api/list-keys/
std::string listing_json(const store::Listing& listing) {
  boost::json::array keys;
  for (const store::ListedKey& key : listing.keys) {
    boost::json::object row{{"name", key.name}};
    if (key.expiration != 0) row["expiration"] = key.expiration;
    boost::system::error_code error;
    auto metadata = key.metadata.empty() ? boost::json::value() : boost::json::parse(key.metadata, error);
    if (!error && !metadata.is_null()) row["metadata"] = std::move(metadata);
    keys.push_back(std::move(row));
  }
  boost::json::object result{{"keys", std::move(keys)}, {"list_complete", listing.complete}};
  if (!listing.cursor.empty()) result["cursor"] = listing.cursor;
  return boost::json::serialize(result);
}

js::Result<std::string> list(js::Scope& scope, std::string name, std::string prefix, double limit,
                             std::string cursor) {
  auto space = open_namespace(scope, name);
  if (!space) return std::unexpected(std::move(space.error()));
  auto listing = (*space)->list(prefix, static_cast<std::size_t>(limit), cursor);
  if (!listing) return failed("LIST", listing.error());
  return listing_json(*listing);
}

constexpr js::Native table[] = {
    js::native<&get>("kvGet"),
    js::native<&put>("kvPut"),
    js::native<&remove>("kvDelete"),
    js::native<&list>("kvList"),
};

}  // namespace

constinit const std::span<const js::Native> kv_natives = table;

}  // namespace edge::bindings
