// Builds the revocation index's file and puts it in place at once.
#include "runtime/tls/revocation_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>

#include "runtime/tls/revocations.h"

namespace edge::tls {
namespace {

static_assert(std::endian::native == std::endian::little);

std::unexpected<Error> io_failure(const std::string& path, const char* what) {
  return fail(ErrorKind::io, path + ": cannot " + what + " the revocation index: " + std::strerror(errno));
}

/// About four entries for each slot of the directory: one or two cache lines to look at.
std::uint32_t directory_bits_for(std::size_t entries) {
  return std::clamp(static_cast<int>(std::bit_width(entries)) - 2, 1, 24);
}

std::vector<RevocationRow> rows_of(std::span<const Crl> lists) {
  std::vector<RevocationRow> rows;
  std::size_t count = 0;
  for (const Crl& list : lists) count += list.entries.size();
  rows.reserve(count);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    for (const RevokedEntry& entry : lists[i].entries) {
      const auto date = std::clamp<std::int64_t>(entry.date, 0, std::numeric_limits<std::uint32_t>::max());
      rows.push_back({.key = revocation_hash(lists[i].issuer, entry.serial.octets()),
                      .date = static_cast<std::uint32_t>(date),
                      .list = static_cast<std::uint16_t>(i),
                      .reason = entry.reason,
                      .reserved = 0});
    }
  }
  return rows;
}

/// Sorted by key; of a certificate that several lists name, the newest list's entry stays.
void sort_rows(std::vector<RevocationRow>& rows, std::span<const Crl> lists, std::uint32_t directory_bits) {
  // Counting by the directory's slot first leaves runs of a few rows, which sort in the cache.
  const int shift = 64 - static_cast<int>(directory_bits);
  std::vector<std::uint32_t> at((std::size_t{1} << directory_bits) + 1);
  for (const auto& row : rows) ++at[(row.key.high >> shift) + 1];
  for (std::size_t i = 1; i < at.size(); ++i) at[i] += at[i - 1];
  std::vector<RevocationRow> sorted(rows.size());
  auto next = at;
  for (const auto& row : rows) sorted[next[row.key.high >> shift]++] = row;
  const auto before = [&](const RevocationRow& a, const RevocationRow& b) {
    if (a.key != b.key) return a.key < b.key;
    return lists[a.list].this_update > lists[b.list].this_update;
  };
  for (std::size_t i = 0; i + 1 < at.size(); ++i)
    std::sort(sorted.begin() + at[i], sorted.begin() + at[i + 1], before);
  const auto same_key = [](const RevocationRow& a, const RevocationRow& b) { return a.key == b.key; };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same_key), sorted.end());
  rows = std::move(sorted);
}

RevocationListRow list_row(const Crl& list, std::size_t source_offset) {
  RevocationListRow row{};
  row.issuer = list.issuer;
  row.sha256 = list.sha256;
  row.this_update = list.this_update;
  row.next_update = list.next_update;
  row.has_number = list.number.empty() ? 0 : 1;
  const std::size_t octets = std::min(list.number.size(), row.number.size());
  std::copy(list.number.end() - static_cast<std::ptrdiff_t>(octets), list.number.end(),
            row.number.end() - static_cast<std::ptrdiff_t>(octets));
  row.source_offset = source_offset;
  row.source_size = static_cast<std::uint32_t>(list.source.size());
  row.entry_count = static_cast<std::uint32_t>(list.entries.size());
  return row;
}

Bytes image_of(std::uint64_t epoch, std::span<const Crl> lists) {
  auto rows = rows_of(lists);
  const std::uint32_t bits = directory_bits_for(rows.size());
  sort_rows(rows, lists, bits);
  RevocationHeader header{.magic = revocation_magic,
                          .version = revocation_version,
                          .directory_bits = bits,
                          .epoch = epoch,
                          .file_size = 0,
                          .list_count = lists.size(),
                          .sources_size = 0,
                          .entry_count = rows.size(),
                          .sha256 = {}};
  for (const Crl& list : lists) header.sources_size += list.source.size();
  const auto layout = revocation_layout(header);
  header.file_size = layout.end;

  Bytes image(layout.end);
  std::size_t source_offset = 0;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const auto row = list_row(lists[i], source_offset);
    std::memcpy(image.data() + layout.lists + i * sizeof row, &row, sizeof row);
    std::ranges::copy(lists[i].source,
                      image.begin() + static_cast<std::ptrdiff_t>(layout.sources + source_offset));
    source_offset += lists[i].source.size();
  }
  auto* directory = reinterpret_cast<std::uint32_t*>(image.data() + layout.directory);
  for (const auto& row : rows) ++directory[(row.key.high >> (64 - bits)) + 1];
  for (std::size_t i = 1; i <= std::size_t{1} << bits; ++i) directory[i] += directory[i - 1];
  if (!rows.empty()) std::memcpy(image.data() + layout.entries, rows.data(), rows.size() * sizeof rows[0]);
  std::memcpy(image.data(), &header, sizeof header);
  header.sha256 = revocation_checksum(image);
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

/// Orders numbers that have no leading 00.
bool is_less(const Bytes& a, const Bytes& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

/// The highest CRLNumber of an issuer's lists in one file; empty when it has none there.
template <class Lists>
Bytes highest_number(const Lists& lists, const IssuerId& issuer, const std::string& source) {
  Bytes highest;
  for (const auto& list : lists) {
    if (list.issuer == issuer && list.source == source && is_less(highest, list.number))
      highest = list.number;
  }
  return highest;
}

/// An attacker who can replace a file but not sign one brings back an old list, to unrevoke a certificate
/// (T57).
Result<> check_rollback(const std::string& path, std::span<const Crl> lists) {
  const auto previous = Revocations::open(path);
  if (!previous) return {};
  for (const Crl& list : lists) {
    const Bytes ours = highest_number(lists, list.issuer, list.source);
    const Bytes theirs = highest_number((*previous)->lists(), list.issuer, list.source);
    if (ours.empty() || !is_less(ours, theirs)) continue;
    return fail(ErrorKind::config, list.source + ": its CRLNumber 0x" + hex_upper(ours) +
                                       " is older than 0x" + hex_upper(theirs) +
                                       ", which was in force; to go back, remove " + path);
  }
  return {};
}

}  // namespace

RevocationHash revocation_hash(const IssuerId& issuer, BytesView serial) {
  while (!serial.empty() && serial[0] == 0) serial = serial.subspan(1);
  std::array<std::uint8_t, 32 + 20> fixed;
  std::array<std::uint8_t, 32> digest;
  std::ranges::copy(issuer, fixed.begin());
  // Serials of more than 20 octets never verify, so what is cut off here decides nothing.
  serial = serial.first(std::min<std::size_t>(serial.size(), 20));
  std::ranges::copy(serial, fixed.begin() + 32);
  // OpenSSL 3 deprecates these for EVP, which takes ten times as long for a text of one block: a look-up runs
  // for every request of a changed epoch, and building the index hashes a million.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, fixed.data(), 32 + serial.size());
  SHA256_Final(digest.data(), &context);
#pragma GCC diagnostic pop
  RevocationHash hash;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return {std::byteswap(hash.high), std::byteswap(hash.low)};
}

RevocationLayout revocation_layout(const RevocationHeader& header) {
  const auto aligned = [](std::uint64_t offset) { return (offset + 7) / 8 * 8; };
  RevocationLayout layout{};
  layout.lists = sizeof(RevocationHeader);
  layout.sources = layout.lists + header.list_count * sizeof(RevocationListRow);
  layout.directory = aligned(layout.sources + header.sources_size);
  layout.entries =
      aligned(layout.directory + ((std::uint64_t{1} << header.directory_bits) + 1) * sizeof(std::uint32_t));
  layout.end = layout.entries + header.entry_count * sizeof(RevocationRow);
  return layout;
}

std::array<std::uint8_t, 32> revocation_checksum(BytesView file) {
  constexpr std::size_t at = offsetof(RevocationHeader, sha256), size = sizeof(RevocationHeader::sha256);
  static constexpr std::array<std::uint8_t, size> zeros{};
  std::array<std::uint8_t, size> digest{};
  const std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* p) { EVP_MD_CTX_free(p); })> context{
      EVP_MD_CTX_new()};
  check(context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1 &&
        EVP_DigestUpdate(context.get(), file.data(), at) == 1 &&
        EVP_DigestUpdate(context.get(), zeros.data(), size) == 1 &&
        EVP_DigestUpdate(context.get(), file.data() + at + size, file.size() - at - size) == 1 &&
        EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

Result<> Revocations::write(const std::string& path, std::uint64_t epoch, std::span<const Crl> lists) {
  constexpr std::size_t lists_max = std::numeric_limits<std::uint16_t>::max();
  if (lists.size() > lists_max)
    return fail(ErrorKind::limit, "more than " + std::to_string(lists_max) + " revocation lists");
  std::size_t entries = 0;
  for (const Crl& list : lists) entries += list.entries.size();
  if (entries > std::numeric_limits<std::uint32_t>::max())
    return fail(ErrorKind::limit, "more than 4294967295 revoked certificates");
  if (auto newer = check_rollback(path, lists); !newer) return newer;
  return replace_file(path, image_of(epoch, lists));
}

}  // namespace edge::tls
