// Reads the revocation index: maps it, checks it, looks certificates up.
#include "runtime/tls/revocations.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/tls/revocation_file.h"

namespace edge::tls {

struct Revocations::Mapping {
  void* memory = MAP_FAILED;
  std::size_t size = 0;
  std::uint64_t epoch = 0;
  int shift = 63;  ///< of a key's first word, to its slot of the directory
  std::vector<RevocationList> lists;
  std::span<const std::uint32_t> directory;
  std::span<const RevocationRow> rows;

  Mapping() = default;
  Mapping(const Mapping&) = delete;
  ~Mapping() {
    if (memory != MAP_FAILED) ::munmap(memory, size);
  }

  [[nodiscard]] BytesView bytes() const { return {static_cast<const std::uint8_t*>(memory), size}; }

  /// Null when no list names the certificate.
  [[nodiscard]] const RevocationRow* find(const RevocationHash& key) const {
    if (rows.empty()) return nullptr;
    const std::size_t slot = key.high >> shift;
    for (std::size_t i = directory[slot]; i < directory[slot + 1]; ++i) {
      if (rows[i].key == key) return &rows[i];
    }
    return nullptr;
  }
};

namespace {

std::unexpected<Error> io_failure(const std::string& path) {
  return fail(ErrorKind::io, path + ": cannot open the revocation index: " + std::strerror(errno));
}

std::unexpected<Error> damaged(const std::string& path, const char* what) {
  return fail(ErrorKind::config, path + ": not a usable revocation index: " + what);
}

/// The header, when every offset that follows from it lies inside the file.
Result<RevocationHeader> read_header(BytesView file, const std::string& path) {
  constexpr std::uint64_t count_max = 1ull << 32;
  RevocationHeader header;
  std::memcpy(&header, file.data(), sizeof header);
  if (header.magic != revocation_magic) return damaged(path, "its magic is wrong");
  if (header.version != revocation_version) return damaged(path, "its version is another");
  const bool plausible = header.file_size == file.size() && header.directory_bits >= 1 &&
                         header.directory_bits <= 24 && header.list_count < count_max &&
                         header.sources_size < count_max && header.entry_count < count_max;
  if (!plausible || revocation_layout(header).end != file.size()) return damaged(path, "its size is wrong");
  if (header.sha256 != revocation_checksum(file)) return damaged(path, "its checksum is wrong");
  return header;
}

/// A list's row with its text; nothing where the text would lie outside the sources.
std::optional<RevocationList> read_list(const RevocationListRow& row, BytesView sources) {
  if (row.source_offset > sources.size() || row.source_size > sources.size() - row.source_offset)
    return std::nullopt;
  RevocationList list{.issuer = row.issuer,
                      .sha256 = row.sha256,
                      .source = std::string(as_text(sources.subspan(row.source_offset, row.source_size))),
                      .number = {},
                      .this_update = row.this_update,
                      .next_update = row.next_update,
                      .entries = row.entry_count};
  if (row.has_number != 0) {
    auto first = std::ranges::find_if(row.number, [](std::uint8_t octet) { return octet != 0; });
    if (first == row.number.end()) --first;
    list.number.assign(first, row.number.end());
  }
  return list;
}

Verdict verdict_of(Verdict::State state, const RevocationList& list) {
  return {
      .state = state, .list = list.source, .this_update = list.this_update, .next_update = list.next_update};
}

}  // namespace

bool RevocationList::is_current(std::int64_t now) const {
  const std::int64_t end = next_update != 0 ? next_update : this_update + list_age_max;
  return this_update <= now + crl_clock_skew_max && now < end;
}

Result<std::shared_ptr<const Revocations>> Revocations::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return io_failure(path);
  auto mapping = std::make_unique<Mapping>();
  struct stat status{};
  if (::fstat(file, &status) == 0 && status.st_size >= static_cast<off_t>(sizeof(RevocationHeader))) {
    mapping->size = static_cast<std::size_t>(status.st_size);
    mapping->memory = ::mmap(nullptr, mapping->size, PROT_READ, MAP_SHARED, file, 0);
  }
  ::close(file);
  if (mapping->size == 0) return damaged(path, "it is too short");
  if (mapping->memory == MAP_FAILED) return io_failure(path);

  const BytesView bytes = mapping->bytes();
  const auto header = read_header(bytes, path);
  if (!header) return std::unexpected(header.error());
  const auto layout = revocation_layout(*header);
  const BytesView sources = bytes.subspan(layout.sources, header->sources_size);
  for (std::uint64_t i = 0; i < header->list_count; ++i) {
    RevocationListRow row;
    std::memcpy(&row, bytes.data() + layout.lists + i * sizeof row, sizeof row);
    auto list = read_list(row, sources);
    if (!list) return damaged(path, "a list's source lies outside it");
    mapping->lists.push_back(std::move(*list));
  }
  mapping->epoch = header->epoch;
  mapping->shift = 64 - static_cast<int>(header->directory_bits);
  mapping->directory = {reinterpret_cast<const std::uint32_t*>(bytes.data() + layout.directory),
                        (std::size_t{1} << header->directory_bits) + 1};
  mapping->rows = {reinterpret_cast<const RevocationRow*>(bytes.data() + layout.entries),
                   header->entry_count};
  if (!std::ranges::is_sorted(mapping->directory) || mapping->directory.back() != header->entry_count)
    return damaged(path, "its directory is wrong");
  std::shared_ptr<Revocations> index{new Revocations};
  index->mapping_ = std::move(mapping);
  return index;
}

std::shared_ptr<const Revocations> Revocations::none() {
  std::shared_ptr<Revocations> index{new Revocations};
  index->mapping_ = std::make_unique<Mapping>();
  return index;
}

Revocations::~Revocations() = default;

std::uint64_t Revocations::epoch() const { return mapping_->epoch; }
std::size_t Revocations::entries() const { return mapping_->rows.size(); }
std::span<const RevocationList> Revocations::lists() const { return mapping_->lists; }

Verdict Revocations::look_up(const RevocationKey& key, std::int64_t now) const {
  if (const RevocationRow* row = mapping_->find(revocation_hash(key.issuer, key.serial)); row != nullptr) {
    // The list may be out of date by now: what it revoked stays revoked (T51).
    if (row->list >= mapping_->lists.size()) return {.state = Verdict::State::revoked};
    auto verdict = verdict_of(Verdict::State::revoked, mapping_->lists[row->list]);
    verdict.reason = row->reason;
    verdict.revoked_at = row->date;
    return verdict;
  }
  const RevocationList* newest = nullptr;
  bool current = false;
  for (const RevocationList& list : mapping_->lists) {
    if (list.issuer != key.issuer) continue;
    const bool list_is_current = list.is_current(now);
    if (newest == nullptr || (list_is_current && !current) ||
        (list_is_current == current && list.this_update > newest->this_update))
      newest = &list;
    current = current || list_is_current;
  }
  if (newest == nullptr) return {.state = Verdict::State::unknown};
  return verdict_of(current ? Verdict::State::good : Verdict::State::unknown, *newest);
}

Verdict Revocations::look_up_chain(std::span<const RevocationKey> chain, std::int64_t now) const {
  if (chain.empty()) return {.state = Verdict::State::unknown};
  const Verdict leaf = look_up(chain.front(), now);
  if (leaf.state == Verdict::State::revoked) return leaf;
  for (const RevocationKey& key : chain.subspan(1)) {
    if (auto verdict = look_up(key, now); verdict.state == Verdict::State::revoked) return verdict;
  }
  return leaf;
}

}  // namespace edge::tls
