// Natives of the module "edge-run:test": certificates and lists in memory, verified by the server's own code.
#include <unistd.h>

#include <boost/json.hpp>

#include "bindings/cf.h"
#include "bindings/host.h"
#include "bindings/natives.h"
#include "runtime/tls/certificate.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/verify.h"

namespace edge::bindings {
namespace {

class TestIdentity : public js::Held {
 public:
  explicit TestIdentity(tls::Identity identity) : identity(std::move(identity)) {}
  tls::Identity identity;
};

class TestList : public js::Held {
 public:
  explicit TestList(Bytes der) : der(std::move(der)) {}
  Bytes der;
};

/// What a site would be configured with, and what a client would send beside its certificate.
class TestTrust : public js::Held {
 public:
  std::vector<tls::X509Ptr> cas, sent;
  std::vector<Bytes> lists;
};

tls::X509Ptr copy_of(const tls::Identity& identity) {
  return *tls::certificate_from_der(identity.certificate_der());
}

std::vector<std::string> strings_of(const boost::json::value& list) {
  std::vector<std::string> strings;
  for (const auto& one : list.as_array()) strings.emplace_back(one.as_string());
  return strings;
}

/// Hex digits, with or without colons, as bytes.
js::Result<Bytes> hex_bytes(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == ':') continue;
    if (!std::isxdigit(static_cast<unsigned char>(c)))
      return js::type_error("'" + std::string(text) + "' is not hexadecimal");
    digits.push_back(c);
  }
  if (digits.size() % 2 != 0) digits.insert(digits.begin(), '0');
  Bytes bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  return bytes;
}

js::Result<tls::CertificateRequest> request_of(const std::string& json) {
  const boost::json::object options = boost::json::parse(json).as_object();
  tls::CertificateRequest request;
  request.subject.clear();
  for (const auto& pair : options.at("subject").as_array())
    request.subject.emplace_back(pair.as_array()[0].as_string(), pair.as_array()[1].as_string());
  request.dns = strings_of(options.at("dns"));
  request.uri = strings_of(options.at("uri"));
  request.email = strings_of(options.at("email"));
  request.ip = strings_of(options.at("ip"));
  request.extended_key_usage = strings_of(options.at("eku"));
  if (options.at("ku").is_array()) request.key_usage = strings_of(options.at("ku"));
  for (const auto& pair : options.at("extensions").as_array()) {
    auto value = hex_bytes(std::string_view(pair.as_array()[1].as_string()));
    if (!value) return std::unexpected(std::move(value.error()));
    request.extensions.emplace_back(pair.as_array()[0].as_string(), std::move(*value));
  }
  request.not_before = options.at("notBefore").as_int64();
  request.not_after = options.at("notAfter").as_int64();
  request.ca = options.at("ca").as_bool();
  const std::string key{options.at("key").as_string()};
  if (key == "rsa")
    request.key = tls::KeyType::rsa_2048;
  else if (key == "ed25519")
    request.key = tls::KeyType::ed25519;
  else if (key != "ec")
    return js::type_error("key: '" + key + "' is none of \"ec\", \"rsa\", \"ed25519\"");
  if (const std::string serial{options.at("serial").as_string()}; !serial.empty()) {
    auto bytes = hex_bytes(serial);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    request.serial = std::move(*bytes);
  }
  return request;
}

js::Result<std::unique_ptr<TestIdentity>> held(edge::Result<tls::Identity> made) {
  if (!made) return js::plain_error(made.error().message);
  return std::make_unique<TestIdentity>(std::move(*made));
}

js::Result<std::unique_ptr<TestIdentity>> self_signed(std::string json) {
  auto request = request_of(json);
  if (!request) return std::unexpected(std::move(request.error()));
  return held(tls::make_self_signed(*request));
}

js::Result<std::unique_ptr<TestIdentity>> issue(TestIdentity& issuer, std::string json) {
  auto request = request_of(json);
  if (!request) return std::unexpected(std::move(request.error()));
  return held(tls::issue(issuer.identity, *request));
}

/// [certificate PEM, key PEM, certificate DER, serial, SHA-256]
js::Result<std::tuple<std::string, std::string, Bytes, std::string, std::string>> identity_facts(
    TestIdentity& held) {
  Bytes der = held.identity.certificate_der();
  auto details = tls::certificate_details(der);
  // A certificate that must not be read (T30) can still be presented.
  std::string serial = details ? details->serial : "", sha256 = details ? details->sha256 : "";
  return std::tuple{held.identity.certificate_pem(), held.identity.key_pem(), std::move(der),
                    std::move(serial), std::move(sha256)};
}

Bytes list_der(TestList& list) { return list.der; }
std::string list_pem(TestList& list) { return tls::pem_of_crl(list.der); }

js::Result<std::unique_ptr<TestList>> list(TestIdentity& issuer, std::string json) {
  const boost::json::object options = boost::json::parse(json).as_object();
  tls::CrlRequest request;
  request.this_update = options.at("thisUpdate").as_int64();
  request.next_update = options.at("nextUpdate").as_int64();
  request.reason = static_cast<std::uint8_t>(options.at("reason").to_number<int>());
  request.number = options.at("number").to_number<std::uint64_t>();
  for (const std::string& serial : strings_of(options.at("serials"))) {
    auto bytes = hex_bytes(serial);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    request.serials.push_back(std::move(*bytes));
  }
  auto made = tls::make_crl(issuer.identity, request);
  if (!made) return js::plain_error(made.error().message);
  return std::make_unique<TestList>(std::move(*made));
}

std::unique_ptr<TestTrust> trust() { return std::make_unique<TestTrust>(); }
void trust_ca(TestTrust& trust, TestIdentity& ca) { trust.cas.push_back(copy_of(ca.identity)); }
void trust_sent(TestTrust& trust, TestIdentity& one) { trust.sent.push_back(copy_of(one.identity)); }
void trust_list(TestTrust& trust, TestList& list) { trust.lists.push_back(list.der); }

tls::Peer some_peer() {
  tls::Peer peer;
  peer.id = tls::next_peer_id();
  peer.connection.tls_version = "TLSv1.3";
  peer.connection.tls_cipher = "AEAD-AES128-GCM-SHA256";
  peer.connection.client_address = "127.0.0.1";
  return peer;
}

std::unique_ptr<PeerHandle> absent() {
  return std::make_unique<PeerHandle>(std::make_shared<const tls::Peer>(some_peer()));
}

/// The index of the lists, by way of the file that workers would map.
edge::Result<std::shared_ptr<const tls::Revocations>> index_of(const TestTrust& trust, std::int64_t now) {
  std::vector<tls::Crl> lists;
  const auto signers = tls::list_signers({.cas = trust.cas, .others = trust.sent}, now);
  for (const Bytes& der : trust.lists) {
    auto parsed = tls::parse_crls(der, "crl()", signers, now);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    for (tls::Crl& one : *parsed) lists.push_back(std::move(one));
  }
  tls::merge_deltas(lists);
  const std::string path = "/tmp/edge-run-test-index-" + std::to_string(getpid());
  if (auto written = tls::Revocations::write(path, 1, lists); !written)
    return std::unexpected(std::move(written.error()));
  auto index = tls::Revocations::open(path);
  unlink(path.c_str());
  return index;
}

/// `seconds` is the time by the clock of the test, which may be a fake one.
js::Result<std::unique_ptr<PeerHandle>> presented(TestTrust& trust, TestIdentity& client, double seconds) {
  const auto now = static_cast<std::int64_t>(seconds);
  auto anchors = tls::make_anchor_store(trust.cas);
  if (!anchors) return js::plain_error(anchors.error().message);
  std::vector<x509_st*> sent;
  std::vector<const x509_st*> sent_facts;
  for (const tls::X509Ptr& one : trust.sent) {
    sent.push_back(one.get());
    sent_facts.push_back(one.get());
  }
  x509_st* leaf = client.identity.certificate.get();
  const tls::ChainVerdict chain =
      tls::verify_client_chain(anchors->get(), leaf, sent, Limits{}.chain_depth, now);
  tls::Peer peer = some_peer();
  peer.client = Shared<tls::ClientFacts>(
      {.auth = tls::client_auth_of(leaf, sent_facts, {.code = chain.code, .issuer = chain.issuer.get()}),
       .leaf_der = client.identity.certificate_der(),
       .keys = chain.keys});
  if (trust.lists.empty() || chain.code != 0)
    return std::make_unique<PeerHandle>(std::make_shared<const tls::Peer>(std::move(peer)));
  auto index = index_of(trust, now);
  if (!index) return js::plain_error(index.error().message);
  return std::make_unique<PeerHandle>(tls::with_verdict(peer, (*index)->judge(peer.client->keys, {}, now)));
}

constexpr js::Native table[] = {
    js::native<&self_signed>("testSelfSigned"),
    js::native<&issue>("testIssue"),
    js::native<&identity_facts>("testIdentityFacts"),
    js::native<&list>("testCrl"),
    js::native<&list_der>("testCrlDer"),
    js::native<&list_pem>("testCrlPem"),
    js::native<&trust>("testTrust"),
    js::native<&trust_ca>("testTrustCa"),
    js::native<&trust_sent>("testTrustSent"),
    js::native<&trust_list>("testTrustList"),
    js::native<&absent>("testAbsent"),
    js::native<&presented>("testPresented"),
};

}  // namespace

constinit const std::span<const js::Native> testing_certificate_natives = table;

}  // namespace edge::bindings
