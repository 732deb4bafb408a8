// x509-limbo's cases for client certificates as live handshakes.
#include "tests/conformance/x509/limbo.h"

#include <algorithm>

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::testing;

namespace {

/// "2024-03-01T00:00:00+00:00", with or without a fraction.
std::int64_t seconds_of(const std::string& time) {
  std::tm parts{};
  REQUIRE(strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) != nullptr);
  return timegm(&parts);
}

std::vector<Crl> lists_of(const LimboCase& one, const std::string& cas_pem, const std::string& sent_pem) {
  auto cas = certificates_from_pem(cas_pem, "cas");
  auto sent = certificates_from_pem(sent_pem, "sent");
  std::vector<Crl> lists;
  if (!cas) return lists;
  const auto signers =
      list_signers({.cas = *cas, .others = sent ? std::move(*sent) : std::vector<X509Ptr>{}}, test_clock());
  for (const json::value& pem : one.of.at("crls").as_array()) {
    auto parsed = parse_crls(as_bytes(text(pem)), "case.crl", signers, test_clock());
    if (parsed) std::ranges::move(*parsed, std::back_inserter(lists));
  }
  return lists;
}

std::size_t self_issued(const std::vector<X509Ptr>& certificates) {
  return static_cast<std::size_t>(std::ranges::count_if(certificates, [](const X509Ptr& one) {
    return X509_NAME_cmp(X509_get_subject_name(one.get()), X509_get_issuer_name(one.get())) == 0;
  }));
}

std::pair<bool, std::string> outcome_of(Judge& judge, const LimboCase& one, const Identity& client) {
  const std::string cas = one.pems("trusted_certs"), sent = one.pems("untrusted_intermediates");
  auto certificates = certificates_from_pem(sent, "sent");
  const json::value& depth = one.of.at("max_chain_depth");
  judge.server.limits.chain_depth = 16;
  // The suite does not count self-issued certificates, and chain_depth does, as OpenSSL's depth.
  if (depth.is_int64())
    judge.server.limits.chain_depth =
        static_cast<std::size_t>(depth.as_int64()) + (certificates ? self_issued(*certificates) : 0);
  const std::string time = one.field("validation_time");
  clock_offset = time.empty() ? 0 : seconds_of(time) - system_seconds();
  const bool has_lists = !one.of.at("crls").as_array().empty();
  if (auto trusted = judge.trust(cas, has_lists); !trusted) return {false, trusted.error().message};
  judge.server.lists.publish(judge.server.folder, lists_of(one, cas, sent));
  std::vector<Identity> above;
  if (certificates)
    for (X509Ptr& certificate : *certificates)
      above.push_back({.certificate = std::move(certificate), .key = nullptr});
  std::vector<const Identity*> after;
  for (const Identity& identity : above) after.push_back(&identity);
  return judge.judge(client, after);
}

}  // namespace

TEST_CASE("x509-limbo: each client is let in or refused as the suite says, or a departure is known") {
  const auto suite = limbo_suite();
  if (!suite) return;
  Judge usual, strict(Rules::strict);
  Departures departures("tests/conformance/x509/limbo.txt"),
      of_strict("tests/conformance/x509/limbo-strict.txt");
  std::size_t left_out = 0;
  for (const json::value& value : suite->at("cases").as_array()) {
    const LimboCase one{value.as_object()};
    const std::string tier = one.field("tier");
    // Names of servers are compared by clients; those cases have no answer here.
    if (tier == "name-only") continue;
    const Identity client = identity_of(one.field("peer_certificate"), one.field("peer_certificate_key"));
    if (!client.certificate) {
      ++left_out;
      continue;
    }
    const bool is_valid = one.field("expected_result") == "SUCCESS";
    const auto [accepted, why] = outcome_of(usual, one, client);
    departures.check_outcome(one.field("id"), is_valid, accepted, tier + ": " + why);
    const auto [still_accepted, why_not] = outcome_of(strict, one, client);
    of_strict.check_outcome(one.field("id"), is_valid, still_accepted, tier + " strict: " + why_not);
  }
  departures.check_complete();
  of_strict.check_complete();
  MESSAGE("x509-limbo: " << departures.as_suite() << " of " << departures.cases() << " as the suite says, "
                         << of_strict.as_suite() << " with strict_chain; " << left_out
                         << " certificates that no client can present");
}
