// The rules of a server's handshake. Order of events: the client hello chooses the Site, a session is resumed
// or the certificate is verified, then sessions are handed out. Each step knows the Site; none has a default.
#include "runtime/tls/handshake.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>

#include "runtime/tls/asn1.h"
#include "runtime/tls/context.h"

namespace edge::tls {
namespace {

constexpr std::size_t known_clients_max = 4096;
/// Clients with more certificates than that get no ticket, which would have to hold them.
constexpr std::size_t ticket_chain_bytes_max = 8 * 1024;

Handshake* handshake_of(const SSL* ssl) { return static_cast<Handshake*>(SSL_get_app_data(ssl)); }

/// A failed verification may be mended any time, so it is done anew each time.
bool is_worth_keeping(const Proof& proof) { return !proof.known || proof.known->code == X509_V_OK; }

bool keeps_sessions_here(const Site& site) { return site.ticket_secrets().empty(); }

}  // namespace

const Proof& proof_of(const Handshake& handshake, const SSL* ssl) {
  return SSL_session_reused(ssl) == 1 ? handshake.remembered : handshake.proven;
}

struct HandshakeRules::Callbacks {
  static void message(int is_sent, int, int type, const void* bytes, std::size_t size, SSL* ssl, void*);
  static int client_hello(SSL* ssl, int* alert, void*);
  static int verify(X509_STORE_CTX* context, void*);
  static int ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                        EVP_MAC_CTX* mac, int seals);
  static int ticket_made(SSL* ssl, void*);
  static SSL_TICKET_RETURN ticket_opened(SSL* ssl, SSL_SESSION* session, const unsigned char*, std::size_t,
                                         SSL_TICKET_STATUS status, void*);
  static int session_made(SSL* ssl, SSL_SESSION* session);
  static SSL_SESSION* session_offered(SSL* ssl, const unsigned char* id, int size, int* copy);
  static void session_spoiled(SSL_CTX* context, SSL_SESSION* session);
};

HandshakeRules::HandshakeRules(std::shared_ptr<const Sites> sites, RevocationSource& revocations,
                               const Limits& limits, Clock clock)
    : sites_(std::move(sites)),
      revocations_(revocations),
      clock_(clock),
      clients_(known_clients_max),
      sessions_(limits.connections) {
  auto made = make_context(Role::server);
  check(made.has_value());  // Site::load made one like it
  context_ = std::move(*made);
  SSL_CTX* const ctx = context_.get();
  SSL_CTX_set_app_data(ctx, this);
  SSL_CTX_set_msg_callback(ctx, &Callbacks::message);
  SSL_CTX_set_client_hello_cb(ctx, &Callbacks::client_hello, nullptr);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, &Callbacks::ticket_key);
  SSL_CTX_set_session_ticket_cb(ctx, &Callbacks::ticket_made, &Callbacks::ticket_opened, nullptr);
  SSL_CTX_sess_set_new_cb(ctx, &Callbacks::session_made);
  SSL_CTX_sess_set_get_cb(ctx, &Callbacks::session_offered);
  SSL_CTX_sess_set_remove_cb(ctx, &Callbacks::session_spoiled);
  SSL_CTX_set_timeout(ctx, ticket_slot_seconds);
  for (const auto& site : sites_->all())
    SSL_CTX_set_cert_verify_callback(site->context(), &Callbacks::verify, nullptr);
}

HandshakeRules::~HandshakeRules() {
  // Connections that are still open keep the context, which would come back here.
  SSL_CTX_set_app_data(context_.get(), nullptr);
}

SslPtr HandshakeRules::begin(Handshake& handshake) {
  SslPtr ssl{SSL_new(context_.get())};
  check(ssl != nullptr);
  handshake.rules = this;
  SSL_set_app_data(ssl.get(), &handshake);
  SSL_set_accept_state(ssl.get());
  return ssl;
}

void HandshakeRules::detach(SSL* ssl) {
  SSL_set_msg_callback(ssl, nullptr);
  SSL_set_app_data(ssl, nullptr);
  // The ticket is sent; its facts are of no more use here.
  SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), nullptr, 0);
}

// --- the client hello chooses the Site ---

void HandshakeRules::Callbacks::message(int is_sent, int, int type, const void* bytes, std::size_t size,
                                        SSL* ssl, void*) {
  if (is_sent != 0 || type != SSL3_RT_HANDSHAKE) return;
  const auto* first = static_cast<const std::uint8_t*>(bytes);
  Handshake* handshake = handshake_of(ssl);
  SSL_set_msg_callback(ssl,
                       nullptr);  // the first message only: after a retry request the client repeats itself
  if (!handshake || size == 0 || *first != SSL3_MT_CLIENT_HELLO) return;
  const ErrorMark mark;
  handshake->hello = client_hello_facts({first, size});
}

int HandshakeRules::Callbacks::client_hello(SSL* ssl, int* alert, void*) {
  const ErrorMark mark;
  Handshake& handshake = *handshake_of(ssl);
  return handshake.rules->choose_site(ssl, handshake, alert) ? SSL_CLIENT_HELLO_SUCCESS
                                                             : SSL_CLIENT_HELLO_ERROR;
}

bool HandshakeRules::choose_site(SSL* ssl, Handshake& handshake, int* alert) {
  std::string name;
  const unsigned char* extension = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &extension, &size) == 1) {
    auto sent = server_name({extension, size});
    if (!sent) {
      *alert = SSL_AD_DECODE_ERROR;
      handshake.refusal = "the client's server name is malformed";
      return false;
    }
    name = std::move(*sent);
  }
  const Site* const site = sites_->find(name);
  if (!site) {
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    handshake.refusal = name.empty() ? "the client sent no server name, and no site serves every name"
                                     : "no site serves the server name '" + name + "'";
    return false;
  }
  if (handshake.site && handshake.site != site) {
    *alert = SSL_AD_ILLEGAL_PARAMETER;
    handshake.refusal = "the client's second hello names another server";
    return false;
  }
  handshake.site = site;
  handshake.sni = name.empty() ? std::string() : normalise_host(name).value_or(std::string());
  SSL_set_SSL_CTX(ssl, site->context());
  SSL_set_session_id_context(ssl, site->trust_id().data(), site->trust_id().size());
  int mode = SSL_VERIFY_NONE;
  if (site->config().client_auth != ClientAuthMode::off) mode = SSL_VERIFY_PEER;
  if (site->config().client_auth == ClientAuthMode::required) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_set_verify(ssl, mode, nullptr);
  SSL_set_max_cert_list(ssl, SSL_CTX_get_max_cert_list(site->context()));
  if (keeps_sessions_here(*site)) SSL_set_options(ssl, SSL_OP_NO_TICKET);
  handshake.proven.at = now();
  return true;
}

// --- the certificate ---

int HandshakeRules::Callbacks::verify(X509_STORE_CTX* context, void*) {
  const ErrorMark mark;
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  Handshake* const handshake = handshake_of(ssl);
  X509* const leaf = X509_STORE_CTX_get0_cert(context);
  if (!handshake || !handshake->site || !leaf) return 0;
  STACK_OF(X509)* const sent = X509_STORE_CTX_get0_untrusted(context);
  std::vector<X509*> chain{leaf};
  for (int i = 1; i < sk_X509_num(sent); ++i) chain.push_back(sk_X509_value(sent, i));

  HandshakeRules& rules = *handshake->rules;
  const Site& site = *handshake->site;
  const auto known = rules.clients_.verify(site, chain, rules.now());
  handshake->proven.known = known;
  X509_STORE_CTX_set_error(context, known->code);
  const bool fits_a_ticket = keeps_sessions_here(site) || known->kept_bytes <= ticket_chain_bytes_max;
  if (!is_worth_keeping(handshake->proven) || !fits_a_ticket) SSL_set_num_tickets(ssl, 0);
  if (site.config().client_auth != ClientAuthMode::required) return 1;
  if (rules.admits(site, *known, handshake->refusal)) return 1;
  if (known->code == X509_V_OK) X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_REVOKED);
  return 0;
}

Verdict HandshakeRules::verdict_of(const Site& site, const KnownClient& known) const {
  return tls::verdict_of(site, known, *revocations_.current(), now());
}

/// Whether mode `required` lets the client in.
bool HandshakeRules::admits(const Site& site, const KnownClient& known, std::string& refusal) const {
  refusal = refusal_of(known, verdict_of(site, known));
  return refusal.empty();
}

// --- resumption ---

/// Notes the proof of a session that the client offers; false: it has to prove itself anew.
bool HandshakeRules::remember_proof(Handshake& handshake, Proof proof) const {
  const Site& site = *handshake.site;
  if (site.config().client_auth == ClientAuthMode::required) {
    // Resumption skips verification, so the lists are asked here; the full handshake that follows will
    // refuse.
    std::string refusal;
    if (!proof.known || !admits(site, *proof.known, refusal)) return false;
  }
  handshake.remembered = std::move(proof);
  return true;
}

/// Never longer than the certificate is valid (T03).
std::int64_t HandshakeRules::session_seconds(const Proof& proof) const {
  std::int64_t seconds = std::min(ticket_slot_seconds, proof.at + verification_seconds_max - now());
  if (proof.known) seconds = std::min(seconds, proof.known->client->good_until - now());
  return std::max<std::int64_t>(seconds, 1);
}

TicketKeys& HandshakeRules::keys_of(const Site& site) {
  return keys_.try_emplace(&site, site.ticket_secrets(), site.trust_id()).first->second;
}

int HandshakeRules::Callbacks::ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv,
                                          EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int seals) {
  static const EVP_CIPHER* const aes = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  const Handshake* const handshake = handshake_of(ssl);
  if (!handshake || !handshake->site || keeps_sessions_here(*handshake->site)) return 0;
  const HandshakeRules& rules = *handshake->rules;
  TicketKeys& keys = handshake->rules->keys_of(*handshake->site);
  const TicketKey* key = nullptr;
  if (seals == 1) {
    if (!is_worth_keeping(proof_of(*handshake, ssl)) || SSL_get_num_tickets(ssl) == 0) return 0;
    key = &keys.current(rules.now());
    std::ranges::copy(key->name, name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(aes)) != 1) return -1;
  } else {
    key = keys.find({name, std::tuple_size_v<decltype(TicketKey::name)>}, rules.now());
    if (!key) return 0;
  }
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, const_cast<std::uint8_t*>(key->mac.data()),
                                        key->mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
  if (EVP_MAC_CTX_set_params(mac, parameters) != 1) return -1;
  if (EVP_CipherInit_ex2(cipher, aes, key->cipher.data(), iv, seals, nullptr) != 1) return -1;
  constexpr int open_and_renew = 2;
  return seals == 1 || key == &keys.current(rules.now()) ? 1 : open_and_renew;
}

int HandshakeRules::Callbacks::ticket_made(SSL* ssl, void*) {
  const Handshake* const handshake = handshake_of(ssl);
  if (!handshake || !handshake->site) return 0;
  const Proof& proof = proof_of(*handshake, ssl);
  SSL_SESSION* const session = SSL_get_session(ssl);
  SSL_SESSION_set_timeout(session, handshake->rules->session_seconds(proof));
  if (keeps_sessions_here(*handshake->site)) return 1;
  const Bytes facts = encode_ticket_facts(ticket_facts_of(*handshake->site, proof.known.get(), proof.at));
  return SSL_SESSION_set1_ticket_appdata(session, facts.data(), facts.size());
}

SSL_TICKET_RETURN HandshakeRules::Callbacks::ticket_opened(SSL* ssl, SSL_SESSION* session,
                                                           const unsigned char*, std::size_t,
                                                           SSL_TICKET_STATUS status, void*) {
  constexpr auto full_handshake = SSL_TICKET_RETURN_IGNORE_RENEW;
  const ErrorMark mark;
  Handshake* const handshake = handshake_of(ssl);
  if (!handshake || !handshake->site) return SSL_TICKET_RETURN_ABORT;
  handshake->remembered = {};
  if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW) return full_handshake;
  void* bytes = nullptr;
  std::size_t size = 0;
  SSL_SESSION_get0_ticket_appdata(session, &bytes, &size);
  const auto facts = decode_ticket_facts({static_cast<const std::uint8_t*>(bytes), size});
  HandshakeRules& rules = *handshake->rules;
  if (!facts || !facts->usable(handshake->site->trust_id(), rules.now())) return full_handshake;
  Proof proof{.known = nullptr, .at = facts->verified_at};
  if (facts->has_client) {
    proof.known = rules.clients_.resume(*facts, SSL_SESSION_get0_peer(session), rules.now());
    if (!proof.known) return full_handshake;
  }
  if (!rules.remember_proof(*handshake, std::move(proof))) return full_handshake;
  // A client uses a TLS 1.3 ticket once (RFC 8446 appendix C.4): without another it would have to start over.
  const bool renews = status == SSL_TICKET_SUCCESS_RENEW || SSL_version(ssl) >= TLS1_3_VERSION;
  return renews ? SSL_TICKET_RETURN_USE_RENEW : SSL_TICKET_RETURN_USE;
}

int HandshakeRules::Callbacks::session_made(SSL* ssl, SSL_SESSION* session) {
  constexpr int not_kept = 0, kept = 1;
  const Handshake* const handshake = handshake_of(ssl);
  if (!handshake || !handshake->site || !keeps_sessions_here(*handshake->site)) return not_kept;
  const Proof& proof = proof_of(*handshake, ssl);
  if (!is_worth_keeping(proof)) return not_kept;
  SSL_SESSION_set_timeout(session, handshake->rules->session_seconds(proof));
  unsigned size = 0;
  const unsigned char* const id = SSL_SESSION_get_id(session, &size);
  handshake->rules->sessions_.put(
      SessionId(reinterpret_cast<const char*>(id), size),
      {.session = SessionPtr(session), .trust_id = handshake->site->trust_id(), .proof = proof});
  return kept;
}

SSL_SESSION* HandshakeRules::Callbacks::session_offered(SSL* ssl, const unsigned char* id, int size,
                                                        int* copy) {
  *copy = 1;
  Handshake* const handshake = handshake_of(ssl);
  if (!handshake || !handshake->site || !keeps_sessions_here(*handshake->site)) return nullptr;
  handshake->remembered = {};
  HandshakeRules& rules = *handshake->rules;
  const KeptSession* const kept =
      rules.sessions_.find(SessionId(reinterpret_cast<const char*>(id), static_cast<std::size_t>(size)));
  if (!kept) return nullptr;
  TicketFacts facts;
  facts.trust_id = kept->trust_id;
  facts.verified_at = kept->proof.at;
  facts.has_client = kept->proof.known != nullptr;
  if (facts.has_client) facts.good_until = kept->proof.known->client->good_until;
  if (!facts.usable(handshake->site->trust_id(), rules.now())) return nullptr;
  if (!rules.remember_proof(*handshake, kept->proof)) return nullptr;
  return kept->session.get();
}

void HandshakeRules::Callbacks::session_spoiled(SSL_CTX* context, SSL_SESSION* session) {
  auto* const rules = static_cast<HandshakeRules*>(SSL_CTX_get_app_data(context));
  if (!rules) return;
  unsigned size = 0;
  const unsigned char* const id = SSL_SESSION_get_id(session, &size);
  rules->sessions_.erase(SessionId(reinterpret_cast<const char*>(id), size));
}

}  // namespace edge::tls
