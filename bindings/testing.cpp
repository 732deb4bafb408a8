// Natives of the module "edge-run:test": certificates and lists in memory, verified by the server's own code.
#include "bindings/testing.h"

#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>

#include "bindings/cf.h"
#include "bindings/host.h"
#include "bindings/natives.h"
#include "runtime/tls/certificate.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/verify.h"

namespace edge::bindings {
namespace {

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

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

js::Result<std::unique_ptr<TestList>> list(TestIdentity& issuer, std::string json) {
  const boost::json::object options = boost::json::parse(json).as_object();
  tls::CrlRequest request;
  request.this_update = options.at("thisUpdate").as_int64();
  request.next_update = options.at("nextUpdate").as_int64();
  request.reason = static_cast<std::uint8_t>(options.at("reason").to_number<int>());
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
edge::Result<std::shared_ptr<const tls::Revocations>> index_of(const TestTrust& trust) {
  std::vector<tls::Crl> lists;
  const auto signers = tls::list_signers(trust.cas, trust.sent, now());
  for (const Bytes& der : trust.lists) {
    auto parsed = tls::parse_crls(der, "crl()", signers, now());
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

js::Result<std::unique_ptr<PeerHandle>> presented(TestTrust& trust, TestIdentity& client) {
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
      tls::verify_client_chain(anchors->get(), leaf, sent, Limits{}.chain_depth, now());
  tls::Peer peer = some_peer();
  peer.auth = tls::client_auth_of(leaf, sent_facts, {.code = chain.code, .issuer = chain.issuer.get()});
  peer.leaf_der = client.identity.certificate_der();
  peer.keys = chain.keys;
  if (trust.lists.empty() || chain.code != 0)
    return std::make_unique<PeerHandle>(std::make_shared<const tls::Peer>(std::move(peer)));
  auto index = index_of(trust);
  if (!index) return js::plain_error(index.error().message);
  return std::make_unique<PeerHandle>(tls::with_verdict(peer, (*index)->judge(peer.keys, {}, now())));
}

js::Result<TestRun*> run_of(js::Scope& scope) {
  TestRun* run = Host::of(scope).world.test_run;
  if (!run) return js::plain_error("the module \"edge-run:test\" is for `edge-run test` only");
  return run;
}

js::Result<bool> wanted(js::Scope& scope, std::string name) {
  auto run = run_of(scope);
  if (!run) return std::unexpected(std::move(run.error()));
  return (*run)->wanted(name);
}

js::Result<> report(js::Scope& scope, std::string name, std::string outcome, std::string message,
                    double milliseconds) {
  auto run = run_of(scope);
  if (!run) return std::unexpected(std::move(run.error()));
  const TestOutcome kind = outcome == "pass"   ? TestOutcome::pass
                           : outcome == "skip" ? TestOutcome::skip
                                               : TestOutcome::fail;
  (*run)->report({std::move(name), kind, std::move(message), milliseconds});
  return {};
}

js::Result<std::string> script(js::Scope& scope) {
  auto run = run_of(scope);
  if (!run) return std::unexpected(std::move(run.error()));
  std::string path = (*run)->script();
  if (path.empty())
    return js::plain_error(
        "SELF stands for no script: name it with --script FILE, or call the test x.test.js beside x.js");
  return path;
}

js::Result<> done(js::Scope& scope, std::string problem) {
  auto run = run_of(scope);
  if (!run) return std::unexpected(std::move(run.error()));
  (*run)->done(std::move(problem));
  return {};
}

constexpr js::Native table[] = {
    js::native<&self_signed>("testSelfSigned"),
    js::native<&issue>("testIssue"),
    js::native<&identity_facts>("testIdentityFacts"),
    js::native<&list>("testCrl"),
    js::native<&trust>("testTrust"),
    js::native<&trust_ca>("testTrustCa"),
    js::native<&trust_sent>("testTrustSent"),
    js::native<&trust_list>("testTrustList"),
    js::native<&absent>("testAbsent"),
    js::native<&presented>("testPresented"),
    js::native<&wanted>("testWanted"),
    js::native<&report>("testReport"),
    js::native<&script>("testScript"),
    js::native<&done>("testDone"),
};

}  // namespace

constinit const std::span<const js::Native> testing_natives = table;

}  // namespace edge::bindings
