// `edge-run crl`: what it refuses, what its exit code says, and how a list reads.
#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "runtime/cli/commands.h"
#include "runtime/cli/crl_report.h"
#include "runtime/tls/certs.h"

using namespace edge;
using namespace edge::cli;

namespace {

constexpr std::int64_t now = 1'795'000'000, day = 24 * 3600;
constexpr std::uint8_t key_compromise = 1, superseded = 4;

tls::Identity authority(const std::string& name) {
  return tls::make_self_signed({.subject = {{"CN", name}}, .extended_key_usage = {}, .ca = true}).value();
}

struct Files {
  std::filesystem::path folder;
  tls::Identity ca = authority("ca");
  Files() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-crl-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    write("ca.pem", ca.certificate_pem());
  }
  ~Files() { std::filesystem::remove_all(folder); }
  Files(const Files&) = delete;

  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(folder / name, std::ios::binary) << content;
    return folder / name;
  }
  std::string list(const std::string& name, const tls::CrlRequest& request) const {
    return write(name, tls::pem_of_crl(tls::make_crl(ca, request).value()));
  }
};

Error error_of(const std::vector<std::string>& words) {
  const auto code = run_crl(words);
  REQUIRE_FALSE(code);
  return code.error();
}

int code_of(const std::vector<std::string>& words) {
  const auto code = run_crl(words);
  if (!code) FAIL(code.error().message);
  return *code;
}

tls::CrlFacts facts(const tls::Identity& ca, const tls::CrlRequest& request) {
  return tls::crl_facts(tls::make_crl(ca, request).value(), "x.crl").value().front();
}

}  // namespace

TEST_CASE("crl: a command line that is wrong says what was meant") {
  CHECK(error_of({}).kind == ErrorKind::usage);
  CHECK(error_of({"inspct"}).message.contains("did you mean inspect?"));
  CHECK(error_of({"inspect"}).message.contains("name a file"));
  CHECK(error_of({"inspect", "--entrys", "a.crl"}).message.contains("did you mean --entries?"));
  CHECK(error_of({"verify", "a.crl"}).message.contains("--ca FILE"));
  CHECK(error_of({"verify", "a.crl", "--ca"}).message.contains("--ca needs a value"));
  CHECK(error_of({"verify", "a.crl", "--at", "1", "--at", "2"}).message.contains("more than once"));
  CHECK(error_of({"diff", "a.crl"}).message.contains("two files"));
  CHECK(error_of({"fetch", "file:///etc/passwd"}).message.contains("no http or https URL"));
}

TEST_CASE("crl: what is no list is refused with the file's name") {
  const Files files;
  const std::string garbage = files.write("garbage.crl", "<html>please log in</html>");
  CHECK(error_of({"inspect", garbage}).message.starts_with(garbage));
  CHECK(error_of({"inspect", garbage}).kind == ErrorKind::config);
  CHECK(error_of({"inspect", files.folder / "missing.crl"}).message.contains("missing.crl"));
  CHECK(error_of({"inspect", files.folder / "ca.pem"}).message.contains("other PEM"));
}

TEST_CASE("T50: crl verify exits with 1 for a list of another CA, and for one that is overdue") {
  const Files files;
  const auto foreign = authority("ca");
  const std::string ca = files.folder / "ca.pem";
  const std::string forged = files.write("forged.crl", tls::pem_of_crl(tls::make_crl(foreign, {}).value()));
  CHECK(code_of({"verify", forged, "--ca", ca}) == 1);
  const std::string good = files.list("good.crl", {.serials = {{0x05}}});
  CHECK(code_of({"verify", good, "--ca", ca}) == 0);
  CHECK(code_of({"verify", good, forged, "--ca", ca}) == 1);
  const std::string old = files.list("old.crl", {.this_update = now - 9 * day, .next_update = now - day});
  CHECK(code_of({"verify", old, "--ca", ca, "--at", "@" + std::to_string(now)}) == 1);
  CHECK(code_of({"verify", old, "--ca", ca, "--at", "@" + std::to_string(now - 2 * day)}) == 0);
  CHECK(code_of({"verify", old, "--ca", ca, "--at", "@" + std::to_string(now - 12 * day), "--json"}) == 1);
}

TEST_CASE("crl diff: entries decide, not numbers or dates") {
  const Files files;
  const std::string first = files.list("1.crl", {.serials = {{0x05}}, .number = 1});
  const std::string again = files.list("2.crl", {.serials = {{0x05}}, .number = 2});
  const std::string more = files.list("3.crl", {.serials = {{0x05}, {0x06}}, .number = 3});
  CHECK(code_of({"diff", first, more}) == 1);
  CHECK(code_of({"diff", more, first, "--json"}) == 1);
  CHECK(code_of({"diff", first, again}) == 0);
}

TEST_CASE("crl diff: who is revoked anew, no longer, or for another reason") {
  const auto ca = authority("ca");
  const std::vector older{facts(ca, {.serials = {{0x05}, {0x06}}, .reason = key_compromise})};
  const std::vector newer{facts(ca, {.serials = {{0x06}, {0x00, 0x93}}, .reason = superseded})};
  const auto found = difference(older, newer);
  REQUIRE(found.added.size() == 1);
  CHECK(found.added[0].serial == Bytes{0x00, 0x93});
  REQUIRE(found.removed.size() == 1);
  CHECK(found.removed[0].serial == Bytes{0x05});
  REQUIRE(found.changed.size() == 1);
  CHECK(found.changed[0].text == "keyCompromise → superseded");
  CHECK(difference(newer, newer).empty());
}

TEST_CASE("T35: crl diff does not take one CA's serial for another's") {
  const std::vector older{facts(authority("a"), {.serials = {{0x05}}})};
  const std::vector newer{facts(authority("b"), {.serials = {{0x05}}})};
  const auto found = difference(older, newer);
  CHECK(found.added.size() == 1);
  CHECK(found.removed.size() == 1);
}

TEST_CASE("crl inspect: a list reads in words, and the same in JSON") {
  const auto list = facts(authority("ca"), {.serials = {{0x05}},
                                            .this_update = now - day,
                                            .next_update = now + 6 * day,
                                            .number = 300,
                                            .reason = key_compromise});
  const std::string text = crl_text(list, Entries::listed, now);
  for (const char* part : {"CN=ca", "300 (012C)", "in 6 days", "every certificate of its issuer",
                           "1 certificate\n", "ecdsa-with-SHA256", "05  keyCompromise, 2026-"})
    CHECK_MESSAGE(text.contains(part), part, " is not in:\n", text);
  const auto json = boost::json::parse(crl_json(list, "x.crl", Entries::listed)).as_object();
  CHECK(json.at("issuer").as_string() == "CN=ca");
  CHECK(json.at("number").as_string() == "012C");
  CHECK(json.at("base").is_null());
  CHECK(json.at("entryCount").to_number<int>() == 1);
  CHECK(json.at("entries").as_array()[0].as_object().at("reason").as_string() == "keyCompromise");
  CHECK_FALSE(boost::json::parse(crl_json(list, "x.crl", Entries::counted)).as_object().contains("entries"));
}
