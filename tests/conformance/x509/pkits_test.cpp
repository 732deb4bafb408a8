// NIST's Public Key Interoperability Test Suite as live handshakes: every end entity visits one server, which
// has the suite's trust anchor and all of its revocation lists.
#include "tests/conformance/x509/pkits.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::testing;

namespace {

/// Sections 4.8 to 4.12: what is accepted depends on policies that the relying party chooses.
inline bool is_of_policies(std::string_view name) {
  for (const std::string_view part : {"Polic", "UserNotice", "CPSPointer"})
    if (name.contains(part)) return true;
  return false;
}

}  // namespace

TEST_CASE("NIST PKITS: each end entity is let in or refused as the suite says") {
  if (suites_are_skipped()) {
    MESSAGE("PKITS is skipped: EDGE_SUITES=skip");
    return;
  }
  const std::string folder = pkits_folder();
  const Pkits suite(folder);
  CHECK(suite.lists.size() > 130);

  const Identity anchor{.certificate = X509Ptr{X509_dup(suite.anchor.get())}, .key = nullptr};
  Judge usual, strict(Rules::strict);
  for (Judge* judge : {&usual, &strict}) {
    REQUIRE(judge->trust(anchor.certificate_pem(), true));
    judge->server.lists.publish(judge->server.folder, suite.lists);
  }

  Departures core("tests/conformance/x509/pkits.txt"), policies("tests/conformance/x509/pkits-policies.txt"),
      all_strict("tests/conformance/x509/pkits-strict.txt");
  for (const std::string& file : pkits_clients(folder)) {
    const std::string name = std::filesystem::path(file).stem().string();
    const Identity client = identity_of(file);
    const bool is_valid = name.starts_with("Valid");
    const auto [accepted, why] = usual.judge(client, suite.above(client));
    (is_of_policies(name) ? policies : core).check_outcome(name, is_valid, accepted, why);
    const auto [still_accepted, why_not] = strict.judge(client, suite.above(client));
    all_strict.check_outcome(name, is_valid, still_accepted, "strict: " + why_not);
  }
  for (const Departures* departures : {&core, &policies, &all_strict}) departures->check_complete();
  MESSAGE("PKITS: " << core.as_suite() << " of " << core.cases() << " as the suite says, and "
                    << policies.as_suite() << " of " << policies.cases()
                    << " about policies; with strict_chain " << all_strict.as_suite() << " of "
                    << all_strict.cases());
}
