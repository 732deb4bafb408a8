// JSON to a tree and back. The parser is fed line by line, so that each value knows its line.
#include "runtime/base/document.h"

#include <algorithm>
#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>

namespace edge {
namespace {

namespace json = boost::json;
using ErrorCode = boost::system::error_code;

/// Builds the tree out of what the parser meets; the interface is Boost.JSON's.
struct Builder {
  static constexpr std::size_t max_object_size = 10'000;
  static constexpr std::size_t max_array_size = 10'000;
  static constexpr std::size_t max_key_size = 10'000;
  static constexpr std::size_t max_string_size = 1024 * 1024;

  struct Open {
    Node node;
    std::string key;  ///< of the member that comes next
    int key_line = 0;
  };
  std::vector<Open> open;
  Node root;
  std::string text;  ///< the parts of a key or string
  int line = 1;

  bool put(Node node) {
    if (open.empty()) {
      root = std::move(node);
    } else if (auto* array = std::get_if<Node::Array>(&open.back().node.value)) {
      array->push_back(std::move(node));
    } else {
      std::get<Node::Table>(open.back().node.value)
          .push_back({std::move(open.back().key), open.back().key_line, std::move(node)});
    }
    return true;
  }
  template <class T>
  bool put_value(T value) {
    return put({.value = std::move(value), .line = line});
  }
  template <class T>
  bool begin() {
    open.push_back({.node = {.value = T(), .line = line}, .key = {}});
    return true;
  }
  bool end() {
    Node done = std::move(open.back().node);
    open.pop_back();
    return put(std::move(done));
  }
  bool add(std::string_view part) {
    text += part;
    return true;
  }

  bool on_document_begin(ErrorCode&) { return true; }
  bool on_document_end(ErrorCode&) { return true; }
  bool on_object_begin(ErrorCode&) { return begin<Node::Table>(); }
  bool on_object_end(std::size_t, ErrorCode&) { return end(); }
  bool on_array_begin(ErrorCode&) { return begin<Node::Array>(); }
  bool on_array_end(std::size_t, ErrorCode&) { return end(); }
  bool on_key_part(std::string_view part, std::size_t, ErrorCode&) { return add(part); }
  bool on_key(std::string_view part, std::size_t, ErrorCode& error) {
    add(part);
    Open& table = open.back();
    table.key = std::exchange(text, {});
    table.key_line = line;
    // The last of two would win silently.
    if (table.node.find(table.key) != nullptr) error = json::error::syntax;
    return !error.failed();
  }
  bool on_string_part(std::string_view part, std::size_t, ErrorCode&) { return add(part); }
  bool on_string(std::string_view part, std::size_t, ErrorCode&) {
    add(part);
    return put_value(std::exchange(text, {}));
  }
  bool on_number_part(std::string_view, ErrorCode&) { return true; }
  bool on_int64(std::int64_t value, std::string_view, ErrorCode&) { return put_value(value); }
  bool on_uint64(std::uint64_t value, std::string_view, ErrorCode&) {
    return put_value(static_cast<double>(value));
  }
  bool on_double(double value, std::string_view, ErrorCode&) { return put_value(value); }
  bool on_bool(bool value, ErrorCode&) { return put_value(value); }
  bool on_null(ErrorCode&) { return put_value(nullptr); }
  bool on_comment_part(std::string_view, ErrorCode&) { return true; }
  bool on_comment(std::string_view, ErrorCode&) { return true; }
};

json::value to_json(const Node& node) {
  struct Convert {
    json::value operator()(std::nullptr_t) const { return nullptr; }
    json::value operator()(bool value) const { return value; }
    json::value operator()(std::int64_t value) const { return value; }
    json::value operator()(double value) const { return value; }
    json::value operator()(const std::string& value) const { return json::value(value); }
    json::value operator()(const Node::Array& array) const {
      json::array all;
      for (const Node& one : array) all.push_back(to_json(one));
      return all;
    }
    json::value operator()(const Node::Table& table) const {
      json::object all;
      for (const Node::Member& one : table) all[one.key] = to_json(one.value);
      return all;
    }
  };
  return std::visit(Convert{}, node.value);
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto* table = as<Table>();
  if (table == nullptr) return nullptr;
  const auto found = std::ranges::find(*table, key, &Member::key);
  return found == table->end() ? nullptr : &found->value;
}

Result<Node> parse_json(std::string_view text, const std::string& path) {
  json::parse_options options;
  options.allow_comments = true;
  options.allow_trailing_commas = true;
  json::basic_parser<Builder> parser(options);
  ErrorCode error;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty() && !error.failed()) {
    const std::string_view row = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    text.remove_prefix(row.size());
    const std::size_t used = parser.write_some(!text.empty(), row.data(), row.size(), error);
    if (!error.failed() && used < row.size()) error = json::error::extra_data;
    if (!error.failed() && !text.empty()) ++parser.handler().line;
  }
  if (!error.failed() && !parser.done()) error = json::error::incomplete;
  if (!error.failed()) return std::move(parser.handler().root);
  return fail(ErrorKind::config,
              path + ":" + std::to_string(parser.handler().line) + ": this is not JSON: " + error.message());
}

std::string_view type_name(const Node& node) {
  constexpr std::string_view names[] = {"null",     "a boolean", "an integer", "a float",
                                        "a string", "an array",  "a table"};
  return names[node.value.index()];
}

std::string json_of(const Node& node) { return json::serialize(to_json(node)); }

}  // namespace edge
