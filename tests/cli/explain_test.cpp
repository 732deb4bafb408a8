// `edge-run explain`: why a client is refused, before whom it lets in.
#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "runtime/cli/commands.h"
#include "runtime/cli/explain_steps.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/deny_list.h"

using namespace edge;
using namespace edge::cli;
using State = tls::Verdict::State;

namespace {

constexpr std::int64_t day = 24 * 3600;

/// A root, a CA below it, and a folder with their files.
struct Pki {
  std::filesystem::path folder;
  tls::Identity root =
      tls::make_self_signed({.subject = {{"CN", "root"}}, .extended_key_usage = {}, .ca = true}).value();
  tls::Identity ca =
      tls::issue(root, {.subject = {{"CN", "issuing"}}, .extended_key_usage = {}, .ca = true}).value();
  Config config;
  std::int64_t now = std::time(nullptr);

  Pki() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-explain-test-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    config.state_dir = folder / "state";
    std::filesystem::create_directory(folder / "state");
    SiteConfig& site = config.sites.emplace_back();
    site.client_ca = {write("root.pem", root.certificate_pem())};
  }
  ~Pki() { std::filesystem::remove_all(folder); }
  Pki(const Pki&) = delete;

  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(folder / name, std::ios::binary) << content;
    return folder / name;
  }
  SiteConfig& site() { return config.sites.front(); }
  /// With the root's own empty list, so that the CA between is covered too.
  void revoke(std::vector<Bytes> serials, std::int64_t next_update = 0) {
    site().client_crl = {write("ca.crl", tls::pem_of_crl(tls::make_crl(ca, {.serials = std::move(serials),
                                                                            .this_update = now - 2 * day,
                                                                            .next_update = next_update,
                                                                            .reason = 1})
                                                             .value())),
                         write("root.crl", tls::pem_of_crl(tls::make_crl(root, {}).value()))};
    site().crl_issuer = {write("issuing.pem", ca.certificate_pem())};
  }
  Explanation ask(const tls::Identity& leaf, std::int64_t at = 0, bool sends_ca = true) {
    std::vector<tls::X509Ptr> chain;
    chain.push_back(tls::certificate_from_der(leaf.certificate_der()).value());
    if (sends_ca) chain.push_back(tls::certificate_from_der(ca.certificate_der()).value());
    const auto sites = trust_of(config);
    if (!sites) FAIL(sites.error().message);
    auto told = explain(*(*sites)->all().front(), config, chain, at == 0 ? now : at);
    if (!told) FAIL(told.error().message);
    return std::move(*told);
  }
  tls::Identity client(tls::CertificateRequest request = {}) const { return tls::issue(ca, request).value(); }
};

std::string problems(const ChainStep& step) {
  std::string text;
  for (const std::string& one : step.problems) text += one + "\n";
  return text;
}

Error error_of(const std::vector<std::string>& words) {
  const auto code = run_explain(words);
  REQUIRE_FALSE(code);
  return code.error();
}

}  // namespace

TEST_CASE("explain: a command line that lacks the certificate or whom to trust is wrong") {
  const Pki pki;
  const std::string cert = pki.write("client.pem", pki.client().certificate_pem());
  CHECK(error_of({}).message.contains("--cert CHAIN.pem"));
  CHECK(error_of({"--cert", cert}).message.contains("--client-ca"));
  CHECK(error_of({"--cert", cert, "--client-cas", "x"}).message.contains("did you mean --client-ca?"));
  CHECK(error_of({"--cert", cert, "--client-ca", pki.folder / "root.pem", "--at", "noon"}).kind ==
        ErrorKind::usage);
  CHECK(error_of({"--cert", cert, "--client-ca", pki.folder / "none.pem"}).kind == ErrorKind::config);
  CHECK(error_of({"--cert", pki.folder / "none.pem", "--client-ca", pki.folder / "root.pem"})
            .message.contains("none.pem"));
  CHECK(error_of({"--cert", cert, "--client-ca", pki.folder / "root.pem", "--client-auth", "off"})
            .message.contains("asks clients for no certificate"));
}

TEST_CASE("explain: an intermediate that is not sent is named with the remedy") {
  Pki pki;
  const auto told = pki.ask(pki.client(), 0, false);
  CHECK_FALSE(told.let_in());
  REQUIRE(told.chain.size() == 1);
  CHECK(problems(told.chain[0]).contains("let the client send its intermediates"));
  CHECK_FALSE(told.chain[0].is_looked_up);
}

TEST_CASE("explain: an intermediate in client_ca ends a chain where the site says so") {
  Pki pki;
  const auto other =
      tls::make_self_signed({.subject = {{"CN", "another root"}}, .extended_key_usage = {}, .ca = true});
  pki.site().client_ca = {pki.write("cas.pem", pki.ca.certificate_pem() + other->certificate_pem())};
  const auto refused = pki.ask(pki.client());
  CHECK_FALSE(refused.let_in());
  CHECK(problems(refused.chain.back()).contains("--anchors any"));
  pki.site().anchors = TrustAnchors::any;
  CHECK(pki.ask(pki.client()).let_in());
}

TEST_CASE("T39: usages, dates and name constraints are told at the certificate that has them") {
  Pki pki;
  const auto server = pki.ask(pki.client({.extended_key_usage = {"serverAuth"}}));
  CHECK(problems(server.chain[0]).contains("clientAuth"));
  const auto expired = pki.ask(pki.client(), pki.now + 300 * day + 366 * day);
  CHECK(problems(expired.chain[0]).contains("since 20"));
  CHECK_FALSE(expired.let_in());
  const auto early = pki.ask(pki.client(), pki.now - day);
  CHECK(problems(early.chain[1]).contains("not yet valid"));
}

TEST_CASE("T40: a chain that is too long to be sent is refused in the handshake") {
  Pki pki;
  pki.config.limits.chain_bytes = 512;
  const auto told = pki.ask(pki.client());
  CHECK(told.refusal.contains("--chain-bytes"));
  CHECK_FALSE(told.let_in());
}

TEST_CASE("T51: a revoked client stays revoked by an overdue list, another one becomes unknown") {
  Pki pki;
  pki.revoke({{0x05}}, pki.now - day);
  const auto revoked = pki.ask(pki.client({.serial = Bytes{0x05}}));
  CHECK(revoked.peer->client->auth.verified == "SUCCESS");
  CHECK(revoked.peer->client->auth.revoked == "1");
  CHECK(revoked.chain[0].verdict.state == State::revoked);
  CHECK(revoked.chain[1].verdict.state == State::good);
  CHECK_FALSE(revoked.let_in());
  const auto other = pki.ask(pki.client());
  CHECK(other.peer->verdict.state == State::unknown);
  CHECK(other.peer->verdict.why == tls::Verdict::Why::stale);
  CHECK_FALSE(other.let_in());
  const std::string text = explanation_text(other, "{}");
  CHECK(text.contains("its issuer's list is overdue: "));
  pki.site().crl_stale.kind = Tolerance::Kind::allow;
  CHECK(pki.ask(pki.client()).let_in());
}

TEST_CASE("explain: mode required says why the handshake fails") {
  Pki pki;
  pki.revoke({{0x05}});
  pki.site().client_auth = ClientAuthMode::required;
  CHECK(pki.ask(pki.client({.serial = Bytes{0x05}})).refusal == "the client's certificate is revoked");
  CHECK(pki.ask(pki.client(), 0, false).refusal.contains("is refused"));
  CHECK(pki.ask(pki.client()).refusal.empty());
}

TEST_CASE("explain: the deny-list of the state folder counts, for a CA of the chain too") {
  Pki pki;
  const auto client = pki.client();
  tls::DenyList list;
  tls::Denial denial{.by = tls::Denial::By::sha256, .since = 1'750'000'000, .note = "CA stolen"};
  const auto key = tls::revocation_key_of(pki.ca.certificate.get(), pki.root.certificate.get(),
                                          pki.root.certificate.get());
  denial.value.assign(key.sha256.begin(), key.sha256.end());
  list.add(denial);
  pki.write("state/denied", list.text());
  const auto told = pki.ask(client);
  CHECK(told.chain[0].verdict.state == State::unchecked);
  CHECK(told.chain[1].verdict.state == State::revoked);
  CHECK(told.peer->client->auth.revoked == "1");
  CHECK(explanation_text(told, "{}").contains("by the deny-list"));
}

TEST_CASE("explain: a good client is let in, with the chain from whom each certificate came") {
  Pki pki;
  pki.revoke({});
  const auto told = pki.ask(pki.client({.subject = {{"CN", "alice"}}}));
  CHECK(told.let_in());
  REQUIRE(told.chain.size() == 3);
  CHECK(told.chain[0].from == ChainStep::From::leaf);
  CHECK(told.chain[0].subject == "CN=alice");
  CHECK(told.chain[1].from == ChainStep::From::sent);
  CHECK(told.chain[2].from == ChainStep::From::anchor);
  CHECK(told.chain[0].verdict.state == State::good);
  CHECK_FALSE(told.chain[2].is_looked_up);
  CHECK(told.unused.empty());
  const auto json = boost::json::parse(explanation_json(told, R"({"certPresented":"1"})")).as_object();
  CHECK(json.at("letIn").as_bool());
  CHECK(json.at("chain").as_array().size() == 3);
  CHECK(json.at("revocation").as_object().at("state").as_string() == "good");
  CHECK(json.at("tlsClientAuth").as_object().at("certPresented").as_string() == "1");
}

TEST_CASE("explain: what a client sends in vain is said to be unused") {
  Pki pki;
  const auto client = pki.client(), other = pki.client({.subject = {{"CN", "other"}}});
  std::vector<tls::X509Ptr> chain;
  for (const tls::Identity* one : {&client, &other, static_cast<const tls::Identity*>(&pki.ca)})
    chain.push_back(tls::certificate_from_der(one->certificate_der()).value());
  const auto sites = trust_of(pki.config).value();
  const auto told = explain(*sites->all().front(), pki.config, chain, pki.now).value();
  CHECK(told.unused == std::vector<std::string>{"CN=other"});
}
