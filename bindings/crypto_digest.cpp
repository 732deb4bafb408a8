// Digests and HMAC, at once and in pieces.
#include "runtime/crypto/digest.h"

#include "bindings/crypto_work.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

using Value = js::Result<v8::Local<v8::Value>>;

Value digest(js::Scope& scope, std::string name, Bytes data) {
  const Load load = load_of(data);
  return perform(scope, load, [name, data = std::move(data)] { return crypto::digest(name, data); });
}

Value hmac(js::Scope& scope, std::string hash, KeyHandle& handle, Bytes data) {
  const Load load = load_of(data);
  return perform(scope, load, [hash, key = handle.key, data = std::move(data)] {
    return crypto::hmac(hash, key->secret, data);
  });
}

Value hmac_verify(js::Scope& scope, std::string hash, KeyHandle& handle, Bytes signature, Bytes data) {
  const Load load = load_of(data);
  return perform(scope, load,
                 [hash, key = handle.key, signature = std::move(signature),
                  data = std::move(data)]() -> crypto::Result<bool> {
                   auto right = crypto::hmac(hash, key->secret, data);
                   if (!right) return std::unexpected(std::move(right.error()));
                   return crypto::timing_safe_equal(*right, signature);
                 });
}

/// A digest or HMAC under way.
class HasherHandle : public js::Held {
 public:
  explicit HasherHandle(crypto::Hasher hasher) : hasher(std::move(hasher)) {}
  crypto::Hasher hasher;
};

js::Result<std::unique_ptr<HasherHandle>> handle_of(crypto::Result<crypto::Hasher> hasher) {
  if (!hasher) return std::unexpected(exception_of(std::move(hasher.error())));
  return std::make_unique<HasherHandle>(std::move(*hasher));
}

js::Result<std::unique_ptr<HasherHandle>> hasher(std::string name) {
  return handle_of(crypto::Hasher::digest(name));
}

js::Result<std::unique_ptr<HasherHandle>> hmac_hasher(std::string hash, KeyHandle& handle) {
  return handle_of(crypto::Hasher::hmac(hash, handle.key->secret));
}

void hasher_update(HasherHandle& handle, BytesView data) { handle.hasher.update(data); }

std::unique_ptr<HasherHandle> hasher_copy(HasherHandle& handle) {
  return std::make_unique<HasherHandle>(handle.hasher.copy());
}

/// Once for each handle; JavaScript keeps count.
Bytes hasher_finish(HasherHandle& handle) { return handle.hasher.finish(); }

js::Result<bool> timing_safe_equal(BytesView a, BytesView b) {
  if (a.size() != b.size()) return js::type_error("Input buffers must have the same byte length.");
  return crypto::timing_safe_equal(a, b);
}

constexpr js::Native table[] = {
    js::native<&digest>("digest"),
    js::native<&hmac>("hmac"),
    js::native<&hmac_verify>("hmacVerify"),
    js::native<&hasher>("hasher"),
    js::native<&hmac_hasher>("hmacHasher"),
    js::native<&hasher_update>("hasherUpdate"),
    js::native<&hasher_copy>("hasherCopy"),
    js::native<&hasher_finish>("hasherFinish"),
    js::native<&timing_safe_equal>("timingSafeEqual"),
};

}  // namespace

constinit const std::span<const js::Native> crypto_digest_natives = table;

}  // namespace edge::bindings
