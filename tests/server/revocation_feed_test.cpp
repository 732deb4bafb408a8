// How a worker learns of a new index: in turn with the epoch, and while others read.
#include "runtime/server/revocation_feed.h"

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/tls/index.h"

using namespace edge;
using namespace edge::server;
using namespace edge::tls::pki;
using edge::tls::Revocations;

namespace {

using Serial = std::uint16_t;

#ifdef __SANITIZE_THREAD__
// Each takes some ten times as long there: a thousand could take more than a minute.
constexpr Serial swaps = 250;
#else
constexpr Serial swaps = 1000;
#endif

/// Of one length, so that the serial of a round is never the beginning of another's.
Bytes octets_of(Serial serial) {
  return {0x40, static_cast<std::uint8_t>(serial >> 8), static_cast<std::uint8_t>(serial & 0xff)};
}

/// What the supervisor publishes: the index of round n revokes the serials 1 to n, and its deny-list the
/// certificates 1 to n.
class Publisher {
 public:
  [[nodiscard]] RevocationFiles files() const {
    return {.lists = lists_,
            .index = index_,
            .denials = denials_,
            .denied = denied_,
            .answers = answers_,
            .answered = ""};
  }
  void publish(Serial round) {
    revoked_.push_back(octets_of(round));
    REQUIRE(Revocations::write(index_, round, std::vector{list(1, revoked_)}));
    lists_.store(round);
    denied_list_.add({.by = tls::Denial::By::sha256, .value = digest_of(round)});
    std::ofstream(denied_ + ".new") << denied_list_.text();
    std::filesystem::rename(denied_ + ".new", denied_);
    denials_.store(round);
  }
  static Bytes digest_of(Serial round) {
    Bytes digest(32, static_cast<std::uint8_t>(round >> 8));
    digest.back() = static_cast<std::uint8_t>(round & 0xff);
    return digest;
  }

 private:
  TemporaryFolder folder_;
  std::string index_ = folder_.file("revocations.idx"), denied_ = folder_.file("denied");
  EpochPage lists_, denials_, answers_;
  std::vector<Bytes> revoked_;
  tls::DenyList denied_list_;
};

State verdict_of(const Revocations& index, Serial serial, Serial certificate) {
  tls::RevocationKey asked = key(1, octets_of(serial));
  std::ranges::copy(Publisher::digest_of(certificate), asked.sha256.begin());
  return index.judge(std::array{asked}, {}, start + day).state;
}

/// One worker: takes what is published, and asks for certificates whose verdicts it can tell. The number of
/// wrong ones.
int wrong_verdicts(RevocationFiles files, const std::atomic<bool>& over) {
  const auto feed = RevocationFeed::open(std::move(files)).value();
  int wrong = 0;
  std::uint64_t last = 0;
  constexpr Serial nobody = 0xffff;
  for (bool last_round = false; !last_round;) {
    last_round = over;
    const std::uint64_t announced = feed->epoch();
    const auto index = feed->current();
    const auto round = static_cast<Serial>(index->lists_epoch());
    wrong += index->epoch() < announced || round < last;
    wrong += verdict_of(*index, round, nobody) != State::revoked;
    wrong += verdict_of(*index, static_cast<Serial>(round + 1), nobody) != State::good;
    wrong += verdict_of(*index, nobody, 1) != State::revoked;
    wrong += verdict_of(*index, nobody, nobody) != State::good;
    last = round;
  }
  return wrong;
}

}  // namespace

TEST_CASE("a worker does not start with an index of an older epoch than is told") {
  Publisher publisher;
  publisher.publish(1);
  const EpochPage ahead;
  RevocationFiles files = publisher.files();
  const auto feed = RevocationFeed::open({.lists = files.lists,
                                          .index = files.index,
                                          .denials = ahead,
                                          .denied = "",
                                          .answers = ahead,
                                          .answered = ""});
  REQUIRE(feed);
  EpochPage later;
  later.store(2);
  CHECK_FALSE(RevocationFeed::open({.lists = later,
                                    .index = files.index,
                                    .denials = ahead,
                                    .denied = "",
                                    .answers = ahead,
                                    .answered = ""}));
}

TEST_CASE(
    "T62: indexes and deny-lists that are swapped under several readers change no verdict, and epochs only "
    "grow") {
  constexpr std::size_t readers = 8;
  Publisher publisher;
  publisher.publish(1);
  std::atomic<bool> over = false;
  std::array<int, readers> wrong{};
  std::vector<std::thread> threads;
  for (int& count : wrong)
    threads.emplace_back([&, files = publisher.files()] { count = wrong_verdicts(files, over); });
  for (Serial round = 2; round <= swaps; ++round) publisher.publish(round);
  over = true;
  for (std::thread& thread : threads) thread.join();
  for (const int count : wrong) CHECK(count == 0);
}

TEST_CASE("T62: one index is read by many threads at once") {
  std::vector<Bytes> revoked;
  for (Serial i = 1; i <= 1000; i += 2) revoked.push_back(octets_of(i));
  const Index index({list(1, revoked)});
  std::array<int, 4> wrong{};
  std::vector<std::thread> threads;
  for (int& count : wrong)
    threads.emplace_back([&] {
      for (Serial i = 1; i <= 1000; ++i)
        count += index.state(1, octets_of(i)) != (i % 2 == 1 ? State::revoked : State::good);
    });
  for (std::thread& thread : threads) thread.join();
  for (const int count : wrong) CHECK(count == 0);
}
