// Session tickets: the keys that seal them, and what a ticket says of the client that it was given to.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/tls/revocations.h"

namespace edge::tls {

/// A session may be resumed for so long after its ticket was made; a slot's keys are found for two slots.
constexpr std::int64_t ticket_slot_seconds = 4 * 60 * 60;
/// After this a client has to prove itself anew, however often it resumed.
constexpr std::int64_t verification_seconds_max = 24 * 60 * 60;

struct TicketKey {
  std::array<std::uint8_t, 16> name{};  ///< sent in the clear
  std::array<std::uint8_t, 32> cipher{}, mac{};
};

/// The keys of one trust. Every process that has the secret derives the same ones; each slot of time has its
/// own (T06).
class TicketKeys {
 public:
  TicketKeys(BytesView secret, const std::array<std::uint8_t, 32>& trust_id);
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  const TicketKey& current(std::int64_t now);
  /// The key of this slot or the one before; null: another slot, secret or trust.
  const TicketKey* find(BytesView name, std::int64_t now);

 private:
  TicketKey derive(std::int64_t slot) const;
  void turn_to(std::int64_t now);
  std::array<std::uint8_t, 32> root_{};
  std::int64_t slot_ = -1;
  TicketKey current_, previous_;
};

/// What a resumed session must know of its full handshake and OpenSSL does not keep, so that ClientAuth stays
/// the same byte for byte (T04). The leaf itself is in the session.
struct TicketFacts {
  std::array<std::uint8_t, 32> trust_id{};
  std::int64_t verified_at = 0;
  bool has_client = false;  ///< a certificate was presented, and verified; the rest counts only then
  std::array<std::uint8_t, 32> chain_id{};  ///< of KnownClient
  std::int64_t good_until = 0;
  std::string issuer_serial, issuer_ski;
  std::string chain_rfc9440;
  bool chain_rfc9440_too_large = false;
  std::vector<RevocationKey> keys;
  std::vector<Bytes> issuers_der;  ///< as Peer's
  /// False for another trust (T01), a verification too long ago, and a certificate that has expired since
  /// (T03).
  [[nodiscard]] bool usable(const std::array<std::uint8_t, 32>& trust, std::int64_t now) const;
};

Bytes encode_ticket_facts(const TicketFacts& facts);
std::optional<TicketFacts> decode_ticket_facts(BytesView bytes);

}  // namespace edge::tls
