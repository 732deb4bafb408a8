// Builds the revocation index's file and puts it in place at once.
#include "runtime/tls/revocation_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>

#include "runtime/tls/asn1.h"
#include "runtime/tls/crl_entries.h"

namespace edge::tls {
namespace {

static_assert(std::endian::native == std::endian::little);

std::unexpected<Error> io_failure(const std::string& path, const char* what) {
  return fail(ErrorKind::io, path + ": cannot " + what + " the revocation index: " + std::strerror(errno));
}

/// Three of four slots are taken, which leaves runs of about two.
std::uint64_t spread_for(std::size_t entries) { return entries + entries / 3 + 16; }

std::vector<RevocationSlot> items_of(std::span<const Crl> lists, const RevocationSeed& seed) {
  std::vector<RevocationSlot> items;
  std::size_t count = 0;
  for (const Crl& list : lists) count += list.entries.size();
  items.reserve(count);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    for (const RevokedEntry& entry : lists[i].entries) {
      if (entry.reason == remove_from_crl) continue;
      const NameId& issuer = entry.issuer == 0 ? lists[i].by.name : lists[i].other_issuers[entry.issuer - 1];
      const RevocationHash hash = revocation_hash(seed, issuer, entry.serial.octets());
      items.push_back({.fingerprint = hash.fingerprint,
                       .date = entry.date,
                       .list = static_cast<std::uint16_t>(i),
                       .reason = entry.reason,
                       .tail = hash.tail});
    }
  }
  return items;
}

/// Whether either list would do: both revoke the same certificates.
bool are_alike(const Crl& a, const Crl& b) {
  return &a == &b || (a.by == b.by && a.scope.only_attributes == b.scope.only_attributes);
}

RevocationHash hash_of(const RevocationSlot& slot) {
  return {.fingerprint = slot.fingerprint, .tail = slot.tail};
}

/// Sorted by hash; of a certificate that lists of one signer name, the newest list's entry stays.
void sort_items(std::vector<RevocationSlot>& items, std::span<const Crl> lists) {
  // Counting by the fingerprint's beginning first leaves runs of a few, which sort in the cache.
  const std::uint64_t runs = items.size() / 4 + 1;
  std::vector<std::uint32_t> at(runs + 1);
  for (const auto& item : items) ++at[ideal_slot(item.fingerprint, runs) + 1];
  for (std::size_t i = 1; i < at.size(); ++i) at[i] += at[i - 1];
  std::vector<RevocationSlot> sorted(items.size());
  auto next = at;
  for (const auto& item : items) sorted[next[ideal_slot(item.fingerprint, runs)]++] = item;
  const auto before = [&](const RevocationSlot& a, const RevocationSlot& b) {
    if (hash_of(a) != hash_of(b)) return hash_of(a) < hash_of(b);
    const Crl& one = lists[a.list];
    const Crl& other = lists[b.list];
    if (one.by.issuer != other.by.issuer) return one.by.issuer < other.by.issuer;
    return one.this_update > other.this_update;
  };
  for (std::size_t i = 0; i + 1 < at.size(); ++i)
    std::sort(sorted.begin() + at[i], sorted.begin() + at[i + 1], before);
  const auto is_repeated = [&](const RevocationSlot& a, const RevocationSlot& b) {
    return hash_of(a) == hash_of(b) && are_alike(lists[a.list], lists[b.list]);
  };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), is_repeated), sorted.end());
  items = std::move(sorted);
}

RevocationSeed new_seed() {
  RevocationSeed seed;
  check(::getrandom(seed.data(), sizeof seed, 0) == static_cast<ssize_t>(sizeof seed));
  return seed;
}

Bytes image_of(std::uint64_t epoch, std::int64_t started, std::span<const Crl> lists) {
  RevocationHeader header{};
  header.magic = revocation_magic;
  header.version = revocation_version;
  header.epoch = epoch;
  header.started = started;
  header.seed = new_seed();
  auto items = items_of(lists, header.seed);
  sort_items(items, lists);
  const Bytes table = encode_lists(lists);
  header.lists_size = table.size();
  header.entry_count = items.size();
  header.filter_blocks = items.size() * filter_bits_each / (sizeof(FilterBlock) * 8) + 1;
  header.spread = spread_for(items.size());
  const auto place = [&](std::uint64_t free, const RevocationSlot& item) {
    return std::max(free, ideal_slot(item.fingerprint, header.spread));
  };
  std::uint64_t free = 0;
  for (const auto& item : items) free = place(free, item) + 1;
  header.slot_count = std::max(header.spread, free);
  header.file_size = slots_offset(header) + header.slot_count * sizeof(RevocationSlot);

  Bytes image(header.file_size);
  std::ranges::copy(table, image.begin() + sizeof header);
  auto* filter = reinterpret_cast<FilterBlock*>(image.data() + filter_offset(header));
  auto* slots = reinterpret_cast<RevocationSlot*>(image.data() + slots_offset(header));
  free = 0;
  for (const auto& item : items) {
    const std::uint64_t at = place(free, item);
    filter[ideal_slot(item.fingerprint, header.filter_blocks)].add(item.fingerprint);
    slots[at] = item;
    free = at + 1;
  }
  header.slots_sha256 = slots_checksum(image, header);
  header.head_sha256 = head_checksum(image, header);
  std::memcpy(image.data(), &header, sizeof header);
  return image;
}

bool write_all(int file, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// A rename lasts through a crash only once the folder is on the disk too.
void sync_folder(const std::string& path) {
  auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); handle >= 0) {
    ::fsync(handle);
    ::close(handle);
  }
}

Result<> replace_file(const std::string& path, BytesView image) {
  const std::string temporary = path + ".tmp." + std::to_string(::getpid());
  ::unlink(temporary.c_str());
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return io_failure(temporary, "create");
  bool done = write_all(file, image) && ::fsync(file) == 0;
  done = ::close(file) == 0 && done;
  if (!done || ::rename(temporary.c_str(), path.c_str()) != 0) {
    auto failure = io_failure(path, "write");
    ::unlink(temporary.c_str());
    return failure;
  }
  sync_folder(path);
  return {};
}

// A message of the hash is issuer, serial and its size, padded to one size for all.
constexpr std::size_t message_words = 4;
using Message = std::array<std::uint64_t, message_words>;
static_assert(std::tuple_size_v<RevocationSeed> == 2 * (message_words + 1));

/// The upper half of k0 + k1 m1 + … + k4 m4 modulo 2^128, which is strongly universal: D. Lemire and O.
/// Kaser, "Strongly universal string hashing is fast", The Computer Journal 57 (2014), MULTILINEAR.
std::uint64_t multilinear(const RevocationSeed& keys, const Message& message) {
  __extension__ using Wide = unsigned __int128;
  const auto key = [&](std::size_t i) { return Wide{keys[2 * i + 1]} << 64 | keys[2 * i]; };
  Wide sum = key(0);
  for (std::size_t i = 0; i < message_words; ++i) sum += key(i + 1) * message[i];
  return static_cast<std::uint64_t>(sum >> 64);
}

/// Another number for each. Sums of serials that are counted up lie at equal distances, which for some seeds
/// would crowd them in few blocks of the filter and in long runs of slots.
std::uint64_t mixed(std::uint64_t sum) {
  constexpr std::uint64_t factor = 0xD6E8FEB86659FD93;  // odd, so that multiplying by it can be undone
  sum = (sum ^ sum >> 32) * factor;
  sum = (sum ^ sum >> 32) * factor;
  return sum ^ sum >> 32;
}

/// Octets `at` to `at` + 7 as a number, 0 where there are none.
std::uint64_t word_at(BytesView octets, std::size_t at) {
  std::uint64_t word = 0;
  if (octets.size() >= at + sizeof word) {
    std::memcpy(&word, octets.data() + at, sizeof word);
  } else {
    for (std::size_t i = octets.size(); i > at; --i) word = word << 8 | octets[i - 1];
  }
  return word;
}

}  // namespace

RevocationHash revocation_hash(const RevocationSeed& seed, const NameId& issuer, BytesView serial) {
  // Longer serials never verify, so what is cut off here decides nothing.
  serial = serial.first(std::min(serial.size(), ListedSerial::octets_max));
  static_assert(ListedSerial::octets_max < 3 * sizeof(std::uint64_t));  // the size has an octet of its own
  // Half of the issuer's digest is enough here: whose lists an entry is of, is compared whole when it is
  // found.
  const Message message{word_at(issuer, 0), word_at(serial, 0), word_at(serial, 8),
                        word_at(serial, 16) | std::uint64_t{serial.size()} << 56};
  RevocationHash hash{.fingerprint = std::max<std::uint64_t>(mixed(multilinear(seed, message)), 1),
                      .tail = 0};
  if (!serial.empty()) hash.tail = serial.back();
  return hash;
}

std::uint64_t filter_offset(const RevocationHeader& header) {
  constexpr std::uint64_t cache_line = 64;
  return (sizeof(RevocationHeader) + header.lists_size + cache_line - 1) / cache_line * cache_line;
}

std::array<std::uint8_t, 32> head_checksum(BytesView file, const RevocationHeader& header) {
  RevocationHeader bare = header;
  bare.head_sha256 = {};
  Bytes head(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(filter_offset(header)));
  std::memcpy(head.data(), &bare, sizeof bare);
  return sha256(head);
}

std::array<std::uint8_t, 32> slots_checksum(BytesView file, const RevocationHeader& header) {
  return sha256(file.subspan(filter_offset(header)));
}

Result<> Revocations::write(const std::string& path, std::uint64_t epoch, std::span<const Crl> lists,
                            std::int64_t started) {
  constexpr std::size_t lists_max = std::numeric_limits<std::uint16_t>::max();
  if (lists.size() > lists_max)
    return fail(ErrorKind::limit, "more than " + std::to_string(lists_max) + " revocation lists");
  std::size_t entries = 0;
  for (const Crl& list : lists) entries += list.entries.size();
  if (entries > std::numeric_limits<std::uint32_t>::max())
    return fail(ErrorKind::limit, "more than 4294967295 revoked certificates");
  return replace_file(path, image_of(epoch, started, lists));
}

}  // namespace edge::tls
