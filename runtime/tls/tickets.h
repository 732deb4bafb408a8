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

/// What keys are made from. The first seals, all open, so that a secret is replaced without a ticket being
/// lost.
using TicketSecrets = std::vector<Bytes>;

struct TicketKey {
  std::array<std::uint8_t, 16> name{};  ///< sent in the clear
  std::array<std::uint8_t, 32> cipher{}, mac{};
};

/// The keys of one trust. Every process that has a secret derives the same ones, here and on other machines;
/// each slot of time has its own (T06).
class TicketKeys {
 public:
  /// `secrets` is not empty.
  TicketKeys(const TicketSecrets& secrets, const std::array<std::uint8_t, 32>& trust_id);
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  const TicketKey& current(std::int64_t now);
  /// The key of this slot or the one before, or of the next where another machine's clock may have begun it;
  /// null: another slot, secret or trust.
  const TicketKey* find(BytesView name, std::int64_t now);

 private:
  /// What one secret gives.
  struct Family {
    std::array<std::uint8_t, 32> root{};
    TicketKey previous, current, next;
  };
  void turn_to(std::int64_t now);
  std::vector<Family> families_;
  std::int64_t slot_ = -1;
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
