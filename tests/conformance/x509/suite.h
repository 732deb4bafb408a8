// What the X.509 suites share: where their cases are, live handshakes, and the file of known departures.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "tests/tls/loopback.h"

namespace edge::tls::testing {

inline bool suites_are_skipped() {
  const char* wish = std::getenv("EDGE_SUITES");
  return wish != nullptr && std::string_view(wish) == "skip";
}

/// All that a command prints; "" when it fails.
inline std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  char block[65536];
  for (std::size_t got = 0; pipe != nullptr && (got = std::fread(block, 1, sizeof block, pipe)) > 0;)
    text.append(block, got);
  return pipe != nullptr && ::pclose(pipe) == 0 ? text : "";
}

/// Its first line.
inline std::string line_of(const std::string& command) {
  const std::string text = output_of(command);
  return text.substr(0, text.find('\n'));
}

inline std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Cases whose outcome is not what the suite says: "NAME accepted|refused WHY" on each line.
class Departures {
 public:
  explicit Departures(const std::string& path) {
    std::ifstream in(path);
    REQUIRE(in.good());
    for (std::string line; std::getline(in, line);) {
      if (line.empty() || line.starts_with('#')) continue;
      std::istringstream words(line);
      std::string name, outcome, why;
      words >> name >> outcome;
      std::getline(words, why);
      REQUIRE((outcome == "accepted" || outcome == "refused"));
      REQUIRE_MESSAGE(!why.empty(), name);
      accepted_[name] = outcome == "accepted";
    }
  }

  /// Counts the case, and fails the test where its outcome is neither the suite's nor a departure that is
  /// known.
  void check_outcome(const std::string& name, bool suite_accepts, bool accepted, const std::string& why) {
    ++cases_;
    const auto departure = accepted_.find(name);
    const bool is_known = departure != accepted_.end();
    const bool expected = is_known ? departure->second : suite_accepts;
    if (is_known) seen_.insert(name);
    if (accepted == suite_accepts) ++as_suite_;
    CHECK_MESSAGE(accepted == expected,
                  name << ": " << std::string(accepted ? "accepted" : "refused") << ", " << why);
    if (is_known) CHECK_MESSAGE(departure->second != suite_accepts, name << " departs no more");
  }
  void check_complete() const {
    for (const auto& [name, accepted] : accepted_)
      CHECK_MESSAGE(seen_.contains(name), name << " was not run");
  }
  [[nodiscard]] std::size_t cases() const { return cases_; }
  [[nodiscard]] std::size_t as_suite() const { return as_suite_; }

 private:
  std::map<std::string, bool> accepted_;
  std::set<std::string> seen_;
  std::size_t cases_ = 0, as_suite_ = 0;
};

/// As a site is by default, or with strict_chain.
enum class Rules { usual, strict };

/// A site whose clients are judged, and the lists that it has.
class Judge {
 public:
  explicit Judge(Rules rules = Rules::usual) {
    server.limits.chain_depth = 16;
    server.limits.chain_bytes = 1 << 20;
    config_ = server.config("a.test", ClientAuthMode::optional, {});
    config_.strict_chain = rules == Rules::strict;
  }

  /// False: the site refuses these CAs.
  Result<> trust(const std::string& cas_pem, bool has_lists) {
    config_.client_ca = {server.folder.write("trusted.pem", cas_pem)};
    config_.client_crl = has_lists ? std::vector<std::string>{"in memory"} : std::vector<std::string>{};
    auto site = Site::load(config_, server.limits, {});
    if (!site) return std::unexpected(site.error());
    server.sites = std::make_shared<const Sites>(std::vector{std::move(*site)});
    server.restart();
    return {};
  }

  /// Whether a live client is let in, and why not.
  std::pair<bool, std::string> judge(const Identity& client, const std::vector<const Identity*>& sent) {
    const Outcome outcome =
        visit(server, {.identity = &client, .sent_after = sent, .version = TLS1_2_VERSION});
    if (!outcome.accepted()) return {false, outcome.server->error().error.message};
    const Peer& peer = outcome.peer();
    const std::string why = peer.client->auth.verified + ", revocation state " +
                            std::to_string(static_cast<int>(peer.verdict.state)) + " " +
                            peer.verdict.list.text();
    return {peer.good(), why};
  }

  Server server;

 private:
  SiteConfig config_;
};

}  // namespace edge::tls::testing
