// Randomness.
#include <openssl/rand.h>

#include <array>

#include "bindings/host.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

/// https://w3c.github.io/webcrypto/#Crypto-method-getRandomValues; the kind of view is JavaScript's to check.
js::Result<> random_fill(js::Scope& scope, js::MutableBytesView view) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  check(RAND_bytes_ex(nullptr, view.data(), view.size(), 0) == 1);
  return {};
}

/// RFC 9562 section 5.4: version 4.
js::Result<js::OneByte> random_uuid(js::Scope& scope) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  std::array<std::uint8_t, 16> random;
  check(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  random[6] = static_cast<std::uint8_t>((random[6] & 0x0f) | 0x40);
  random[8] = static_cast<std::uint8_t>((random[8] & 0x3f) | 0x80);
  std::string text = hex_lower(random);
  for (std::size_t at : {8, 13, 18, 23}) text.insert(at, 1, '-');
  return js::OneByte{std::move(text)};
}

constexpr js::Native table[] = {
    js::native<&random_fill>("randomFill"),
    js::native<&random_uuid>("randomUUID"),
};

}  // namespace

constinit const std::span<const js::Native> crypto_natives = table;

}  // namespace edge::bindings
