// The Cache API's memory, as natives. What may be stored and how it is asked for is decided in cache.js.
#include <chrono>

#include "bindings/body.h"
#include "bindings/exchange.h"
#include "bindings/host.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A key of the client whose request is running. What one may see is not another's to see (T75), nor its own
/// any more when the certificate is revoked or no longer verifies.
std::string key_of_client(js::Scope& scope, const std::string& key) {
  Host& host = Host::of(scope);
  const SiteConfig& site = host.world.site;
  if (site.cache_shared || site.client_auth == ClientAuthMode::off) return key;
  const Exchange* exchange = host.current_exchange(scope);
  if (exchange == nullptr || !exchange->peer()) return "\n" + key;
  const tls::ClientAuth& auth = exchange->peer()->client->auth;
  return auth.fingerprint_sha256 + " " + auth.verified + " " + auth.revoked + "\n" + key;
}

/// What match() found, until its body was taken.
class StoredHandle : public js::Held {
 public:
  explicit StoredHandle(std::shared_ptr<const store::StoredResponse> response)
      : response(std::move(response)) {}
  const std::shared_ptr<const store::StoredResponse> response;
};

/// Status, its text, headers, age in seconds, size of the body, handle.
using Found =
    std::tuple<std::int32_t, std::string, js::OneByte, double, double, std::unique_ptr<StoredHandle>>;

js::Result<std::optional<Found>> find(js::Scope& scope, std::string key) {
  if (auto problem = problem_with_store(scope)) return std::unexpected(std::move(*problem));
  const auto now = seconds_now();
  auto found = Host::of(scope).world.cache.find(key_of_client(scope, key), now);
  if (!found) return std::nullopt;
  return Found{found->status,
               found->reason,
               js::OneByte{found->headers},
               static_cast<double>(now - found->stored_at),
               static_cast<double>(found->body.size()),
               std::make_unique<StoredHandle>(found)};
}

/// The bytes from `first` up to `end`.
std::unique_ptr<BodyHandle> body_of(js::Scope& scope, StoredHandle& stored, double first, double end) {
  const auto begin = static_cast<std::size_t>(first);
  auto bytes = stored.response->body.substr(begin, static_cast<std::size_t>(end) - begin);
  return std::make_unique<BodyHandle>(http::Body(std::move(bytes)), scope.realm.current_event());
}

js::Result<> put(js::Scope& scope, std::string key, std::int32_t status, std::string reason,
                 js::OneByte headers, BytesView body, double seconds) {
  if (auto problem = problem_with_store(scope)) return std::unexpected(std::move(*problem));
  const auto now = seconds_now();
  Host::of(scope).world.cache.put(key_of_client(scope, key),
                                  {.status = status,
                                   .reason = std::move(reason),
                                   .headers = std::move(headers.text),
                                   .body = std::string(as_text(body)),
                                   .stored_at = now,
                                   .expires_at = now + static_cast<std::int64_t>(seconds)});
  return {};
}

js::Result<bool> remove(js::Scope& scope, std::string key) {
  if (auto problem = problem_with_store(scope)) return std::unexpected(std::move(*problem));
  return Host::of(scope).world.cache.remove(key_of_client(scope, key), seconds_now());
}

constexpr js::Native table[] = {
    js::native<&find>("cacheFind"),
    js::native<&body_of>("cacheBody"),
    js::native<&put>("cachePut"),
    js::native<&remove>("cacheDelete"),
};

}  // namespace

constinit const std::span<const js::Native> cache_natives = table;

}  // namespace edge::bindings
