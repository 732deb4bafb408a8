// A configuration file as a tree of values, each with its line; TOML and JSON become the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/base/error.h"

namespace edge {

struct Node {
  struct Member;
  using Array = std::vector<Node>;
  using Table = std::vector<Member>;  ///< in the file's order

  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Table> value;
  int line = 0;

  /// The value where it is of that type, else null.
  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&value);
  }
  /// The member of a table; null where there is none, or this is no table.
  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Node::Member {
  std::string key;
  int line = 0;  ///< of the key
  Node value;
};

/// `path` names the file in messages.
Result<Node> parse_toml(std::string_view text, const std::string& path);
/// JSON with comments and trailing commas.
Result<Node> parse_json(std::string_view text, const std::string& path);

/// "a table", "an integer"; for messages.
std::string_view type_name(const Node& node);
/// The value as JSON.
std::string json_of(const Node& node);

}  // namespace edge
