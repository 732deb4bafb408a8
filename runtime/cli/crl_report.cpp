// Puts what a list says into lines, and compares two files of lists.
#include "runtime/cli/crl_report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <tuple>

#include "runtime/cli/moments.h"
#include "runtime/tls/crl_reasons.h"

namespace edge::cli {
namespace {

/// A number of at most 8 octets; the CRLNumbers that people read.
std::string decimal(BytesView number) {
  if (number.size() > sizeof(std::uint64_t)) return "";
  std::uint64_t value = 0;
  for (const std::uint8_t octet : number) value = value << 8 | octet;
  return std::to_string(value);
}

std::string reason_text(std::uint8_t reason) {
  const std::string_view name = tls::reason_name(reason);
  return name.empty() ? "reason " + std::to_string(reason) : std::string(name);
}

std::string line(std::string_view label, const std::string& value) {
  std::string text = "  " + std::string(label);
  text.resize(std::max<std::size_t>(text.size() + 1, 14), ' ');
  return text + value + "\n";
}

std::string dated(std::int64_t seconds, std::int64_t now) {
  return date_text(seconds) + " (" + distance_text(seconds, now) + ")";
}

std::string extensions_text(const tls::CrlFacts& list) {
  std::string text;
  for (const tls::CrlExtension& one : list.extensions)
    text += (text.empty() ? "" : ", ") + one.name + (one.critical ? " (critical)" : "");
  return text.empty() ? "none" : text;
}

std::string count_text(const tls::CrlFacts& list) {
  const std::size_t count = list.entries.size();
  return std::to_string(count) + (count == 1 ? " certificate" : " certificates");
}

const std::string& issuer_of(const tls::CrlFacts& list, const tls::RevokedEntry& entry) {
  static const std::string own;
  return entry.issuer == 0 ? own : list.other_issuers[entry.issuer - 1];
}

std::string entry_text(const tls::RevokedEntry& entry) {
  return reason_text(entry.reason) + ", " + date_text(entry.date);
}

boost::json::value moment_json(std::int64_t seconds) {
  if (seconds == 0) return nullptr;
  return boost::json::string(moment_text(seconds));
}

boost::json::value number_json(const std::optional<Bytes>& number) {
  if (!number || number->empty()) return nullptr;
  return boost::json::string(hex_upper(*number));
}

boost::json::array reasons_json(tls::Reasons reasons) {
  boost::json::array names;
  for (std::uint8_t bit = 1; bit <= 8; ++bit)
    // ReasonFlags counts without CRLReason's unspecified and unused numbers behind certificateHold.
    if ((reasons >> bit & 1) != 0)
      names.emplace_back(tls::reason_name(bit < 7 ? bit : static_cast<std::uint8_t>(bit + 2)));
  return names;
}

boost::json::object scope_json(const tls::CrlFacts& list) {
  return {{"distributionPoints", boost::json::value_from(list.points)},
          {"onlyUserCertificates", list.scope.only_users},
          {"onlyAuthorities", list.scope.only_authorities},
          {"onlyAttributeCertificates", list.scope.only_attributes},
          {"indirect", list.scope.is_indirect},
          {"reasons", reasons_json(list.scope.reasons)}};
}

boost::json::array entries_json(const tls::CrlFacts& list) {
  boost::json::array entries;
  for (const tls::RevokedEntry& entry : list.entries) {
    boost::json::object one{{"serial", hex_upper(entry.serial)},
                            {"date", moment_text(entry.date)},
                            {"reason", reason_text(entry.reason)}};
    if (entry.issuer != 0) one["issuer"] = issuer_of(list, entry);
    entries.push_back(std::move(one));
  }
  return entries;
}

/// One entry of a file, comparable with another's.
struct Listed {
  const std::string* issuer;  ///< the list's, or the entry's own
  const std::string* shown;   ///< the entry's own; "" for the list's
  const tls::RevokedEntry* entry;

  [[nodiscard]] int compare(const Listed& other) const {
    if (const int order = issuer->compare(*other.issuer); order != 0) return order;
    const BytesView mine = entry->serial, theirs = other.entry->serial;
    if (std::ranges::equal(mine, theirs)) return 0;
    return std::ranges::lexicographical_compare(mine, theirs) ? -1 : 1;
  }
};

std::vector<Listed> listed_in(const std::vector<tls::CrlFacts>& lists) {
  std::vector<Listed> all;
  for (const tls::CrlFacts& list : lists)
    for (const tls::RevokedEntry& entry : list.entries) {
      const std::string& own = issuer_of(list, entry);
      all.push_back({.issuer = own.empty() ? &list.issuer : &own, .shown = &own, .entry = &entry});
    }
  std::ranges::stable_sort(all, [](const Listed& a, const Listed& b) { return a.compare(b) < 0; });
  // A serial that two lists of one file name counts once.
  const auto repeated =
      std::ranges::unique(all, [](const Listed& a, const Listed& b) { return a.compare(b) == 0; });
  all.erase(repeated.begin(), repeated.end());
  return all;
}

CrlDifference::Line line_of(const Listed& one, std::string text) {
  const BytesView serial = one.entry->serial;
  return {.issuer = *one.shown, .serial = Bytes(serial.begin(), serial.end()), .text = std::move(text)};
}

}  // namespace

std::string number_text(BytesView number) {
  if (number.empty()) return "none";
  const std::string value = decimal(number);
  return value.empty() ? hex_upper(number) : value + " (" + hex_upper(number) + ")";
}

std::string scope_text(const tls::CrlFacts& list) {
  std::string text = "every certificate";
  if (list.scope.only_users) text = "users' certificates";
  if (list.scope.only_authorities) text = "CAs' certificates";
  if (list.scope.only_attributes) text = "attribute certificates, which are none of clients";
  text += list.scope.is_indirect ? " of its issuer and of issuers that entries name" : " of its issuer";
  for (std::size_t i = 0; i < list.points.size(); ++i)
    text += (i == 0 ? " with the distribution point " : " or ") + list.points[i];
  if (list.scope.reasons != tls::all_reasons) {
    std::string reasons;
    for (const auto& name : reasons_json(list.scope.reasons))
      reasons += (reasons.empty() ? "" : ", ") + std::string(name.as_string());
    text += ", for these reasons alone: " + (reasons.empty() ? "none" : reasons);
  }
  return text;
}

std::string crl_text(const tls::CrlFacts& list, Entries entries, std::int64_t now) {
  std::string text = line("issuer", list.issuer);
  text += line("number", number_text(list.number));
  if (list.base) text += line("delta", "to the complete list of number " + number_text(*list.base));
  text += line("issued", dated(list.this_update, now));
  text += line("next", list.next_update == 0 ? "it does not say; it counts as current for a week"
                                             : dated(list.next_update, now));
  text += line("speaks for", scope_text(list));
  text += line("revokes", count_text(list));
  text += line("extensions", extensions_text(list));
  if (!list.authority_key.empty()) text += line("key id", list.authority_key);
  text += line("signature", list.algorithm);
  text += line("SHA-256", hex_lower(list.sha256) + ", " + std::to_string(list.bytes) + " bytes");
  for (const std::string& problem : list.problems) text += line("unusable", problem);
  if (entries == Entries::counted) return text;
  for (const tls::RevokedEntry& entry : list.entries) {
    const std::string& issuer = issuer_of(list, entry);
    text += "  " + hex_upper(entry.serial) + "  " + entry_text(entry) +
            (issuer.empty() ? "" : ", issued by " + issuer) + "\n";
  }
  return text;
}

std::string crl_json(const tls::CrlFacts& list, const std::string& file, Entries entries) {
  boost::json::array extensions;
  for (const tls::CrlExtension& one : list.extensions)
    extensions.push_back(
        boost::json::object{{"oid", one.oid}, {"name", one.name}, {"critical", one.critical}});
  boost::json::object made{{"file", file},
                           {"issuer", list.issuer},
                           {"number", number_json(list.number)},
                           {"base", number_json(list.base)},
                           {"thisUpdate", moment_json(list.this_update)},
                           {"nextUpdate", moment_json(list.next_update)},
                           {"scope", scope_json(list)},
                           {"extensions", std::move(extensions)},
                           {"signatureAlgorithm", list.algorithm},
                           {"authorityKeyId", list.authority_key},
                           {"sha256", hex_lower(list.sha256)},
                           {"bytes", list.bytes},
                           {"entryCount", list.entries.size()},
                           {"problems", boost::json::value_from(list.problems)}};
  if (entries == Entries::listed) made["entries"] = entries_json(list);
  return boost::json::serialize(made);
}

CrlDifference difference(const std::vector<tls::CrlFacts>& older, const std::vector<tls::CrlFacts>& newer) {
  const auto before = listed_in(older), after = listed_in(newer);
  CrlDifference found;
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    const int order = old == before.end() ? 1 : now == after.end() ? -1 : old->compare(*now);
    if (order < 0) found.removed.push_back(line_of(*old, entry_text(*old->entry)));
    if (order > 0) found.added.push_back(line_of(*now, entry_text(*now->entry)));
    // Not the date: CAs exist (cfssl) that date every entry anew with each list.
    if (order == 0 && old->entry->reason != now->entry->reason)
      found.changed.push_back(
          line_of(*now, reason_text(old->entry->reason) + " → " + reason_text(now->entry->reason)));
    if (order <= 0) ++old;
    if (order >= 0) ++now;
  }
  return found;
}

}  // namespace edge::cli
