// The deny-list's file: one denial a line, "sha256 HEX SINCE NOTE", "spki HEX SINCE NOTE" or
// "serial HEX ISSUER SINCE NOTE"; ISSUER is the hash of the issuer's name.
#include "runtime/tls/deny_list.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "runtime/base/file.h"

namespace edge::tls {
namespace {

constexpr std::size_t digest_size = 32;

std::string_view word(Denial::By by) {
  switch (by) {
    case Denial::By::sha256:
      return "sha256";
    case Denial::By::spki:
      return "spki";
    case Denial::By::serial:
      return "serial";
  }
  return "";
}

std::string_view take_word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto taken = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return taken;
}

/// Serials are compared as unsigned numbers, as lists' are (T34).
Bytes without_leading_zeros(BytesView octets) {
  while (octets.size() > 1 && octets[0] == 0) octets = octets.subspan(1);
  return Bytes(octets.begin(), octets.end());
}

std::optional<Denial> parse_line(std::string_view line) {
  Denial denial;
  const auto kind = take_word(line);
  if (kind == "spki") denial.by = Denial::By::spki;
  if (kind == "serial") denial.by = Denial::By::serial;
  if (kind != word(denial.by)) return std::nullopt;
  auto value = octets_of_hex(take_word(line));
  if (!value || value->empty()) return std::nullopt;
  const bool is_digest = denial.by != Denial::By::serial;
  if (is_digest && value->size() != digest_size) return std::nullopt;
  denial.value = is_digest ? std::move(*value) : without_leading_zeros(*value);
  if (!is_digest) {
    const auto issuer = octets_of_hex(take_word(line));
    if (!issuer || issuer->size() != denial.issuer.size()) return std::nullopt;
    std::ranges::copy(*issuer, denial.issuer.begin());
  }
  const auto since = take_word(line);
  const auto [end, problem] = std::from_chars(since.data(), since.data() + since.size(), denial.since);
  if (problem != std::errc{} || end != since.data() + since.size()) return std::nullopt;
  denial.note = line;
  return denial;
}

Bytes key_of(Denial::By by, BytesView value, const NameId& issuer) {
  Bytes key{static_cast<std::uint8_t>(by)};
  if (by == Denial::By::serial) key.insert(key.end(), issuer.begin(), issuer.end());
  key.insert(key.end(), value.begin(), value.end());
  return key;
}

}  // namespace

std::optional<Bytes> octets_of_hex(std::string_view hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::string digits;
  for (const char c : hex)
    if (c != ':') digits.push_back(c);
  if (digits.size() % 2 != 0) digits.insert(0, 1, '0');
  Bytes octets;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit(digits[i]), low = digit(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    octets.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return octets;
}

std::string Denial::text() const {
  std::string line = std::string(word(by)) + " " + hex_upper(value);
  if (by == By::serial) line += " " + hex_upper(issuer);
  line += " " + std::to_string(since);
  if (!note.empty()) line += " " + note;
  return line;
}

bool Denial::same_as(const Denial& other) const {
  return by == other.by && value == other.value && issuer == other.issuer;
}

Result<DenyList> DenyList::parse(std::string_view text, const std::string& source) {
  DenyList list;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    auto denial = parse_line(line);
    if (!denial)
      return fail(ErrorKind::config, source + ": line " + std::to_string(number) +
                                         " is no denial; write the file with edge-run deny");
    list.denials_.push_back(std::move(*denial));
  }
  list.index();
  return list;
}

Result<DenyList> DenyList::read(const std::string& path) {
  const auto text = read_if_there(path);
  if (!text) return std::unexpected(text.error());
  return *text ? parse(**text, path) : DenyList{};
}

void DenyList::add(Denial denial) {
  if (denial.by == Denial::By::serial) denial.value = without_leading_zeros(denial.value);
  remove(denial);
  denials_.push_back(std::move(denial));
  index();
}

bool DenyList::remove(const Denial& denial) {
  Denial wanted = denial;
  if (wanted.by == Denial::By::serial) wanted.value = without_leading_zeros(wanted.value);
  const auto removed = std::erase_if(denials_, [&](const Denial& one) { return one.same_as(wanted); });
  index();
  return removed > 0;
}

std::string DenyList::text() const {
  std::string text;
  for (const Denial& denial : denials_) text += denial.text() + "\n";
  return text;
}

const Denial* DenyList::find(const RevocationKey& key) const {
  if (denials_.empty()) return nullptr;
  const Bytes keys[] = {key_of(Denial::By::sha256, key.sha256, {}), key_of(Denial::By::spki, key.spki, {}),
                        key_of(Denial::By::serial, without_leading_zeros(key.serial), key.issuer_name)};
  for (const Bytes& one : keys)
    if (const auto found = at_.find(one); found != at_.end()) return &denials_[found->second];
  return nullptr;
}

void DenyList::index() {
  at_.clear();
  for (std::size_t i = 0; i < denials_.size(); ++i)
    at_[key_of(denials_[i].by, denials_[i].value, denials_[i].issuer)] = i;
}

}  // namespace edge::tls
