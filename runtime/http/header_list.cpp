// The header list's memory, and the grammar of names and values.
#include "runtime/http/header_list.h"

#include <algorithm>
#include <array>

namespace edge::http {

namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// RFC 9110 section 5.6.2: tchar.
constexpr auto token_characters = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (unsigned char c : std::string_view("!#$%&'*+-.^_`|~")) table[c] = true;
  return table;
}();

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Three passes of memchr, which looks at many characters at once.
bool breaks_lines(std::string_view text) {
  return text.contains('\n') || text.contains('\r') || text.contains('\0');
}

}  // namespace

HeaderList::HeaderList() = default;
HeaderList::HeaderList(const HeaderList&) = default;
HeaderList::HeaderList(HeaderList&&) noexcept = default;
HeaderList& HeaderList::operator=(const HeaderList&) = default;
HeaderList& HeaderList::operator=(HeaderList&&) noexcept = default;
HeaderList::~HeaderList() = default;

bool equal_letters(std::string_view a, std::string_view b) {
  for (std::size_t at = 0; at < a.size(); ++at)
    if (a[at] != b[at] && lower(a[at]) != lower(b[at])) return false;
  return true;
}

bool is_token(std::string_view text) {
  bool token = !text.empty();
  for (const unsigned char c : text) token &= token_characters[c];
  return token;
}

bool is_field_value(std::string_view text) {
  if (!text.empty() && (is_blank(text.front()) || is_blank(text.back()))) return false;
  return !breaks_lines(text);
}

void HeaderList::append(std::string_view name, std::string_view value) {
  // The arguments may be views into this list; growing must not pull them away.
  const std::size_t old_size = bytes_.size();
  const std::size_t needed = old_size + name.size() + value.size();
  const auto put = [&](char* to, std::size_t size) {
    name.copy(to + old_size, name.size());
    value.copy(to + old_size + name.size(), value.size());
    return size;
  };
  if (needed <= bytes_.capacity()) {
    bytes_.resize_and_overwrite(needed, put);
  } else {
    std::string larger;
    larger.reserve(std::max(needed, 2 * bytes_.capacity()));
    larger = bytes_;
    larger.resize_and_overwrite(needed, put);
    bytes_ = std::move(larger);
  }
  // A list that was moved from begins anew. A name of no bytes is not seen by their number.
  valid_bytes_ = name.empty() ? 0 : std::min(valid_bytes_, old_size);
  const auto at = static_cast<std::uint32_t>(old_size);
  entries_.push_back({.name_at = at,
                      .name_size = static_cast<std::uint32_t>(name.size()),
                      .value_at = at + static_cast<std::uint32_t>(name.size()),
                      .value_size = static_cast<std::uint32_t>(value.size())});
}

void HeaderList::append(const HeaderList& all) {
  const std::size_t shift = bytes_.size();
  const bool both_valid = is_known_valid() && all.is_valid();
  bytes_ += all.bytes_;
  entries_.reserve(entries_.size() + all.entries_.size());
  for (const Entry& entry : all.entries_) {
    Entry& moved = entries_.emplace_back(entry);
    moved.name_at += static_cast<std::uint32_t>(shift);
    moved.value_at += static_cast<std::uint32_t>(shift);
  }
  valid_bytes_ = both_valid ? bytes_.size() : 0;
}

bool HeaderList::apply(std::string changes) {
  if (!is_valid() || changes.contains('\r') || changes.contains('\0')) return false;
  if (changes.empty()) return true;
  if (changes.back() != '\n') return false;
  std::size_t at = bytes_.size();
  if (at == 0)
    bytes_ = std::move(changes);
  else
    bytes_ += changes;
  const std::string_view text = bytes_;
  constexpr std::size_t usual_headers = 32;
  entries_.reserve(usual_headers);
  while (at < text.size()) {
    const char change = text[at++];
    const std::size_t name_at = at;
    while (token_characters[static_cast<unsigned char>(text[at])]) ++at;  // the last character is none
    const std::size_t value_at = at + 1;
    const std::size_t value_end = text.find('\n', value_at);
    if (at == name_at || text[at] != '\n' || value_end == text.npos) return false;
    const std::string_view value = text.substr(value_at, value_end - value_at);
    if (!value.empty() && (is_blank(value.front()) || is_blank(value.back()))) return false;
    const Entry entry{.name_at = static_cast<std::uint32_t>(name_at),
                      .name_size = static_cast<std::uint32_t>(at - name_at),
                      .value_at = static_cast<std::uint32_t>(value_at),
                      .value_size = static_cast<std::uint32_t>(value.size())};
    if (change == '+')
      entries_.push_back(entry);
    else if (change == '=')
      put(entry);
    else if (change == '-')
      remove(name_of(entry));
    else
      return false;
    at = value_end + 1;
  }
  valid_bytes_ = bytes_.size();
  return true;
}

/// In the place of the first of its name, whose others go.
void HeaderList::put(const Entry& entry) {
  const std::string_view name = name_of(entry);
  const auto same = [&](const Entry& other) {
    return other.name_size == name.size() && equal_ignoring_case(name_of(other), name);
  };
  const auto first = std::ranges::find_if(entries_, same);
  if (first == entries_.end()) return entries_.push_back(entry);
  entries_.erase(std::remove_if(first + 1, entries_.end(), same), entries_.end());
  *first = entry;
}

void HeaderList::remove(std::string_view name) {
  remove_if([&](std::string_view other) { return equal_ignoring_case(other, name); });
}

std::optional<std::string_view> HeaderList::find(std::string_view name) const {
  for (const Entry& entry : entries_)
    if (entry.name_size == name.size() && equal_ignoring_case(name_of(entry), name)) return value_of(entry);
  return std::nullopt;
}

std::size_t HeaderList::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      entries_, [&](const Entry& entry) { return equal_ignoring_case(name_of(entry), name); }));
}

bool HeaderList::is_known_valid() const {
  return entries_.empty() || (valid_bytes_ != 0 && valid_bytes_ == bytes_.size());
}

bool HeaderList::is_valid() const {
  if (is_known_valid()) return true;
  if (breaks_lines(std::string_view(bytes_).substr(valid_bytes_))) return false;
  const bool all = std::ranges::all_of(entries_, [this](const Entry& entry) {
    if (entry.name_at < valid_bytes_) return true;
    const std::string_view value = value_of(entry);
    return is_token(name_of(entry)) &&
           (value.empty() || !(is_blank(value.front()) || is_blank(value.back())));
  });
  if (all) valid_bytes_ = bytes_.size();
  return all;
}

void HeaderList::reserve(std::size_t headers, std::size_t bytes) {
  entries_.reserve(headers);
  bytes_.reserve(bytes);
}

}  // namespace edge::http
