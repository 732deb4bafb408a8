// `edge-run deny`: what it writes, and what it refuses.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "runtime/cli/commands.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/deny_list.h"

using namespace edge;
using namespace edge::cli;

namespace {

struct State {
  std::filesystem::path folder;
  State() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-deny-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  ~State() { std::filesystem::remove_all(folder); }
  State(const State&) = delete;

  [[nodiscard]] Result<int> deny(std::vector<std::string> words) const {
    words.insert(words.end(), {"--state-dir", folder / "state"});
    return run_deny(words);
  }
  [[nodiscard]] std::string refusal(std::vector<std::string> words) const {
    const auto done = deny(std::move(words));
    return done ? "not refused" : done.error().message;
  }
  [[nodiscard]] tls::DenyList list() const { return tls::DenyList::read(folder / "state/denied").value(); }
};

}  // namespace

TEST_CASE("deny: what does not say whom is refused, and nothing is written") {
  const State state;
  CHECK(run_deny({}).error().kind == ErrorKind::usage);
  CHECK(state.refusal({"ad"}).contains("did you mean add?"));
  CHECK(state.refusal({"add"}).contains("say whom"));
  CHECK(state.refusal({"add", "--sha25", "AA"}).contains("did you mean --sha256?"));
  CHECK(state.refusal({"add", "--sha256", "AA"}).contains("64 hexadecimal digits"));
  CHECK(state.refusal({"add", "--sha256", "0x05"}).contains("no hexadecimal number"));
  CHECK(state.refusal({"add", "--serial", "05"}).contains("--serial needs --ca"));
  CHECK(state.refusal({"add", "--cert", state.folder / "missing.pem"}).contains("missing.pem"));
  CHECK(state.refusal({"remove", "--sha256", std::string(64, 'A')}).contains("no such denial"));
  CHECK_FALSE(std::filesystem::exists(state.folder / "state/denied"));
}

TEST_CASE("deny: a certificate is denied by itself, its key, or its issuer and serial, and let in again") {
  const State state;
  const auto ca =
      tls::make_self_signed({.subject = {{"CN", "ca"}}, .extended_key_usage = {}, .ca = true}).value();
  const auto client = tls::issue(ca, {.serial = Bytes{0x00, 0x93}}).value();
  std::ofstream(state.folder / "client.pem") << client.certificate_pem();
  std::ofstream(state.folder / "ca.pem") << ca.certificate_pem();
  const auto key =
      tls::revocation_key_of(client.certificate.get(), ca.certificate.get(), ca.certificate.get());
  for (const std::vector<std::string>& whom :
       std::vector<std::vector<std::string>>{{"--cert", state.folder / "client.pem"},
                                             {"--cert", state.folder / "client.pem", "--by=spki"},
                                             {"--cert", state.folder / "client.pem", "--by", "serial"},
                                             {"--serial", "93", "--ca", state.folder / "ca.pem"}}) {
    std::vector<std::string> words{"add", "--note", "laptop lost"};
    words.insert(words.end(), whom.begin(), whom.end());
    REQUIRE(state.deny(words).value() == 0);
    REQUIRE(state.list().find(key) != nullptr);
    CHECK(state.list().find(key)->note == "laptop lost");
    words[0] = "remove";
    REQUIRE(state.deny(words).value() == 0);
    CHECK(state.list().find(key) == nullptr);
  }
}
