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
  RevocationHeader header{};
  std::vector<RevocationList> lists;
  std::vector<std::pair<NameId, std::uint16_t>> by_name;  ///< sorted; indexes of `lists`
  std::span<const FilterBlock> filter;
  std::span<const RevocationSlot> slots;

  Mapping() = default;
  Mapping(const Mapping&) = delete;
  ~Mapping() {
    if (memory != MAP_FAILED) ::munmap(memory, size);
  }

  [[nodiscard]] BytesView bytes() const { return {static_cast<const std::uint8_t*>(memory), size}; }
  Result<> read(const std::string& path, Check what);
  [[nodiscard]] const RevocationSlot* find(const RevocationKey& key) const;
  [[nodiscard]] const RevocationSlot* find(const RevocationKey& key, BytesView serial) const;
  template <class Action>
  void each_list_of(const NameId& name, Action action) const;
  /// Calls `action` with every list that could speak for the certificate.
  template <class Action>
  void each_list_for(const RevocationKey& key, Action action) const;
};

namespace {

std::unexpected<Error> io_failure(const std::string& path) {
  return fail(ErrorKind::io, path + ": cannot open the revocation index: " + std::strerror(errno));
}

std::unexpected<Error> damaged(const std::string& path, const char* what) {
  return fail(ErrorKind::config, path + ": not a usable revocation index: " + what);
}

/// Every offset that follows from the header lies inside the file.
bool is_plausible(const RevocationHeader& header, std::uint64_t size) {
  constexpr std::uint64_t count_max = 1ull << 33;
  if (header.file_size != size || header.lists_size > size || header.slot_count > count_max) return false;
  if (header.filter_blocks < 1 || header.filter_blocks > count_max) return false;
  return header.spread >= 1 && header.spread <= header.slot_count &&
         slots_offset(header) + header.slot_count * sizeof(RevocationSlot) == size;
}

Verdict verdict_of(Verdict::State state, const RevocationList& list) {
  return {
      .state = state, .list = list.source, .this_update = list.this_update, .next_update = list.next_update};
}

bool is_newer(const RevocationList& list, const RevocationList* than) {
  return than == nullptr || list.this_update > than->this_update;
}

/// What the lists that speak for a certificate say together.
struct Hearing {
  Reasons covered = 0;
  const RevocationList* current = nullptr;
  const RevocationList* stale = nullptr;
  const RevocationList* other = nullptr;

  void hear(const RevocationList& list, const RevocationKey& key, std::int64_t now) {
    if (list.by.issuer != key.issuer && list.by.anchor != key.anchor) return;
    const Reasons reasons =
        list.is_delta || list.signer_is_revoked ? Reasons{0} : reasons_covered(list.by, list.scope, key);
    const bool is_current = list.is_current(now);
    if (reasons != 0 && is_current) covered = static_cast<Reasons>(covered | reasons);
    const RevocationList*& newest = reasons == 0 ? other : is_current ? current : stale;
    if (is_newer(list, newest)) newest = &list;
  }

  [[nodiscard]] Verdict verdict() const {
    if (covered == all_reasons) return verdict_of(Verdict::State::good, *current);
    Verdict unknown{.state = Verdict::State::unknown, .why = Verdict::Why::missing};
    if (const RevocationList* list = stale != nullptr ? stale : current != nullptr ? current : other) {
      unknown = verdict_of(Verdict::State::unknown, *list);
      unknown.why = list == stale ? Verdict::Why::stale : Verdict::Why::not_covered;
    }
    return unknown;
  }
};

bool tolerates(const ListPolicy& policy, const Verdict& verdict, std::int64_t started, std::int64_t now) {
  const bool is_stale = verdict.why == Verdict::Why::stale;
  const Tolerance& tolerance = is_stale ? policy.stale : policy.missing;
  if (tolerance.kind != Tolerance::Kind::grace) return tolerance.kind == Tolerance::Kind::allow;
  const RevocationList list{.this_update = verdict.this_update, .next_update = verdict.next_update};
  // Before the start there was no server to wait: the clock was set back, and what it adds is no grace.
  if (!is_stale && now < started - crl_clock_skew_max) return false;
  const std::int64_t since = is_stale ? list.end() : started;
  return now < since + std::chrono::duration_cast<std::chrono::seconds>(tolerance.grace).count();
}

/// A responder's answer as a list of one entry would say it.
Verdict verdict_of(const KnownAnswer& known, std::int64_t now) {
  const OcspAnswer& answer = known.answer;
  Verdict verdict{.state = Verdict::State::unknown,
                  .list = "ocsp:" + known.responder,
                  .this_update = answer.this_update,
                  .next_update = answer.end()};
  if (answer.status == OcspAnswer::Status::revoked) {
    verdict.state = Verdict::State::revoked;
    verdict.reason = answer.reason;
    verdict.revoked_at = answer.revoked_at;
  } else if (answer.status == OcspAnswer::Status::unknown) {
    verdict.why = Verdict::Why::not_covered;
  } else if (answer.this_update <= now + ocsp_clock_skew_max && now < answer.end()) {
    verdict.state = Verdict::State::good;
  } else {
    verdict.why = Verdict::Why::stale;
  }
  return verdict;
}

Verdict denied_verdict(const Denial& denial) {
  return {.state = Verdict::State::revoked, .revoked_at = denial.since, .list = "deny-list"};
}

}  // namespace

std::int64_t RevocationList::end() const {
  return next_update != 0 ? next_update : this_update + list_age_max;
}

bool RevocationList::is_current(std::int64_t now) const {
  return this_update <= now + crl_clock_skew_max && now < end();
}

Result<> Revocations::Mapping::read(const std::string& path, Check what) {
  std::memcpy(&header, bytes().data(), sizeof header);
  if (header.magic != revocation_magic) return damaged(path, "its magic is wrong");
  if (header.version != revocation_version) return damaged(path, "its version is another");
  if (!is_plausible(header, size)) return damaged(path, "its size is wrong");
  if (header.head_sha256 != head_checksum(bytes(), header)) return damaged(path, "its checksum is wrong");
  if (what == Check::everything && header.slots_sha256 != slots_checksum(bytes(), header))
    return damaged(path, "its entries' checksum is wrong");
  auto written = decode_lists(bytes().subspan(sizeof header, header.lists_size));
  if (!written) return damaged(path, "its lists cannot be read");
  filter = {reinterpret_cast<const FilterBlock*>(bytes().data() + filter_offset(header)),
            header.filter_blocks};
  slots = {reinterpret_cast<const RevocationSlot*>(bytes().data() + slots_offset(header)), header.slot_count};
  for (WrittenList& one : *written) {
    by_name.emplace_back(one.list.by.name, static_cast<std::uint16_t>(lists.size()));
    lists.push_back(std::move(one.list));
  }
  std::ranges::sort(by_name);
  for (std::size_t i = 0; i < lists.size(); ++i)
    for (const RevocationKey& key : (*written)[i].signer_keys)
      if (find(key) != nullptr) lists[i].signer_is_revoked = true;
  return {};
}

/// The slot that revokes the certificate; null where no list has one.
const RevocationSlot* Revocations::Mapping::find(const RevocationKey& key) const {
  if (header.entry_count == 0) return nullptr;
  if (const auto* slot = find(key, key.serial)) return slot;
  // CAs exist whose certificates lack the sign's 00 that their lists have (T34).
  if (key.serial.empty() || (key.serial[0] & 0x80) == 0) return nullptr;
  Bytes positive = key.serial;
  positive.insert(positive.begin(), 0);
  return find(key, positive);
}

const RevocationSlot* Revocations::Mapping::find(const RevocationKey& key, BytesView serial) const {
  const RevocationHash hash = revocation_hash(header.seed, key.issuer_name, serial);
  std::uint64_t i = ideal_slot(hash.fingerprint, header.spread);
  __builtin_prefetch(&slots[i]);  // it is fetched while the filter is asked
  if (!filter[ideal_slot(hash.fingerprint, filter.size())].may_have(hash.fingerprint)) return nullptr;
  const auto is_before = [&](const RevocationSlot& slot) {
    return slot.fingerprint != 0 && slot.fingerprint < hash.fingerprint;
  };
  while (i < slots.size() && is_before(slots[i])) ++i;
  for (; i < slots.size() && slots[i].fingerprint == hash.fingerprint; ++i) {
    const RevocationSlot& slot = slots[i];
    if (slot.tail != hash.tail) continue;
    // A list that is not there would be damage; the doubt is not the client's to profit from.
    if (slot.list >= lists.size()) return &slot;
    const RevocationList& list = lists[slot.list];
    if (may_revoke(list.by, list.scope, key)) return &slot;
  }
  return nullptr;
}

template <class Action>
void Revocations::Mapping::each_list_of(const NameId& name, Action action) const {
  auto at = std::ranges::lower_bound(by_name, name, {}, &std::pair<NameId, std::uint16_t>::first);
  for (; at != by_name.end() && at->first == name; ++at) action(lists[at->second]);
}

template <class Action>
void Revocations::Mapping::each_list_for(const RevocationKey& key, Action action) const {
  each_list_of(key.issuer_name, action);
  for (const DistributionPoint& point : key.points)
    for (const NameId& name : point.crl_issuers)
      if (name != key.issuer_name) each_list_of(name, action);
}

Result<std::shared_ptr<const Revocations>> Revocations::open(const std::string& path, Check what) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return io_failure(path);
  auto mapping = std::make_shared<Mapping>();
  struct stat status{};
  if (::fstat(file, &status) == 0 && status.st_size >= static_cast<off_t>(sizeof(RevocationHeader))) {
    mapping->size = static_cast<std::size_t>(status.st_size);
    mapping->memory = ::mmap(nullptr, mapping->size, PROT_READ, MAP_SHARED, file, 0);
  }
  ::close(file);
  if (mapping->size == 0) return damaged(path, "it is too short");
  if (mapping->memory == MAP_FAILED) return io_failure(path);
  if (auto read = mapping->read(path, what); !read) return std::unexpected(read.error());
  std::shared_ptr<Revocations> index{new Revocations};
  index->epoch_ = mapping->header.epoch;
  index->mapping_ = std::move(mapping);
  return index;
}

std::shared_ptr<const Revocations> Revocations::none() {
  std::shared_ptr<Revocations> index{new Revocations};
  index->mapping_ = std::make_shared<Mapping>();
  return index;
}

std::shared_ptr<const Revocations> Revocations::with(std::shared_ptr<const DenyList> denied,
                                                     std::shared_ptr<const OcspAnswers> answers,
                                                     std::uint64_t epoch) const {
  std::shared_ptr<Revocations> index{new Revocations};
  index->mapping_ = mapping_;
  index->denied_ = std::move(denied);
  index->answers_ = std::move(answers);
  index->epoch_ = epoch;
  return index;
}

Revocations::~Revocations() = default;

std::uint64_t Revocations::lists_epoch() const { return mapping_->header.epoch; }
std::size_t Revocations::entries() const { return mapping_->header.entry_count; }
std::span<const RevocationList> Revocations::lists() const { return mapping_->lists; }

Verdict Revocations::look_up(const RevocationKey& key, std::int64_t now) const {
  if (const RevocationSlot* slot = mapping_->find(key); slot != nullptr) {
    // The list may be out of date by now: what it revoked stays revoked (T51).
    if (slot->list >= mapping_->lists.size()) return {.state = Verdict::State::revoked};
    auto verdict = verdict_of(Verdict::State::revoked, mapping_->lists[slot->list]);
    verdict.reason = slot->reason;
    verdict.revoked_at = slot->date;
    return verdict;
  }
  Hearing hearing;
  mapping_->each_list_for(key, [&](const RevocationList& list) { hearing.hear(list, key, now); });
  return hearing.verdict();
}

/// Whoever has a revoked responder's key could sign anything: nothing that it says counts.
bool Revocations::is_of_revoked_responder(const KnownAnswer& known, const RevocationKey& key) const {
  if (!known.answer.signer) return false;
  RevocationKey signer = *known.answer.signer;
  signer.anchor = key.anchor;  // one CA issued both
  return mapping_->find(signer) != nullptr || (denied_ && denied_->find(signer) != nullptr);
}

Verdict Revocations::hear(const RevocationKey& key, const ListPolicy& policy, std::int64_t now) const {
  using enum Verdict::State;
  Verdict verdict{.state = unknown, .why = Verdict::Why::missing};
  if (policy.has_lists) verdict = look_up(key, now);
  const KnownAnswer* known = policy.asks_ocsp && answers_ ? answers_->find(ocsp_key_of(key)) : nullptr;
  if (known == nullptr || verdict.state == revoked || is_of_revoked_responder(*known, key)) return verdict;
  Verdict told = verdict_of(*known, now);
  const bool knows_more = told.state == good || verdict.why == Verdict::Why::missing;
  return told.state == revoked || (verdict.state == unknown && knows_more) ? told : verdict;
}

Verdict Revocations::judge(std::span<const RevocationKey> chain, const ListPolicy& policy,
                           std::int64_t now) const {
  if (denied_) {
    for (const RevocationKey& key : chain)
      if (const Denial* denial = denied_->find(key)) return denied_verdict(*denial);
  }
  if (!policy.has_lists && !policy.asks_ocsp) return {};
  Verdict worst{.state = Verdict::State::unknown, .why = Verdict::Why::missing};
  for (std::size_t i = 0; i < chain.size(); ++i) {
    Verdict verdict = hear(chain[i], policy, now);
    if (verdict.state == Verdict::State::revoked) return verdict;
    if (verdict.state == Verdict::State::unknown)
      verdict.tolerated = tolerates(policy, verdict, mapping_->header.started, now);
    // The leaf's own words stand unless a CA's are worse.
    const bool is_worse = verdict.state == Verdict::State::unknown &&
                          (worst.state == Verdict::State::good || (worst.tolerated && !verdict.tolerated));
    if (i == 0 || is_worse) worst = std::move(verdict);
  }
  return worst;
}

}  // namespace edge::tls
