// Only successes are remembered, until the first certificate of the chain expires: a failure may be mended
// any time, and verifying again is all it costs.
#include "runtime/tls/known_clients.h"

#include <openssl/x509.h>

#include <cstring>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/verify.h"

namespace edge::tls {

std::size_t KnownClients::Hash::operator()(const ChainId& id) const {
  std::size_t value = 0;
  std::memcpy(&value, id.data(), sizeof value);
  return value;
}

std::shared_ptr<const KnownClient> KnownClients::find(const ChainId& id, std::int64_t now) {
  const auto* known = clients_.find(id);
  // A clock that was set back may reach before notBefore.
  if (!known || now >= (*known)->client->good_until || now < (*known)->verified_at) return nullptr;
  return *known;
}

std::shared_ptr<const KnownClient> KnownClients::verify(const Site& site, const std::vector<X509*>& sent,
                                                        std::int64_t now) {
  check(!sent.empty());
  Bytes leaf_der = certificate_to_der(sent.front());
  Bytes hashed(site.trust_id().begin(), site.trust_id().end());
  hashed.insert(hashed.end(), leaf_der.begin(), leaf_der.end());
  std::size_t sent_bytes = leaf_der.size();
  // DER says its own length, so that certificates in a row can be read in one way only.
  for (std::size_t i = 1; i < sent.size(); ++i) {
    const Bytes der = certificate_to_der(sent[i]);
    hashed.insert(hashed.end(), der.begin(), der.end());
    sent_bytes += der.size();
  }
  const ChainId id = sha256(hashed);
  if (auto known = find(id, now)) return known;

  const std::vector<X509*> after_leaf(sent.begin() + 1, sent.end());
  const ChainVerdict verdict =
      verify_client_chain(site.anchors(), sent.front(), after_leaf, site.chain_depth_max(), now);
  auto known = std::make_shared<KnownClient>();
  known->id = id;
  known->code = verdict.code;
  known->verified_at = now;
  known->client =
      Shared<ClientFacts>({.auth = client_auth_of(sent.front(), {after_leaf.begin(), after_leaf.end()},
                                                  {.code = verdict.code, .issuer = verdict.issuer.get()}),
                           .leaf_der = std::move(leaf_der),
                           .issuers_der = verdict.issuers_der,
                           .good_until = verdict.good_until,
                           .keys = verdict.keys});
  known->kept_bytes = sent_bytes;
  // Those that the client sent are kept once (tickets.cpp).
  if (rfc9440_list(verdict.issuers_der) != known->client->auth.chain_rfc9440)
    for (const Bytes& issuer : verdict.issuers_der) known->kept_bytes += issuer.size();
  if (known->code == X509_V_OK) clients_.put(id, known);
  return known;
}

std::shared_ptr<const KnownClient> KnownClients::resume(const TicketFacts& facts, const X509* leaf,
                                                        std::int64_t now) {
  if (auto known = find(facts.chain_id, now)) return known;
  if (!leaf) return nullptr;
  ClientFacts client{.auth = client_auth_of(leaf, {}, {.code = X509_V_OK, .issuer = nullptr}),
                     .leaf_der = certificate_to_der(leaf),
                     .issuers_der = facts.issuers_der,
                     .good_until = facts.good_until,
                     .keys = facts.keys};
  client.auth.issuer_serial = facts.issuer_serial;
  client.auth.issuer_ski = facts.issuer_ski;
  client.auth.chain_rfc9440 = facts.chain_rfc9440;
  client.auth.chain_rfc9440_too_large = facts.chain_rfc9440_too_large;
  auto known = std::make_shared<KnownClient>();
  known->id = facts.chain_id;
  known->verified_at = facts.verified_at;
  known->client = Shared(std::move(client));
  clients_.put(known->id, known);
  return known;
}

Verdict verdict_of(const Site& site, const KnownClient& known, const Revocations& index, std::int64_t now) {
  if (known.code != X509_V_OK) return {};
  return index.judge(known.client->keys, site.list_policy(), now);
}

std::string refusal_of(const KnownClient& known, const Verdict& verdict) {
  if (known.code != X509_V_OK)
    return std::string("the client's certificate is refused: ") + X509_verify_cert_error_string(known.code);
  if (verdict.admits()) return "";
  return verdict.state == Verdict::State::revoked
             ? "the client's certificate is revoked"
             : "no current revocation list or OCSP response covers the client's certificate";
}

TicketFacts ticket_facts_of(const Site& site, const KnownClient* known, std::int64_t verified_at) {
  TicketFacts facts;
  facts.trust_id = site.trust_id();
  facts.verified_at = verified_at;
  if (!known) return facts;
  facts.has_client = true;
  facts.chain_id = known->id;
  const ClientFacts& client = *known->client;
  facts.good_until = client.good_until;
  facts.issuer_serial = client.auth.issuer_serial;
  facts.issuer_ski = client.auth.issuer_ski;
  facts.chain_rfc9440 = client.auth.chain_rfc9440;
  facts.chain_rfc9440_too_large = client.auth.chain_rfc9440_too_large;
  facts.keys = client.keys;
  facts.issuers_der = client.issuers_der;
  return facts;
}

}  // namespace edge::tls
