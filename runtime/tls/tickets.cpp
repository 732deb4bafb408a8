// Keys by HKDF, and a ticket's facts as a flat record.
#include "runtime/tls/tickets.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstring>

#include "runtime/tls/byte_reader.h"
#include "runtime/tls/byte_writer.h"
#include "runtime/tls/client_auth.h"

namespace edge::tls {
namespace {

constexpr std::uint8_t format = 3;
/// Clocks of machines that share a secret may differ.
constexpr std::int64_t clock_skew_seconds = 300;

struct KdfContextFree {
  void operator()(EVP_KDF_CTX* p) const { EVP_KDF_CTX_free(p); }
};

struct HkdfInput {
  BytesView key, salt, info;
};

/// RFC 5869.
void hkdf(const HkdfInput& input, std::span<std::uint8_t> output) {
  static EVP_KDF* const algorithm = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  const std::unique_ptr<EVP_KDF_CTX, KdfContextFree> context{EVP_KDF_CTX_new(algorithm)};
  char digest[] = "SHA256";
  const auto octets = [](const char* name, BytesView bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
  };
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                                   octets(OSSL_KDF_PARAM_KEY, input.key),
                                   octets(OSSL_KDF_PARAM_SALT, input.salt),
                                   octets(OSSL_KDF_PARAM_INFO, input.info), OSSL_PARAM_construct_end()};
  check(context && EVP_KDF_derive(context.get(), output.data(), output.size(), parameters) == 1);
}

TicketKey key_of_slot(BytesView root, std::int64_t slot) {
  std::uint8_t bytes[16 + 32 + 32];
  const std::string info = "slot " + std::to_string(slot);
  hkdf({.key = root, .salt = as_bytes("edge-run tickets of a slot"), .info = as_bytes(info)}, bytes);
  TicketKey key;
  std::memcpy(key.name.data(), bytes, 16);
  std::memcpy(key.cipher.data(), bytes + 16, 32);
  std::memcpy(key.mac.data(), bytes + 48, 32);
  OPENSSL_cleanse(bytes, sizeof bytes);
  return key;
}

std::string text_of(ByteReader& reader) { return std::string(as_text(reader.vector(4))); }

/// What the chain above a leaf is, beside the certificates that the client sent.
enum class Issuers : std::uint8_t { as_sent, others };

void write_issuers(ByteWriter& writer, const TicketFacts& facts) {
  const bool as_sent = rfc9440_list(facts.issuers_der) == facts.chain_rfc9440;
  writer.number(static_cast<std::uint8_t>(as_sent ? Issuers::as_sent : Issuers::others), 1);
  if (as_sent) return;
  writer.number(facts.issuers_der.size(), 1);
  for (const Bytes& der : facts.issuers_der) writer.vector(der, 4);
}

/// The certificates of a list that rfc9440_list() made.
std::optional<std::vector<Bytes>> certificates_of_list(std::string_view list) {
  std::vector<Bytes> certificates;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    const std::string_view item = list.substr(0, end);
    if (item.size() < 2 || !item.starts_with(':') || !item.ends_with(':')) return std::nullopt;
    auto der = base64_decode(item.substr(1, item.size() - 2));
    if (!der) return std::nullopt;
    certificates.push_back(std::move(*der));
    list.remove_prefix(std::min(end + 2, list.size()));
  }
  return certificates;
}

std::optional<std::vector<Bytes>> read_issuers(ByteReader& reader, const TicketFacts& facts) {
  if (reader.number(1) == static_cast<std::uint8_t>(Issuers::as_sent))
    return certificates_of_list(facts.chain_rfc9440);
  std::vector<Bytes> certificates;
  for (std::uint64_t left = reader.number(1); left > 0; --left) {
    const BytesView der = reader.vector(4);
    certificates.emplace_back(der.begin(), der.end());
  }
  return certificates;
}

}  // namespace

TicketKeys::TicketKeys(const TicketSecrets& secrets, const std::array<std::uint8_t, 32>& trust_id)
    : families_(secrets.size()) {
  check(!secrets.empty());
  for (std::size_t i = 0; i < secrets.size(); ++i)
    hkdf({.key = secrets[i], .salt = trust_id, .info = as_bytes("edge-run tickets of a trust")},
         families_[i].root);
}

TicketKeys::~TicketKeys() { OPENSSL_cleanse(families_.data(), families_.size() * sizeof(Family)); }

void TicketKeys::turn_to(std::int64_t now) {
  const std::int64_t slot = now / ticket_slot_seconds;
  if (slot == slot_) return;
  slot_ = slot;
  for (Family& family : families_) {
    family.previous = key_of_slot(family.root, slot - 1);
    family.current = key_of_slot(family.root, slot);
    family.next = key_of_slot(family.root, slot + 1);
  }
}

const TicketKey& TicketKeys::current(std::int64_t now) {
  turn_to(now);
  return families_.front().current;
}

const TicketKey* TicketKeys::find(BytesView name, std::int64_t now) {
  turn_to(now);
  const bool next_may_have_begun = (now + clock_skew_seconds) / ticket_slot_seconds > slot_;
  for (const Family& family : families_) {
    if (std::ranges::equal(name, family.current.name)) return &family.current;
    if (std::ranges::equal(name, family.previous.name)) return &family.previous;
    if (next_may_have_begun && std::ranges::equal(name, family.next.name)) return &family.next;
  }
  return nullptr;
}

bool TicketFacts::usable(const std::array<std::uint8_t, 32>& trust, std::int64_t now) const {
  if (trust != trust_id) return false;
  if (verified_at > now + clock_skew_seconds || now - verified_at > verification_seconds_max) return false;
  return !has_client || now < good_until;
}

Bytes encode_ticket_facts(const TicketFacts& facts) {
  ByteWriter writer;
  writer.number(format, 1);
  writer.fixed(facts.trust_id);
  writer.number(static_cast<std::uint64_t>(facts.verified_at), 8);
  writer.number(facts.has_client, 1);
  if (!facts.has_client) return writer.bytes;
  writer.fixed(facts.chain_id);
  writer.number(static_cast<std::uint64_t>(facts.good_until), 8);
  writer.vector(as_bytes(facts.issuer_serial), 4);
  writer.vector(as_bytes(facts.issuer_ski), 4);
  writer.vector(as_bytes(facts.chain_rfc9440), 4);
  writer.number(facts.chain_rfc9440_too_large, 1);
  writer.vector(encode_keys(facts.keys), 4);
  write_issuers(writer, facts);
  return writer.bytes;
}

std::optional<TicketFacts> decode_ticket_facts(BytesView bytes) {
  ByteReader reader(bytes);
  TicketFacts facts;
  if (reader.number(1) != format) return std::nullopt;
  reader.fixed(facts.trust_id);
  facts.verified_at = static_cast<std::int64_t>(reader.number(8));
  facts.has_client = reader.number(1) != 0;
  if (facts.has_client) {
    reader.fixed(facts.chain_id);
    facts.good_until = static_cast<std::int64_t>(reader.number(8));
    facts.issuer_serial = text_of(reader);
    facts.issuer_ski = text_of(reader);
    facts.chain_rfc9440 = text_of(reader);
    facts.chain_rfc9440_too_large = reader.number(1) != 0;
    auto keys = decode_keys(reader.vector(4));
    if (!keys) return std::nullopt;
    facts.keys = std::move(*keys);
    auto issuers = read_issuers(reader, facts);
    if (!issuers) return std::nullopt;
    facts.issuers_der = std::move(*issuers);
  }
  if (!reader.is_complete()) return std::nullopt;
  return facts;
}

}  // namespace edge::tls
