// The file of answers, what replaces what, and how answers join the verdict of lists.
#include "runtime/tls/ocsp_answers.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/tls/index.h"

using namespace edge;
using namespace edge::tls;
using pki::day;
using pki::start;
using pki::State;
using Status = OcspAnswer::Status;

namespace {

KnownAnswer answer(Status status, std::int64_t this_update = start) {
  return {.answer = {.status = status,
                     .reason = static_cast<std::uint8_t>(status == Status::revoked ? 4 : 0),
                     .revoked_at = status == Status::revoked ? start - 5 : 0,
                     .this_update = this_update,
                     .next_update = this_update + day},
          .not_after = start + 300 * day,
          .responder = "http://ocsp.test/"};
}

const RevocationKey client = pki::key(1, {0x05}), other = pki::key(2, {0x05});

struct Heard {
  std::shared_ptr<const Revocations> lists = Revocations::none();
  OcspAnswers answers;
  ListPolicy policy{.has_lists = false, .asks_ocsp = true};
  [[nodiscard]] Verdict verdict(std::int64_t now = start + 60, const RevocationKey& key = client) const {
    const auto all = lists->with(nullptr, std::make_shared<const OcspAnswers>(answers), 1);
    return all->judge({&key, 1}, policy, now);
  }
};

}  // namespace

TEST_CASE("ocsp answers: a line that cannot be read is named, for it could be a revocation") {
  const std::string key(32, 'A');
  const std::vector<std::string> bad{"x",
                                     "",
                                     key + " good",
                                     key + " fine 0 0 1 2 3 u",
                                     key + " good 0 0 1 2 3",
                                     key + " good 0 0 1 2 x u",
                                     key + " good 256 0 1 2 3 u",
                                     key + " good 0 0 -1 2 3 u",
                                     key + " good 0 0 1 2 3 signer=00 u",
                                     key + " good 0 0 1 2 3 signer=01 u",
                                     key + " good 0 0 1 2 3 signer=x u",
                                     "AA good 0 0 1 2 3 u"};
  for (const std::string& line : bad) {
    CAPTURE(line);
    const auto read = OcspAnswers::parse(key + " good 0 0 1 2 3 u\n" + line + "\n", "answers");
    REQUIRE_FALSE(read);
    CHECK(read.error().message == "answers: line 2 is no OCSP answer; remove the file to ask anew");
  }
  CHECK_FALSE(OcspAnswers::read("/proc"));
}

TEST_CASE("ocsp answers: a file that is not there holds none, and what is written is read") {
  CHECK(OcspAnswers::read("/nowhere/answers").value().size() == 0);
  OcspAnswers answers;
  CHECK(answers.take(ocsp_key_of(client), answer(Status::revoked)));
  CHECK(answers.take(ocsp_key_of(other), answer(Status::good)));
  const pki::TemporaryFolder folder;
  std::ofstream(folder.file("answers")) << answers.text();
  const auto again = OcspAnswers::read(folder.file("answers")).value();
  REQUIRE(again.size() == 2);
  CHECK(*again.find(ocsp_key_of(client)) == answer(Status::revoked));
  CHECK(*again.find(ocsp_key_of(other)) == answer(Status::good));
}

TEST_CASE("ocsp answers: who signed one is written with it, whole") {
  KnownAnswer known = answer(Status::good);
  known.answer.signer = pki::key(1, {0x77});
  known.answer.signer->points = {{.names = {{1}, {2}}, .crl_issuers = {{3}}, .reasons = 6}};
  OcspAnswers answers;
  REQUIRE(answers.take(ocsp_key_of(client), known));
  const auto again = OcspAnswers::parse(answers.text(), "answers").value();
  CHECK(*again.find(ocsp_key_of(client)) == known);
  auto cut = answers.text();
  cut.erase(cut.find(" http"));
  CHECK_FALSE(OcspAnswers::parse(cut, "answers"));
}

TEST_CASE("T57: an older answer changes nothing, and of two of one second the revocation stays") {
  OcspAnswers answers;
  const OcspKey key = ocsp_key_of(client);
  REQUIRE(answers.take(key, answer(Status::revoked)));
  CHECK_FALSE(answers.take(key, answer(Status::good, start - 1)));
  CHECK_FALSE(answers.take(key, answer(Status::good)));
  CHECK(answers.take(key, answer(Status::revoked)));
  CHECK(answers.find(key)->answer.status == Status::revoked);
  // A hold is lifted by an answer that is newer.
  CHECK(answers.take(key, answer(Status::good, start + 1)));
  CHECK(answers.find(key)->answer.status == Status::good);
}

TEST_CASE("ocsp answers: too many drop what is overdue longest, never a revocation") {
  OcspAnswers answers;
  REQUIRE(answers.take(ocsp_key_of(client), answer(Status::revoked, start - 9 * day)));
  for (std::uint8_t i = 0; i < 10; ++i)
    REQUIRE(answers.take(ocsp_key_of(pki::key(3, {i})), answer(Status::good, start + i)));
  answers.forget(start, 4);
  CHECK(answers.size() == 4);
  CHECK(answers.find(ocsp_key_of(client)) != nullptr);
  CHECK(answers.find(ocsp_key_of(pki::key(3, {9}))) != nullptr);
  CHECK(answers.find(ocsp_key_of(pki::key(3, {0}))) == nullptr);
  // After their certificates' end nobody asks.
  answers.forget(start + 301 * day, 4);
  CHECK(answers.size() == 0);
}

TEST_CASE("ocsp: without an answer a client is unknown, and the policy for missing lists decides") {
  Heard heard;
  CHECK(heard.verdict().state == State::unknown);
  CHECK(heard.verdict().why == Verdict::Why::missing);
  CHECK_FALSE(heard.verdict().admits());
  heard.policy.missing.kind = Tolerance::Kind::allow;
  CHECK(heard.verdict().admits());
  heard.policy.asks_ocsp = false;
  CHECK(heard.verdict().state == State::unchecked);
}

TEST_CASE("ocsp: grace for a missing answer ends so long after the server's start") {
  const pki::TemporaryFolder folder;
  REQUIRE(Revocations::write(folder.file("index"), 1, {}, start));
  Heard heard{.lists = Revocations::open(folder.file("index")).value(), .answers = {}};
  heard.policy.missing = {.kind = Tolerance::Kind::grace, .grace = std::chrono::minutes(10)};
  CHECK(heard.verdict(start + 599).admits());
  CHECK_FALSE(heard.verdict(start + 600).admits());
}

TEST_CASE("ocsp: an answer is for its issuer and serial, and for sites that ask") {
  Heard heard;
  heard.answers.take(ocsp_key_of(client), answer(Status::revoked));
  CHECK(heard.verdict().state == State::revoked);
  CHECK(heard.verdict().list == "ocsp:http://ocsp.test/");
  CHECK(heard.verdict().reason == 4);
  CHECK(heard.verdict(start + 60, other).state == State::unknown);
  heard.policy = {.has_lists = true, .asks_ocsp = false};
  CHECK(heard.verdict().state == State::unknown);
}

TEST_CASE("ocsp: overdue answers follow the policy for stale lists, and revoke all the same") {
  Heard heard;
  heard.answers.take(ocsp_key_of(client), answer(Status::good));
  CHECK(heard.verdict().state == State::good);
  CHECK(heard.verdict(start + day).state == State::unknown);
  CHECK(heard.verdict(start + day).why == Verdict::Why::stale);
  CHECK_FALSE(heard.verdict(start + day).admits());
  heard.policy.stale = {.kind = Tolerance::Kind::grace, .grace = std::chrono::hours(2)};
  CHECK(heard.verdict(start + day + 3600).admits());
  CHECK_FALSE(heard.verdict(start + day + 7200).admits());
  heard.answers.take(ocsp_key_of(client), answer(Status::revoked, start + 1));
  CHECK(heard.verdict(start + 100 * day).state == State::revoked);
}

TEST_CASE("ocsp: a clock that was set back makes no answer of the future good") {
  Heard heard;
  heard.answers.take(ocsp_key_of(client), answer(Status::good));
  CHECK(heard.verdict(start - 301).state == State::unknown);
}

TEST_CASE("ocsp: a certificate that the responder does not know is unknown") {
  Heard heard;
  heard.answers.take(ocsp_key_of(client), answer(Status::unknown));
  CHECK(heard.verdict().state == State::unknown);
  CHECK(heard.verdict().why == Verdict::Why::not_covered);
}

TEST_CASE("ocsp: a list or a responder can revoke, and either can vouch") {
  const pki::Index index({pki::list(1, {{0x06}})});
  Heard heard{.lists = index.index, .answers = {}, .policy = {.has_lists = true, .asks_ocsp = true}};
  CHECK(heard.verdict().state == State::good);
  CHECK(heard.verdict().list == "a.crl");
  heard.answers.take(ocsp_key_of(client), answer(Status::revoked));
  CHECK(heard.verdict().state == State::revoked);
  // The list revokes whatever the responder says.
  const RevocationKey listed = pki::key(1, {0x06});
  heard.answers.take(ocsp_key_of(listed), answer(Status::good));
  CHECK(heard.verdict(start + 60, listed).state == State::revoked);
  // The list is overdue, the answer is not.
  const RevocationKey third = pki::key(1, {0x07});
  heard.answers.take(ocsp_key_of(third), answer(Status::good, start + 20 * day));
  CHECK(heard.verdict(start + 20 * day + 60, third).state == State::good);
  CHECK(heard.verdict(start + 20 * day + 60, pki::key(1, {0x08})).why == Verdict::Why::stale);
}

TEST_CASE(
    "ocsp: nothing that a responder says counts while a list or the deny-list names its own certificate") {
  const RevocationKey responder = pki::key(1, {0x77});
  const auto said_by = [&](Status status) {
    KnownAnswer known = answer(status);
    known.answer.signer = responder;
    known.answer.signer->anchor = pki::issuer(9);  // the chain that it was read with ended earlier
    return known;
  };
  const pki::Index revokes({pki::list(1, {{0x77}})}), of_another({pki::list(2, {{0x77}})});
  Heard heard{.lists = revokes.index, .answers = {}};
  heard.answers.take(ocsp_key_of(client), said_by(Status::good));
  CHECK(heard.verdict().state == State::unknown);
  CHECK(heard.verdict().why == Verdict::Why::missing);
  heard.answers.take(ocsp_key_of(client), said_by(Status::revoked));
  CHECK(heard.verdict().state == State::unknown);
  heard.policy.has_lists = true;
  CHECK(heard.verdict().list == "a.crl");

  heard = {.lists = of_another.index, .answers = heard.answers};
  CHECK(heard.verdict().state == State::revoked);

  DenyList denied;
  denied.add({.by = Denial::By::serial, .value = {0x77}, .issuer = responder.issuer_name});
  const auto all = heard.lists->with(std::make_shared<const DenyList>(denied),
                                     std::make_shared<const OcspAnswers>(heard.answers), 1);
  CHECK(all->judge({&client, 1}, heard.policy, start + 60).state == State::unknown);
}
