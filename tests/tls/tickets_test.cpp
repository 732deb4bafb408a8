// Ticket keys and the record in a ticket.
#include "runtime/tls/tickets.h"

#include <doctest/doctest.h>

using namespace edge;
using namespace edge::tls;

namespace {

constexpr std::int64_t now = 1'800'000'000 / ticket_slot_seconds * ticket_slot_seconds;

std::array<std::uint8_t, 32> id(std::uint8_t value) {
  std::array<std::uint8_t, 32> filled;
  filled.fill(value);
  return filled;
}

TicketFacts facts() {
  TicketFacts facts;
  facts.trust_id = id(1);
  facts.verified_at = now;
  facts.has_client = true;
  facts.chain_id = id(2);
  facts.good_until = now + 3600;
  facts.issuer_serial = "00AB";
  facts.issuer_ski = "CD";
  facts.chain_rfc9440 = ":AAAA:, :BBBB:";
  facts.chain_rfc9440_too_large = true;
  facts.issuers_der = {{7, 8, 9}};
  facts.keys = {{.issuer = id(3), .serial = {0, 0x80}, .anchor = id(5)}, {.issuer = id(4), .serial = {1}}};
  facts.keys[0].points = {{.names = {NameId{1}}, .crl_issuers = {NameId{2}}, .reasons = 6}};
  return facts;
}

}  // namespace

TEST_CASE("T06: ticket keys differ by secret, trust and slot, and two processes have the same") {
  const Bytes secret(32, 9), other_secret(32, 8);
  TicketKeys keys({secret}, id(1)), same({secret}, id(1)), other_trust({secret}, id(2)),
      other({other_secret}, id(1));
  const TicketKey first = keys.current(now);
  CHECK(first.name == same.current(now + ticket_slot_seconds - 1).name);
  CHECK(first.cipher == same.current(now).cipher);
  CHECK(first.mac == same.current(now).mac);
  CHECK(first.cipher != first.mac);
  CHECK(first.cipher != other_trust.current(now).cipher);
  CHECK(first.name != other_trust.current(now).name);
  CHECK(first.cipher != other.current(now).cipher);
  CHECK(first.cipher != keys.current(now + ticket_slot_seconds).cipher);
}

TEST_CASE("T06: a slot's key is found in the next slot too, and then no more") {
  const Bytes secret(32, 9);
  TicketKeys keys({secret}, id(1)), other_trust({secret}, id(2));
  const TicketKey first = keys.current(now);
  REQUIRE(keys.find(first.name, now) != nullptr);
  CHECK(keys.find(first.name, now)->cipher == first.cipher);
  REQUIRE(keys.find(first.name, now + ticket_slot_seconds) != nullptr);
  CHECK(keys.find(first.name, now + ticket_slot_seconds)->cipher == first.cipher);
  CHECK(keys.find(first.name, now + 2 * ticket_slot_seconds) == nullptr);
  CHECK(keys.find(first.name, now - ticket_slot_seconds) == nullptr);
  CHECK(other_trust.find(first.name, now) == nullptr);
}

TEST_CASE("T06: the first of several secrets seals, each of them opens, and one that was removed does not") {
  const Bytes old_secret(32, 9), new_secret(32, 8);
  TicketKeys before({old_secret}, id(1)), between({new_secret, old_secret}, id(1)),
      after({new_secret}, id(1));
  const TicketKey old_key = before.current(now), new_key = after.current(now);
  CHECK(between.current(now).name == new_key.name);
  REQUIRE(between.find(old_key.name, now) != nullptr);
  CHECK(between.find(old_key.name, now)->cipher == old_key.cipher);
  CHECK(between.find(new_key.name, now + ticket_slot_seconds) != nullptr);
  CHECK(after.find(old_key.name, now) == nullptr);
  CHECK(before.find(new_key.name, now) == nullptr);
}

TEST_CASE("T63: a machine whose clock is a little late opens what another sealed in the next slot") {
  TicketKeys late({Bytes(32, 9)}, id(1)), ahead({Bytes(32, 9)}, id(1));
  const TicketKey next = ahead.current(now + ticket_slot_seconds);
  CHECK(late.find(next.name, now) == nullptr);
  CHECK(late.find(next.name, now + ticket_slot_seconds - 301) == nullptr);
  REQUIRE(late.find(next.name, now + ticket_slot_seconds - 300) != nullptr);
  CHECK(late.find(next.name, now + ticket_slot_seconds - 300)->cipher == next.cipher);
}

TEST_CASE("tickets: what is written is read, and nothing shorter or longer is") {
  const Bytes bytes = encode_ticket_facts(facts());
  const auto read = decode_ticket_facts(bytes);
  REQUIRE(read.has_value());
  CHECK(read->trust_id == id(1));
  CHECK(read->verified_at == now);
  CHECK(read->chain_id == id(2));
  CHECK(read->good_until == now + 3600);
  CHECK(read->issuer_serial == "00AB");
  CHECK(read->issuer_ski == "CD");
  CHECK(read->chain_rfc9440 == ":AAAA:, :BBBB:");
  CHECK(read->chain_rfc9440_too_large);
  REQUIRE(read->keys.size() == 2);
  CHECK(read->keys[0].serial == Bytes{0, 0x80});
  CHECK(read->keys == facts().keys);
  CHECK(read->issuers_der == facts().issuers_der);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(decode_ticket_facts({bytes.data(), size}).has_value());
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK_FALSE(decode_ticket_facts(longer).has_value());
}

TEST_CASE("T36: the chain that was verified is in a ticket, whether or not the client sent it") {
  const Bytes one{1, 2, 3}, two{4};
  TicketFacts ticket = facts();
  ticket.issuers_der = {one, two};
  const Bytes others = encode_ticket_facts(ticket);
  CHECK(decode_ticket_facts(others).value().issuers_der == ticket.issuers_der);
  ticket.chain_rfc9440 = ":AQID:, :BA==:";
  const Bytes as_sent = encode_ticket_facts(ticket);
  CHECK(decode_ticket_facts(as_sent).value().issuers_der == ticket.issuers_der);
  CHECK(as_sent.size() < others.size());
}

TEST_CASE("tickets: one of a client without a certificate says only that") {
  TicketFacts none;
  none.trust_id = id(1);
  none.verified_at = now;
  const auto read = decode_ticket_facts(encode_ticket_facts(none));
  REQUIRE(read.has_value());
  CHECK_FALSE(read->has_client);
  CHECK(read->usable(id(1), now));
}

TEST_CASE("T03: a ticket is of use for its trust only, while the chain is valid, and for a day") {
  TicketFacts ticket = facts();
  CHECK(ticket.usable(id(1), now));
  CHECK_FALSE(ticket.usable(id(2), now));
  CHECK(ticket.usable(id(1), now + 3599));
  CHECK_FALSE(ticket.usable(id(1), now + 3600));
  CHECK_FALSE(ticket.usable(id(1), now - 3600));
  ticket.good_until = now + 10 * verification_seconds_max;
  CHECK(ticket.usable(id(1), now + verification_seconds_max));
  CHECK_FALSE(ticket.usable(id(1), now + verification_seconds_max + 1));
}
