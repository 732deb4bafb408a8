// edge-run.toml: every key is a row of the option table in its place, or it is refused with the key it is
// near to.
#include <algorithm>
#include <filesystem>

#include "runtime/base/config_draft.h"

namespace edge {

/// Thrown where toml++ finds its own assumptions wrong.
struct BrokenAssumption {};
[[noreturn]] void break_assumption() { throw BrokenAssumption{}; }

}  // namespace edge

// toml++ 3.4 ends the process by an assertion for some files that are not TOML ("[[/"):
// marzer/tomlplusplus#301.
#define TOML_ASSERT(assumption) ((assumption) ? void() : ::edge::break_assumption())
#include <toml++/toml.hpp>

namespace edge {
namespace {

struct Reader {
  Draft& draft;
  std::string path;

  [[nodiscard]] std::string at(const toml::source_region& source, std::string_view key) const {
    return path + ":" + std::to_string(source.begin.line) + ": " + std::string(key);
  }
};

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a float";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

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
    default:
      return option.repeatable ? "a string or an array of strings" : "a string";
  }
}

bool fits(ValueKind kind, const toml::node& node) {
  switch (kind) {
    case ValueKind::flag:
      return node.is_boolean();
    case ValueKind::on_off:
      return node.is_boolean() || node.is_string();
    case ValueKind::number:
      return node.is_integer();
    case ValueKind::size:
    case ValueKind::address:
      return node.is_integer() || node.is_string();
    case ValueKind::pair:
      return node.is_integer() || node.is_string() || node.is_boolean() || node.is_floating_point();
    default:
      return node.is_string();
  }
}

/// The value as a flag would spell it.
Result<std::string> text_of(const Option& option, const toml::node& node, const std::string& where) {
  if (!fits(option.kind, node))
    return fail(ErrorKind::config,
                where + " must be " + wanted_type(option) + ", not " + std::string(type_name(node)));
  if (const auto* boolean = node.as_boolean()) return std::string(boolean->get() ? "true" : "false");
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  if (const auto* number = node.as_floating_point()) {
    std::string text(32, '\0');
    text.resize(static_cast<std::size_t>(
        std::to_chars(text.data(), text.data() + text.size(), number->get()).ptr - text.data()));
    return text;
  }
  return node.as_string()->get();
}

Result<> set_one(Reader& reader, Draft::Site& site, const Option& option, const toml::node& node,
                 const std::string& where) {
  auto text = text_of(option, node, where);
  if (!text) return std::unexpected(text.error());
  if (text->find('\0') != std::string::npos) return fail(ErrorKind::config, where + " has a NUL character");
  const bool is_path = option.kind == ValueKind::file || option.kind == ValueKind::folder;
  if (is_path && !text->empty()) {
    const std::filesystem::path folder = std::filesystem::path(reader.path).parent_path();
    *text = (folder / *text).lexically_normal().string();
  }
  return set_option(reader.draft, site, option, *text, {where});
}

Result<> set_pairs(Reader& reader, Draft::Site& site, const Option& option, const toml::node& node,
                   const std::string& where) {
  const auto* table = node.as_table();
  if (table == nullptr)
    return fail(ErrorKind::config,
                where + " must be " + wanted_type(option) + ", not " + std::string(type_name(node)));
  for (const auto& [name, value] : *table) {
    const std::string name_where =
        reader.at(name.source(), std::string(option.key) + "." + std::string(name.str()));
    if (!fits(option.kind, value))
      return fail(ErrorKind::config, name_where + " must be a string, a number or a boolean, not " +
                                         std::string(type_name(value)));
    if (name.str().find('=') != std::string_view::npos)
      return fail(ErrorKind::config, name_where + " is no name for a variable");
    const auto text = text_of(option, value, name_where);
    if (!text) return std::unexpected(text.error());
    if (auto set =
            set_option(reader.draft, site, option, std::string(name.str()) + "=" + *text, {name_where});
        !set)
      return set;
  }
  return {};
}

Result<> set_key(Reader& reader, Draft::Site& site, const Option& option, const toml::node& node,
                 const std::string& where) {
  if (option.kind == ValueKind::pair) return set_pairs(reader, site, option, node, where);
  const auto* array = node.as_array();
  if (array == nullptr || !option.repeatable) return set_one(reader, site, option, node, where);
  for (const toml::node& element : *array)
    if (auto set = set_one(reader, site, option, element, where); !set) return set;
  return {};
}

/// A key that is no option of its place: says where it belongs, or what it resembles.
std::unexpected<Error> unknown_key(std::string_view key, std::initializer_list<Place> places,
                                   const std::string& where,
                                   std::initializer_list<std::string_view> tables = {}) {
  for (const Option& option : options()) {
    if (option.key != key || key.empty()) continue;
    if (option.place == Place::limits)
      return fail(ErrorKind::config, where + " is a limit: write it in the table [limits]");
    if (option.place == Place::server)
      return fail(ErrorKind::config, where + " is for the whole server: write it above all tables");
    return fail(ErrorKind::config,
                where + " is for a site: write it above all tables, or in a [[site]] table");
  }
  std::vector<std::string_view> known(tables);
  for (const Option& option : options())
    if (!option.key.empty() && std::ranges::find(places, option.place) != places.end())
      known.push_back(option.key);
  std::string dashed(key);
  std::ranges::replace(dashed, '-', '_');
  if (key == "site")
    return fail(ErrorKind::config, where + " is no key of this table: [[site]] tables do not nest");
  return fail(ErrorKind::config, where + " is no option" + did_you_mean(dashed, known));
}

const Option* find(std::string_view key, Place place) {
  for (const Option& option : options())
    if (option.place == place && option.key == key && !key.empty()) return &option;
  return nullptr;
}

Result<> read_limits(Reader& reader, Draft::Site& unused, const toml::node& node, const std::string& where) {
  const auto* table = node.as_table();
  if (table == nullptr) return fail(ErrorKind::config, where + " must be a table: write [limits]");
  for (const auto& [key, value] : *table) {
    const std::string key_where = reader.at(key.source(), "limits." + std::string(key.str()));
    const Option* option = find(key.str(), Place::limits);
    if (option == nullptr) return unknown_key(key.str(), {Place::limits}, key_where);
    if (auto set = set_key(reader, unused, *option, value, key_where); !set) return set;
  }
  return {};
}

Result<> read_sites(Reader& reader, const toml::node& node, const std::string& where) {
  const auto* array = node.as_array();
  if (array == nullptr || array->empty() || !array->is_homogeneous<toml::table>())
    return fail(ErrorKind::config, where + " must be an array of tables: write [[site]]");
  for (const toml::node& element : *array) {
    Draft::Site site;
    site.where = reader.at(element.source(), "site");
    for (const auto& [key, value] : *element.as_table()) {
      const std::string key_where = reader.at(key.source(), key.str());
      const Option* option = find(key.str(), Place::site);
      if (option == nullptr) return unknown_key(key.str(), {Place::site}, key_where);
      if (auto set = set_key(reader, site, *option, value, key_where); !set) return set;
    }
    reader.draft.sites.push_back(std::move(site));
  }
  return {};
}

Result<> read_top(Reader& reader, const toml::table& table) {
  Draft::Site only;
  only.where = reader.path;
  const toml::node* sites = nullptr;
  std::string sites_where;
  for (const auto& [key, value] : table) {
    const std::string where = reader.at(key.source(), key.str());
    if (key.str() == "limits") {
      if (auto read = read_limits(reader, only, value, where); !read) return read;
    } else if (key.str() == "site") {
      sites = &value;
      sites_where = where;
    } else {
      const Option* option = find(key.str(), Place::server);
      if (option == nullptr) option = find(key.str(), Place::site);
      if (option == nullptr)
        return unknown_key(key.str(), {Place::server, Place::site}, where, {"limits", "site"});
      if (auto set = set_key(reader, only, *option, value, where); !set) return set;
    }
  }
  if (sites == nullptr) {
    reader.draft.sites.push_back(std::move(only));
    return {};
  }
  if (!only.given.empty())
    return fail(ErrorKind::config,
                only.given.begin()->second +
                    " is for a site, but it is not clear for which of the [[site]] tables: write it there");
  return read_sites(reader, *sites, sites_where);
}

}  // namespace

Result<> read_toml(Draft& draft, std::string_view toml, const std::string& path) {
  Reader reader{draft, path};
  toml::table table;
  try {
    table = toml::parse(toml, std::string_view(path));
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::config, path + ":" + std::to_string(error.source().begin.line) +
                                       ": this is not TOML: " + std::string(error.description()));
  } catch (const BrokenAssumption&) {
    return fail(ErrorKind::config, path + ": this is not TOML: the name of a table is malformed");
  }
  return read_top(reader, table);
}

}  // namespace edge
