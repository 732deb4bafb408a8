// A header list: names and values in the order and case they came, in one block of memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::http {

/// https://fetch.spec.whatwg.org/#concept-header-list. Names compare without case; the case they came in is
/// kept. Views stay valid until the next change of the list.
class HeaderList {
 public:
  struct Header {
    std::string_view name, value;
  };
  HeaderList();
  HeaderList(const HeaderList& other);
  HeaderList(HeaderList&& other) noexcept;
  HeaderList& operator=(const HeaderList& other);
  HeaderList& operator=(HeaderList&& other) noexcept;
  ~HeaderList();

  void append(std::string_view name, std::string_view value);
  void append(const HeaderList& all);
  /// Changes the list, one after the other: "+name\nvalue\n" appends, "-name\n\n" removes all of that name,
  /// "=name\nvalue\n" puts one in the place of the first of that name and removes the others. False when a
  /// name or value is invalid, or the text is no such sequence: then the list is of no use.
  [[nodiscard]] bool apply(std::string changes);
  void remove(std::string_view name);
  /// Removes every header for which `unwanted(name)` holds.
  template <class Predicate>
  void remove_if(Predicate unwanted) {
    std::erase_if(entries_, [&](const Entry& entry) { return unwanted(name_of(entry)); });
  }
  /// The first value of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] Header operator[](std::size_t index) const {
    return {name_of(entries_[index]), value_of(entries_[index])};
  }
  /// Every name is a token and every value a field value: the list may go over a wire. What was found valid
  /// is not looked at again.
  [[nodiscard]] bool is_valid() const;
  /// For whoever fills a list with what the framing guard has let through.
  void take_for_valid() { valid_bytes_ = bytes_.size(); }
  void reserve(std::size_t headers, std::size_t bytes);

 private:
  struct Entry {
    std::uint32_t name_at, name_size, value_at, value_size;
  };
  [[nodiscard]] std::string_view name_of(const Entry& entry) const {
    return {bytes_.data() + entry.name_at, entry.name_size};
  }
  [[nodiscard]] std::string_view value_of(const Entry& entry) const {
    return {bytes_.data() + entry.value_at, entry.value_size};
  }
  void put(const Entry& entry);
  [[nodiscard]] bool is_known_valid() const;
  std::string bytes_;  ///< only grows: what is behind it is newer
  std::vector<Entry> entries_;
  mutable std::size_t valid_bytes_ = 0;  ///< all that begins before it is valid
};

[[nodiscard]] bool equal_letters(std::string_view a, std::string_view b);  ///< of one size
[[nodiscard]] inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && equal_letters(a, b);
}
/// RFC 9110 section 5.6.2
[[nodiscard]] bool is_token(std::string_view text);
/// RFC 9110 section 5.5: no CR, LF or NUL, no white space at the ends.
[[nodiscard]] bool is_field_value(std::string_view text);

}  // namespace edge::http
