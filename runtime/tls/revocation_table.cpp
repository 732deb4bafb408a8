// The table of lists in the revocation index's file.
#include <algorithm>

#include "runtime/tls/byte_reader.h"
#include "runtime/tls/byte_writer.h"
#include "runtime/tls/revocation_file.h"

namespace edge::tls {
namespace {

constexpr int users = 1, authorities = 2, attributes = 4, indirect = 8, delta = 16;

void write_list(ByteWriter& to, const Crl& list) {
  to.vector(as_bytes(list.source), 4);
  to.fixed(list.sha256);
  to.fixed(list.by.issuer);
  to.fixed(list.by.anchor);
  to.fixed(list.by.name);
  to.vector(list.number, 1);
  to.number(static_cast<std::uint64_t>(list.this_update), 8);
  to.number(static_cast<std::uint64_t>(list.next_update), 8);
  to.number(list.entries.size(), 4);
  const ListScope& scope = list.scope;
  to.number(scope.reasons, 2);
  to.number(static_cast<std::uint64_t>(scope.only_users * users + scope.only_authorities * authorities +
                                       scope.only_attributes * attributes + scope.is_indirect * indirect +
                                       list.base.has_value() * delta),
            1);
  to.number(scope.names.size(), 1);
  for (const NameId& name : scope.names) to.fixed(name);
  to.vector(encode_keys(list.signer_keys), 4);
}

bool read_list(ByteReader& from, WrittenList& written) {
  RevocationList& list = written.list;
  list.source = std::string(as_text(from.vector(4)));
  from.fixed(list.sha256);
  from.fixed(list.by.issuer);
  from.fixed(list.by.anchor);
  std::ranges::copy(from.take(list.by.name.size()), list.by.name.begin());
  const BytesView number = from.vector(1);
  list.number.assign(number.begin(), number.end());
  list.this_update = static_cast<std::int64_t>(from.number(8));
  list.next_update = static_cast<std::int64_t>(from.number(8));
  list.entries = from.number(4);
  list.scope.reasons = static_cast<Reasons>(from.number(2));
  const auto flags = from.number(1);
  list.scope.only_users = (flags & users) != 0;
  list.scope.only_authorities = (flags & authorities) != 0;
  list.scope.only_attributes = (flags & attributes) != 0;
  list.scope.is_indirect = (flags & indirect) != 0;
  list.is_delta = (flags & delta) != 0;
  list.scope.names.resize(from.number(1));
  for (NameId& name : list.scope.names) std::ranges::copy(from.take(name.size()), name.begin());
  auto keys = decode_keys(from.vector(4));
  if (!keys) return false;
  written.signer_keys = std::move(*keys);
  return true;
}

}  // namespace

Bytes encode_lists(std::span<const Crl> lists) {
  ByteWriter to;
  to.number(lists.size(), 4);
  for (const Crl& list : lists) write_list(to, list);
  return std::move(to.bytes);
}

std::optional<std::vector<WrittenList>> decode_lists(BytesView bytes) {
  ByteReader from(bytes);
  std::vector<WrittenList> lists;
  for (auto left = from.number(4); left > 0 && !from.failed(); --left)
    if (!read_list(from, lists.emplace_back())) return std::nullopt;
  if (!from.is_complete()) return std::nullopt;
  return lists;
}

}  // namespace edge::tls
