// What the revocation index costs in CPU time, by the number of entries: reading the list, building, size,
// look-ups warm and cold, a swap as a worker sees it, and what it adds to a process that maps it. Leaves the
// list and its CA in FOLDER, for other servers to load.
//
//   revocation_bench ENTRIES FOLDER
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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

Bytes serial_of(std::uint64_t number) {
  Bytes serial(16);
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

double look_up_nanoseconds(const Revocations& index, std::span<const RevocationKey> keys, std::int64_t now) {
  const auto start = now_milliseconds();
  std::size_t revoked = 0;
  for (const RevocationKey& key : keys) revoked += index.look_up(key, now).state == Verdict::State::revoked;
  if (revoked == 0) std::exit(1);
  return milliseconds_since(start) * 1e6 / static_cast<double>(keys.size());
}

/// What one more process pays: its own memory, and pages of the file that all processes share.
void print_memory_of_worker(const std::string& path, std::span<const RevocationKey> keys, std::int64_t now) {
  std::fflush(stdout);
  if (fork() == 0) {
    const long own = status_kib("RssAnon"), shared = status_kib("RssFile");
    const auto index = must(Revocations::open(path, Revocations::Check::head));
    (void)look_up_nanoseconds(*index, keys, now);
    std::printf("one more worker        %8ld KiB of its own, %ld KiB shared\n", status_kib("RssAnon") - own,
                status_kib("RssFile") - shared);
    std::fflush(stdout);
    _exit(0);
  }
  wait(nullptr);
}

/// Pages of the file leave the cache of this process, and the processor's caches are filled with other
/// things.
void make_cold() {
  static std::vector<char> other(64 << 20);
  for (std::size_t i = 0; i < other.size(); i += 64) ++other[i];
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
    for (std::uint64_t i = 0; i < entries; ++i) request.serials.push_back(serial_of(i));
    der = must(make_crl(ca, request));
  }
  std::ofstream(folder / "ca.pem") << ca.certificate_pem();
  std::ofstream(folder / "ca.crl") << pem_of_crl(der);
  std::vector<X509Ptr> cas;
  cas.push_back(must(certificate_from_der(ca.certificate_der())));

  const auto reading = now_milliseconds();
  const auto lists = must(parse_crls(der, "bench.crl", cas, now));
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

  std::vector<RevocationKey> keys;
  std::mt19937_64 random(1);
  RevocationKey key{
      .issuer = lists[0].by.issuer, .anchor = lists[0].by.anchor, .issuer_name = lists[0].by.name};
  for (int i = 0; i < 200'000; ++i) {
    key.serial = serial_of(random() % (entries * 2));
    keys.push_back(key);
  }
  (void)look_up_nanoseconds(*index, keys, now);
  std::printf("look-up, of all        %8.0f ns\n", look_up_nanoseconds(*index, keys, now));
  std::span<const RevocationKey> some(keys.data(), std::min<std::size_t>(keys.size(), 1000));
  (void)look_up_nanoseconds(*index, some, now);
  std::printf("look-up, same thousand %8.0f ns\n", look_up_nanoseconds(*index, some, now));
  double cold = 0;
  constexpr int rounds = 20;
  for (int i = 0; i < rounds; ++i) {
    make_cold();
    cold +=
        look_up_nanoseconds(*index, std::span(keys).subspan(static_cast<std::size_t>(i) * 100, 100), now) /
        rounds;
  }
  std::printf("look-up, cold caches   %8.0f ns\n", cold);
  print_memory_of_worker(path, keys, now);
  return 0;
}
