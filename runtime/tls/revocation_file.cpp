// Builds the revocation index's file and puts it in place at once.
#include "runtime/tls/revocation_file.h"

#include <fcntl.h>
#include <openssl/sha.h>
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

std::vector<RevocationSlot> slots_of(std::span<const Crl> lists) {
  std::vector<RevocationSlot> slots;
  std::size_t count = 0;
  for (const Crl& list : lists) count += list.entries.size();
  slots.reserve(count);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    for (const RevokedEntry& entry : lists[i].entries) {
      if (entry.reason == remove_from_crl) continue;
      const NameId& issuer = entry.issuer == 0 ? lists[i].by.name : lists[i].other_issuers[entry.issuer - 1];
      slots.push_back({.key = revocation_hash(issuer, entry.serial.octets()),
                       .date = entry.date,
                       .list = static_cast<std::uint16_t>(i),
                       .reason = entry.reason,
                       .is_taken = 1});
    }
  }
  return slots;
}

/// Whether either list would do: both revoke the same certificates.
bool are_alike(const Crl& a, const Crl& b) {
  return &a == &b || (a.by == b.by && a.scope.only_attributes == b.scope.only_attributes);
}

/// Sorted by key; of a certificate that lists of one signer name, the newest list's entry stays.
void sort_slots(std::vector<RevocationSlot>& slots, std::span<const Crl> lists) {
  // Counting by the key's beginning first leaves runs of a few, which sort in the cache.
  const std::uint64_t runs = slots.size() / 4 + 1;
  std::vector<std::uint32_t> at(runs + 1);
  for (const auto& slot : slots) ++at[ideal_slot(slot.key, runs) + 1];
  for (std::size_t i = 1; i < at.size(); ++i) at[i] += at[i - 1];
  std::vector<RevocationSlot> sorted(slots.size());
  auto next = at;
  for (const auto& slot : slots) sorted[next[ideal_slot(slot.key, runs)]++] = slot;
  const auto before = [&](const RevocationSlot& a, const RevocationSlot& b) {
    if (a.key != b.key) return a.key < b.key;
    if (lists[a.list].by.issuer != lists[b.list].by.issuer)
      return lists[a.list].by.issuer < lists[b.list].by.issuer;
    return lists[a.list].this_update > lists[b.list].this_update;
  };
  for (std::size_t i = 0; i + 1 < at.size(); ++i)
    std::sort(sorted.begin() + at[i], sorted.begin() + at[i + 1], before);
  const auto is_repeated = [&](const RevocationSlot& a, const RevocationSlot& b) {
    return a.key == b.key && are_alike(lists[a.list], lists[b.list]);
  };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), is_repeated), sorted.end());
  slots = std::move(sorted);
}

Bytes image_of(std::uint64_t epoch, std::int64_t started, std::span<const Crl> lists) {
  auto slots = slots_of(lists);
  sort_slots(slots, lists);
  const Bytes table = encode_lists(lists);
  RevocationHeader header{};
  header.magic = revocation_magic;
  header.version = revocation_version;
  header.epoch = epoch;
  header.started = started;
  header.lists_size = table.size();
  header.entry_count = slots.size();
  header.spread = spread_for(slots.size());
  const auto place = [&](std::uint64_t free, const RevocationSlot& slot) {
    return std::max(free, ideal_slot(slot.key, header.spread));
  };
  std::uint64_t free = 0;
  for (const auto& slot : slots) free = place(free, slot) + 1;
  header.slot_count = std::max(header.spread, free);
  header.file_size = slots_offset(header) + header.slot_count * sizeof(RevocationSlot);

  Bytes image(header.file_size);
  std::ranges::copy(table, image.begin() + sizeof header);
  auto* placed = reinterpret_cast<RevocationSlot*>(image.data() + slots_offset(header));
  free = 0;
  for (const auto& slot : slots) {
    const std::uint64_t at = place(free, slot);
    placed[at] = slot;
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

}  // namespace

RevocationHash revocation_hash(const NameId& issuer, BytesView serial) {
  // Longer serials never verify, so what is cut off here decides nothing.
  serial = serial.first(std::min(serial.size(), ListedSerial::octets_max));
  std::array<std::uint8_t, sizeof(NameId) + ListedSerial::octets_max> fixed;
  std::array<std::uint8_t, 32> digest;
  std::ranges::copy(issuer, fixed.begin());
  std::ranges::copy(serial, fixed.begin() + sizeof(NameId));
  // OpenSSL 3 deprecates these for EVP, which takes ten times as long for a text of one block: a look-up runs
  // for every request of a changed epoch, and building the index hashes a million.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, fixed.data(), sizeof(NameId) + serial.size());
  SHA256_Final(digest.data(), &context);
#pragma GCC diagnostic pop
  RevocationHash hash;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return {std::byteswap(hash.high), std::byteswap(hash.low)};
}

std::uint64_t slots_offset(const RevocationHeader& header) {
  constexpr std::uint64_t cache_line = 64;
  return (sizeof(RevocationHeader) + header.lists_size + cache_line - 1) / cache_line * cache_line;
}

std::array<std::uint8_t, 32> head_checksum(BytesView file, const RevocationHeader& header) {
  RevocationHeader bare = header;
  bare.head_sha256 = {};
  Bytes head(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(slots_offset(header)));
  std::memcpy(head.data(), &bare, sizeof bare);
  return sha256(head);
}

std::array<std::uint8_t, 32> slots_checksum(BytesView file, const RevocationHeader& header) {
  return sha256(file.subspan(slots_offset(header)));
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
