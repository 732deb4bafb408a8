// edge-run.toml: every key is a row of the option table in its place, or it is refused with the key it is
// near to.
#include <algorithm>

#include "runtime/base/config_draft.h"

namespace edge {
namespace {

std::unexpected<Error> refuse(std::string message) { return fail(ErrorKind::config, std::move(message)); }

/// A key that is no option of its place: says where it belongs, or what it resembles.
std::unexpected<Error> unknown_key(std::string_view key, std::initializer_list<Place> places,
                                   const std::string& where,
                                   std::initializer_list<std::string_view> tables = {}) {
  for (const Option& option : options()) {
    if (option.key != key || key.empty()) continue;
    if (option.place == Place::limits) return refuse(where + " is a limit: write it in the table [limits]");
    if (option.place == Place::server)
      return refuse(where + " is for the whole server: write it above all tables");
    return refuse(where + " is for a site: write it above all tables, or in a [[site]] table");
  }
  std::vector<std::string_view> known(tables);
  for (const Option& option : options())
    if (!option.key.empty() && std::ranges::find(places, option.place) != places.end())
      known.push_back(option.key);
  std::string dashed(key);
  std::ranges::replace(dashed, '-', '_');
  if (key == "site") return refuse(where + " is no key of this table: [[site]] tables do not nest");
  return refuse(where + " is no option" + did_you_mean(dashed, known));
}

const Option* find(std::string_view key, Place place) {
  for (const Option& option : options())
    if (option.place == place && option.key == key && !key.empty()) return &option;
  return nullptr;
}

Result<> read_limits(const ConfigFile& file, Draft::Site& unused, const Node& node,
                     const std::string& where) {
  const auto* table = node.as<Node::Table>();
  if (table == nullptr) return refuse(where + " must be a table: write [limits]");
  for (const auto& [key, line, value] : *table) {
    const std::string key_where = file.at(line, "limits." + key);
    const Option* option = find(key, Place::limits);
    if (option == nullptr) return unknown_key(key, {Place::limits}, key_where);
    if (auto set = set_from_file(file, unused, *option, value, key_where); !set) return set;
  }
  return {};
}

Result<> read_site(const ConfigFile& file, const Node& node) {
  Draft::Site site;
  site.where = file.at(node.line, "site");
  for (const auto& [key, line, value] : *node.as<Node::Table>()) {
    const std::string where = file.at(line, key);
    const Option* option = find(key, Place::site);
    if (option == nullptr) return unknown_key(key, {Place::site}, where);
    if (auto set = set_from_file(file, site, *option, value, where); !set) return set;
  }
  file.draft.sites.push_back(std::move(site));
  return {};
}

Result<> read_sites(const ConfigFile& file, const Node& node, const std::string& where) {
  const auto* array = node.as<Node::Array>();
  const auto is_table = [](const Node& one) { return one.as<Node::Table>() != nullptr; };
  if (array == nullptr || array->empty() || !std::ranges::all_of(*array, is_table))
    return refuse(where + " must be an array of tables: write [[site]]");
  for (const Node& element : *array)
    if (auto read = read_site(file, element); !read) return read;
  return {};
}

}  // namespace

Result<> read_options(const ConfigFile& file, const Node& top, Draft::Site& only) {
  const Node* sites = nullptr;
  std::string sites_where;
  for (const auto& [key, line, value] : *top.as<Node::Table>()) {
    const std::string where = file.at(line, key);
    if (key == "limits") {
      if (auto read = read_limits(file, only, value, where); !read) return read;
    } else if (key == "site") {
      sites = &value;
      sites_where = where;
    } else {
      const Option* option = find(key, Place::server);
      if (option == nullptr) option = find(key, Place::site);
      if (option == nullptr) return unknown_key(key, {Place::server, Place::site}, where, {"limits", "site"});
      if (auto set = set_from_file(file, only, *option, value, where); !set) return set;
    }
  }
  if (sites == nullptr) return {};
  if (!only.given.empty())
    return refuse(only.given.begin()->second +
                  " is for a site, but it is not clear for which of the [[site]] tables: write it there");
  return read_sites(file, *sites, sites_where);
}

Result<> read_toml(Draft& draft, std::string_view toml, const std::string& path) {
  const auto tree = parse_toml(toml, path);
  if (!tree) return std::unexpected(tree.error());
  Draft::Site only;
  only.where = path;
  if (auto read = read_options({draft, path}, *tree, only); !read) return read;
  if (draft.sites.empty()) draft.sites.push_back(std::move(only));
  return {};
}

}  // namespace edge
