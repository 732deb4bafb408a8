// What the revocation index costs, by the number of entries: reading the list, building, size, look-ups warm
// and cold, a swap while two workers look up without pause, and what it adds to a process that maps it. Times
// are CPU time, but for swaps. Leaves the list and its CA in FOLDER, for other servers to load.
//
//   revocation_bench ENTRIES FOLDER
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>

#include "runtime/tls/certs.h"
#include "runtime/tls/revocations.h"

using namespace edge;
using namespace edge::tls;

namespace {

/// CPU time in milliseconds: what else the machine does meanwhile is not counted.
double now_milliseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double milliseconds_since(double start) { return now_milliseconds() - start; }

using Serial = std::array<std::uint8_t, 16>;

Serial serial_of(std::uint64_t number) {
  Serial serial;
  std::uint64_t word = number * 0x9E3779B97F4A7C15ull;
  for (std::size_t i = 0; i < serial.size(); ++i, word = word * 6364136223846793005ull + 1)
    serial[i] = static_cast<std::uint8_t>(word >> 56);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);
  return serial;
}

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

/// KiB of this process that `field` of /proc/self/status tells.
long status_kib(const char* field) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(field)) return std::atol(line.c_str() + line.find(':') + 1);
  return 0;
}

/// Certificates to look up. Only their serials are kept: a server has just read the key of the one it asks
/// for.
struct Asked {
  RevocationKey key;
  std::vector<Serial> serials;
};

/// `count` serials of [first, first + range), at random.
std::vector<Serial> random_serials(std::uint64_t first, std::uint64_t range, std::size_t count) {
  static std::mt19937_64 random(1);
  std::vector<Serial> serials(count);
  for (Serial& serial : serials) serial = serial_of(first + random() % range);
  return serials;
}

double look_up_nanoseconds(const Revocations& index, Asked& asked, Verdict::State expected,
                           std::int64_t now) {
  const auto start = now_milliseconds();
  std::size_t as_expected = 0;
  for (const Serial& serial : asked.serials) {
    asked.key.serial.assign(serial.begin(), serial.end());
    as_expected += index.look_up(asked.key, now).state == expected;
  }
  const double nanoseconds = milliseconds_since(start) * 1e6 / static_cast<double>(asked.serials.size());
  if (as_expected != asked.serials.size()) std::exit(1);
  return nanoseconds;
}

/// The processor's caches are filled with other things.
void make_cold() {
  static std::vector<char> other(64 << 20);
  for (std::size_t i = 0; i < other.size(); i += 64) ++other[i];
}

/// The best of rounds of 2000 look-ups: what else runs on the machine makes a round slower, and none quicker.
/// No serial is asked for twice before all have been.
double warm_nanoseconds(const Revocations& index, const Asked& asked, Verdict::State expected,
                        std::int64_t now) {
  constexpr std::size_t batch = 2000;
  Asked some{.key = asked.key, .serials = {}};
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i + batch <= asked.serials.size(); i += batch) {
      const auto begin = asked.serials.begin() + static_cast<std::ptrdiff_t>(i);
      some.serials.assign(begin, begin + batch);
      best = std::min(best, look_up_nanoseconds(index, some, expected, now));
    }
  }
  return best;
}

/// The median of batches of 100, each after the caches were filled with other things.
double cold_nanoseconds(const Revocations& index, const Asked& asked, Verdict::State expected,
                        std::int64_t now) {
  constexpr std::size_t rounds = 41, batch = 100;
  Asked some{.key = asked.key, .serials = {}};
  std::vector<double> times;
  for (std::size_t i = 0; i < rounds; ++i) {
    make_cold();
    const auto begin = asked.serials.begin() + static_cast<std::ptrdiff_t>(i * batch);
    some.serials.assign(begin, begin + batch);
    times.push_back(look_up_nanoseconds(index, some, expected, now));
  }
  std::ranges::sort(times);
  return times[rounds / 2];
}

/// What one more process pays: its own memory, and pages of the file that all processes share.
void print_memory_of_worker(const std::string& path, Asked& asked, std::int64_t now) {
  std::fflush(stdout);
  if (fork() == 0) {
    const long own = status_kib("RssAnon"), shared = status_kib("RssFile");
    const auto index = must(Revocations::open(path, Revocations::Check::head));
    (void)look_up_nanoseconds(*index, asked, Verdict::State::good, now);
    std::printf("one more worker        %8ld KiB of its own, %ld KiB shared with all\n",
                status_kib("RssAnon") - own, status_kib("RssFile") - shared);
    std::fflush(stdout);
    _exit(0);
  }
  wait(nullptr);
}

double wall_milliseconds() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// The page that a server and its workers share, for two workers.
struct Swapping {
  static constexpr std::size_t workers = 2;
  std::atomic<std::uint64_t> epoch, last;
  struct Worker {
    std::atomic<double> swapped_at,
        pause;  ///< milliseconds; pause: opening, and the longest look-up after it
  };
  std::array<Worker, workers> worker;
};

/// Looks up without pause, and takes each new index when the epoch moves, as a worker between two requests.
void look_up_and_swap(const std::string& path, Asked& asked, std::int64_t now, Swapping& shared,
                      Swapping::Worker& report) {
  auto index = must(Revocations::open(path, Revocations::Check::head));
  std::uint64_t epoch = 1;
  double pause = 0;
  for (std::size_t i = 0; epoch != shared.last; i = (i + 1) % asked.serials.size()) {
    const double start = wall_milliseconds();
    if (const std::uint64_t newer = shared.epoch; newer != epoch) {
      index = must(Revocations::open(path, Revocations::Check::head));
      epoch = newer;
      pause = 0;
      report.swapped_at = wall_milliseconds();
    }
    asked.key.serial.assign(asked.serials[i].begin(), asked.serials[i].end());
    if (index->look_up(asked.key, now).state != Verdict::State::good) _exit(1);
    pause = std::max(pause, wall_milliseconds() - start);
    report.pause = pause;
  }
}

/// New files while two workers look up: how long until both use them, and for how long each paused.
void print_swap(const std::string& path, std::span<const Crl> lists, Asked& asked, std::int64_t now) {
  void* page = mmap(nullptr, sizeof(Swapping), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) std::exit(1);
  constexpr std::uint64_t swaps = 6;
  auto& shared = *new (page) Swapping{};
  shared.epoch = 1;
  shared.last = swaps;
  std::fflush(stdout);
  for (Swapping::Worker& worker : shared.worker) {
    if (fork() != 0) continue;
    look_up_and_swap(path, asked, now, shared, worker);
    _exit(0);
  }
  double until = 0, pause = 0;
  for (std::uint64_t epoch = 2; epoch <= swaps; ++epoch) {
    usleep(100'000);
    if (!Revocations::write(path, epoch, lists)) std::exit(1);
    const double moved = wall_milliseconds();
    shared.epoch = epoch;
    usleep(100'000);
    for (const Swapping::Worker& worker : shared.worker) {
      until = std::max(until, worker.swapped_at - moved);
      pause = std::max(pause, worker.pause.load());
    }
  }
  for (std::size_t i = 0; i < Swapping::workers; ++i) {
    int status = 0;
    wait(&status);
    if (status != 0) std::exit(1);
  }
  std::printf("swap under load        %8.2f ms until both workers use it, longest pause %.2f ms\n", until,
              pause);
  munmap(page, sizeof(Swapping));
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return std::fprintf(stderr, "usage: revocation_bench ENTRIES FOLDER\n"), 2;
  const auto entries = static_cast<std::uint64_t>(std::atoll(words[1]));
  const std::filesystem::path folder = words[2];
  const std::int64_t now = std::time(nullptr);
  const Identity ca =
      must(make_self_signed({.subject = {{"CN", "Bench CA"}}, .extended_key_usage = {}, .ca = true}));
  Bytes der;
  {
    CrlRequest request;
    for (std::uint64_t i = 0; i < entries; ++i) {
      const Serial serial = serial_of(i);
      request.serials.emplace_back(serial.begin(), serial.end());
    }
    der = must(make_crl(ca, request));
  }
  std::ofstream(folder / "ca.pem") << ca.certificate_pem();
  std::ofstream(folder / "ca.crl") << pem_of_crl(der);
  std::vector<X509Ptr> cas;
  cas.push_back(must(certificate_from_der(ca.certificate_der())));

  const auto reading = now_milliseconds();
  const auto lists = must(parse_crls(der, (folder / "ca.crl").string(), cas, now));
  const double read = milliseconds_since(reading);
  const std::string path = (folder / "bench.idx").string();
  const auto writing = now_milliseconds();
  if (auto written = Revocations::write(path, 1, lists); !written) return 1;
  const double wrote = milliseconds_since(writing);
  std::printf("%llu entries, list of %.1f MB\n", static_cast<unsigned long long>(entries),
              static_cast<double>(der.size()) / 1e6);
  std::printf("read and verified      %8.0f ms\nbuilt and written      %8.0f ms\n", read, wrote);
  std::printf("file                   %8.1f MB\n",
              static_cast<double>(std::filesystem::file_size(path)) / 1e6);

  auto start = now_milliseconds();
  const auto index = must(Revocations::open(path, Revocations::Check::head));
  std::printf("swap, in a worker      %8.2f ms\n", milliseconds_since(start));

  const RevocationKey key{
      .issuer = lists[0].by.issuer, .anchor = lists[0].by.anchor, .issuer_name = lists[0].by.name};
  Asked good{.key = key, .serials = random_serials(entries, entries, 200'000)};
  const Asked revoked{.key = key, .serials = random_serials(0, entries, 200'000)};
  std::printf("look-up                %8.0f ns of others, %.0f ns of revoked ones\n",
              warm_nanoseconds(*index, good, Verdict::State::good, now),
              warm_nanoseconds(*index, revoked, Verdict::State::revoked, now));
  std::printf("look-up, cold caches   %8.0f ns of others, %.0f ns of revoked ones\n",
              cold_nanoseconds(*index, good, Verdict::State::good, now),
              cold_nanoseconds(*index, revoked, Verdict::State::revoked, now));
  print_memory_of_worker(path, good, now);
  print_swap(path, lists, good, now);
  return 0;
}
