// From a value of a configuration file to an option: its type is checked, and it gets the text that a flag
// would have.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <span>

#include "runtime/base/config_draft.h"
#include "runtime/base/option_values.h"

namespace edge {
namespace {

std::unexpected<Error> refuse(std::string message) { return fail(ErrorKind::config, std::move(message)); }

std::string wanted_type(const Option& option) {
  switch (option.kind) {
    case ValueKind::flag:
      return "true or false";
    case ValueKind::on_off:
      return "true, false, \"on\" or \"off\"";
    case ValueKind::number:
      return "an integer";
    case ValueKind::size:
      return "a string like \"64KiB\", or an integer of bytes";
    case ValueKind::duration:
      return "a string like \"10s\" or \"500ms\"";
    case ValueKind::pair:
      return "a table of names and values";
    case ValueKind::record:
      return "an array of tables, or of strings like \"" + std::string(option.value) + "\"";
    default:
      return option.repeatable ? "a string or an array of strings" : "a string";
  }
}

std::unexpected<Error> wrong_type(const std::string& where, const std::string& wanted, const Node& node) {
  return refuse(where + " must be " + wanted + ", not " + std::string(type_name(node)));
}

bool fits(ValueKind kind, const Node& node) {
  const bool is_text = node.as<std::string>() != nullptr, is_integer = node.as<std::int64_t>() != nullptr;
  switch (kind) {
    case ValueKind::flag:
      return node.as<bool>() != nullptr;
    case ValueKind::on_off:
      return node.as<bool>() != nullptr || is_text;
    case ValueKind::number:
      return is_integer;
    case ValueKind::size:
    case ValueKind::address:
      return is_integer || is_text;
    default:
      return is_text;
  }
}

std::string plain_text(const Node& node) {
  const auto* text = node.as<std::string>();
  return text != nullptr ? *text : json_of(node);
}

std::string in_folder_of(const std::string& file, const std::string& path) {
  return (std::filesystem::path(file).parent_path() / path).lexically_normal().string();
}

Result<> set_text(const ConfigFile& file, Draft::Site& site, const Option& option, const std::string& text,
                  const std::string& where) {
  if (text.find('\0') != std::string::npos) return refuse(where + " has a NUL character");
  return set_option(file.draft, site, option, text, {where});
}

Result<> set_one(const ConfigFile& file, Draft::Site& site, const Option& option, const Node& node,
                 const std::string& where) {
  // wrangler's "cpu_ms".
  const bool is_milliseconds = option.kind == ValueKind::duration && where.ends_with("_ms");
  if (!fits(is_milliseconds ? ValueKind::number : option.kind, node))
    return wrong_type(where, is_milliseconds ? "an integer" : wanted_type(option), node);
  const std::string text = plain_text(node) + (is_milliseconds ? "ms" : "");
  const bool is_path = option.kind == ValueKind::file || option.kind == ValueKind::folder ||
                       (option.kind == ValueKind::source && !option_values::is_url(text));
  return set_text(file, site, option, is_path && !text.empty() ? in_folder_of(file.path, text) : text, where);
}

Result<> set_pairs(const ConfigFile& file, Draft::Site& site, const Option& option, const Node& node,
                   const std::string& where) {
  const auto* table = node.as<Node::Table>();
  if (table == nullptr) return wrong_type(where, wanted_type(option), node);
  for (const auto& [name, line, value] : *table) {
    const std::string name_where = file.at(line, where.substr(where.rfind(' ') + 1) + "." + name);
    if (name.find_first_of("=:") != std::string::npos)
      return refuse(name_where + " is no name: it has a = or :");
    const std::string sign = value.as<std::string>() != nullptr ? "=" : ":=";
    if (auto set = set_text(file, site, option, name + sign + plain_text(value), name_where); !set)
      return set;
  }
  return {};
}

const Node* find_path(const Node& node, std::string_view path) {
  const auto dot = path.find('.');
  const Node* found = node.find(path.substr(0, dot));
  return found == nullptr || dot == path.npos ? found : find_path(*found, path.substr(dot + 1));
}

/// The value of one key as it stands in the text of a record: an array has its elements in a row.
Result<std::string> record_part(const ConfigFile& file, const RecordKey& key, const Node& node,
                                const std::string& where) {
  if (const auto* array = node.as<Node::Array>()) {
    std::string text;
    for (const Node& one : *array) {
      auto part = record_part(file, key, one, where);
      if (!part) return part;
      text += (text.empty() ? "" : ",") + *part;
    }
    return text;
  }
  if (node.as<std::string>() == nullptr && node.as<std::int64_t>() == nullptr)
    return wrong_type(where, "a string", node);
  std::string text = plain_text(node);
  if (text.find(',') != std::string::npos) return refuse(where + " has a comma, which it cannot have");
  return key.is_file ? in_folder_of(file.path, text) : text;
}

Result<> check_record_keys(const ConfigFile& file, const Option& option, const Node& table,
                           const std::string& where) {
  std::vector<std::string_view> known;
  for (const RecordKey& key : option.record_keys()) known.push_back(key.path.substr(0, key.path.find('.')));
  for (const auto& [name, line, value] : *table.as<Node::Table>())
    if (std::ranges::find(known, name) == known.end())
      return refuse(file.at(line, where.substr(where.rfind(' ') + 1) + "." + name) + " is no key of it" +
                    did_you_mean(name, known));
  return {};
}

Result<std::string> record_text(const ConfigFile& file, const Option& option, const Node& node,
                                const std::string& where) {
  if (const auto* text = node.as<std::string>()) return *text;
  if (node.as<Node::Table>() == nullptr) return wrong_type(where, wanted_type(option), node);
  if (auto known = check_record_keys(file, option, node, where); !known)
    return std::unexpected(known.error());
  std::string text;
  char separator = '\0';
  for (const RecordKey& key : option.record_keys()) {
    if (key.need == RecordKey::Need::unused) continue;
    const Node* value = find_path(node, key.path);
    if (value == nullptr && key.need == RecordKey::Need::must)
      return refuse(where + " has no " + std::string(key.path));
    if (separator != '\0') text += separator;
    separator = separator == '\0' ? '=' : ',';
    if (value == nullptr) continue;
    auto part = record_part(file, key, *value, where + "." + std::string(key.path));
    if (!part) return part;
    text += *part;
  }
  return text;
}

Result<> set_records(const ConfigFile& file, Draft::Site& site, const Option& option, const Node& node,
                     const std::string& where) {
  const auto* array = node.as<Node::Array>();
  std::set<std::string> names;
  for (const Node& one : array != nullptr ? std::span<const Node>(*array) : std::span(&node, 1)) {
    const std::string one_where = file.at(one.line, where.substr(where.rfind(' ') + 1));
    auto text = record_text(file, option, one, one_where);
    if (!text) return std::unexpected(text.error());
    const std::string name = text->substr(0, text->find('='));
    if (option.clear == nullptr && !names.insert(name).second)
      return refuse(one_where + ": " + name + " is named twice");
    if (auto set = set_text(file, site, option, *text, one_where); !set) return set;
  }
  return {};
}

}  // namespace

std::string ConfigFile::at(int line, std::string_view key) const {
  return path + ":" + std::to_string(line) + ": " + std::string(key);
}

Result<> set_from_file(const ConfigFile& file, Draft::Site& site, const Option& option, const Node& node,
                       const std::string& where) {
  if (option.kind == ValueKind::pair) return set_pairs(file, site, option, node, where);
  if (option.kind == ValueKind::record) return set_records(file, site, option, node, where);
  const auto* array = node.as<Node::Array>();
  if (array == nullptr || !option.repeatable) return set_one(file, site, option, node, where);
  for (const Node& element : *array)
    if (auto set = set_one(file, site, option, element, where); !set) return set;
  return {};
}

}  // namespace edge
