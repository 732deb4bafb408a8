// The memory's file: a line for each kind of list, "KIND NUMBER THIS_UPDATE".
#include "runtime/server/list_memory.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "runtime/server/list_sources.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/byte_writer.h"
#include "runtime/tls/deny_list.h"

namespace edge::server {
namespace {

/// Orders numbers that have no leading 00.
bool is_less(const Bytes& a, const Bytes& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

std::string kind_of(const tls::Crl& list) {
  tls::ByteWriter text;
  text.fixed(list.by.name);
  text.fixed(list.by.anchor);
  for (const tls::NameId& name : list.scope.names) text.fixed(name);
  text.number(list.scope.reasons, 2);
  for (const bool flag : {list.scope.only_users, list.scope.only_authorities, list.scope.only_attributes,
                          list.scope.is_indirect, list.base.has_value()})
    text.number(flag, 1);
  return hex_upper(tls::sha256(text.bytes)).substr(0, 32);
}

}  // namespace

Result<ListMemory> ListMemory::read(const std::string& state_dir) {
  ListMemory memory;
  memory.file_ = state_dir + "/crl-memory";
  if (!std::filesystem::exists(memory.file_)) return memory;
  const auto bytes = read_file(memory.file_);
  if (!bytes) return std::unexpected(bytes.error());
  std::istringstream lines{std::string(as_text(*bytes))};
  std::string kind, number;
  std::int64_t this_update = 0;
  while (lines >> kind >> number >> this_update) {
    auto octets = number == "-" ? std::optional<Bytes>(Bytes{}) : tls::octets_of_hex(number);
    if (!octets) break;
    memory.kinds_[kind] = {.number = std::move(*octets), .this_update = this_update};
  }
  if (!lines.eof())
    return fail(ErrorKind::config, memory.file_ + ": cannot be read; remove it to begin a new memory");
  return memory;
}

ListMemory::Kinds ListMemory::newest_of(std::span<const tls::Crl> lists) {
  Kinds kinds;
  for (const tls::Crl& list : lists) {
    Newest& newest = kinds[kind_of(list)];
    if (is_less(newest.number, list.number)) newest.number = list.number;
    newest.this_update = std::max(newest.this_update, list.this_update);
  }
  return kinds;
}

bool ListMemory::is_older(const Newest& one, const Newest& other) {
  if (!one.number.empty() && !other.number.empty()) return is_less(one.number, other.number);
  return one.this_update < other.this_update;
}

Result<> ListMemory::check(std::span<const tls::Crl> lists) const {
  const Kinds ours = newest_of(lists);
  for (const tls::Crl& list : lists) {
    const auto known = kinds_.find(kind_of(list));
    if (known == kinds_.end() || !is_older(ours.at(known->first), known->second)) continue;
    const bool by_number = !list.number.empty() && !known->second.number.empty();
    const std::string what = by_number ? "its CRLNumber 0x" + hex_upper(list.number) + " is older than 0x" +
                                             hex_upper(known->second.number)
                                       : std::string("it was issued earlier than the list");
    return fail(ErrorKind::config,
                list.source + ": " + what + ", which was in force; to go back, remove " + file_);
  }
  return {};
}

Result<> ListMemory::remember(std::span<const tls::Crl> lists) {
  bool changed = false;
  for (const auto& [kind, newest] : newest_of(lists)) {
    Newest& known = kinds_[kind];
    const Newest before = known;
    if (is_less(known.number, newest.number)) known.number = newest.number;
    known.this_update = std::max(known.this_update, newest.this_update);
    changed = changed || before != known;
  }
  if (!changed) return {};
  std::string text;
  for (const auto& [kind, newest] : kinds_)
    text += kind + " " + (newest.number.empty() ? "-" : hex_upper(newest.number)) + " " +
            std::to_string(newest.this_update) + "\n";
  return replace_file(file_, as_bytes(text));
}

}  // namespace edge::server
