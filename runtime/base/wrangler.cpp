// wrangler.toml, wrangler.json and wrangler.jsonc: their keys are a further spelling of our options, by the
// column `wrangler` of the option table. What else wrangler has is listed here, or it is refused.
// https://developers.cloudflare.com/workers/wrangler/configuration/
#include <algorithm>

#include "runtime/base/config_draft.h"

namespace edge {
namespace {

/// Nothing here depends on them: they are for uploading, bundling and for what is around a Worker at
/// Cloudflare.
constexpr std::string_view unused[] = {"$schema",
                                       "access",
                                       "account_id",
                                       "addresses",
                                       "base_dir",
                                       "build",
                                       "cache",
                                       "compliance_region",
                                       "dependencies_instrumentation",
                                       "dev",
                                       "env",
                                       "exports",
                                       "find_additional_modules",
                                       "first_party_worker",
                                       "jsx_factory",
                                       "jsx_fragment",
                                       "keep_names",
                                       "keep_vars",
                                       "logpush",
                                       "migrations",
                                       "minify",
                                       "no_bundle",
                                       "observability",
                                       "placement",
                                       "preserve_file_names",
                                       "preview_urls",
                                       "previews",
                                       "route",
                                       "routes",
                                       "send_metrics",
                                       "tsconfig",
                                       "type",
                                       "upload_source_maps",
                                       "usage_model",
                                       "webpack_config",
                                       "workers_dev",
                                       "zone_id"};

/// A script would miss them, or behave otherwise without them.
constexpr std::string_view unsupported[] = {"agent_memory",
                                            "ai",
                                            "ai_search",
                                            "ai_search_namespaces",
                                            "alias",
                                            "analytics",
                                            "analytics_engine_datasets",
                                            "artifacts",
                                            "assets",
                                            "browser",
                                            "cloudchamber",
                                            "connect",
                                            "containers",
                                            "d1_databases",
                                            "data_blobs",
                                            "define",
                                            "dispatch_namespaces",
                                            "durable_objects",
                                            "flagship",
                                            "hyperdrive",
                                            "images",
                                            "k2",
                                            "logfwdr",
                                            "media",
                                            "pages_build_output_dir",
                                            "pipelines",
                                            "python_modules",
                                            "queues",
                                            "r2_buckets",
                                            "secrets_store_secrets",
                                            "send_email",
                                            "site",
                                            "stream",
                                            "streaming_tail_consumers",
                                            "tail_consumers",
                                            "text_blobs",
                                            "unsafe",
                                            "unsafe_hello_world",
                                            "vectorize",
                                            "version_metadata",
                                            "vpc_networks",
                                            "vpc_services",
                                            "wasm_modules",
                                            "worker_loaders",
                                            "workflows"};

/// Keys of the top level that a section env.NAME has too, or goes without. All others it inherits.
constexpr std::string_view not_inherited[] = {"define",
                                              "vars",
                                              "secrets",
                                              "durable_objects",
                                              "kv_namespaces",
                                              "r2_buckets",
                                              "d1_databases",
                                              "services",
                                              "ratelimits",
                                              "mtls_certificates",
                                              "queues",
                                              "workflows",
                                              "hyperdrive",
                                              "vectorize",
                                              "ai",
                                              "browser",
                                              "images",
                                              "media",
                                              "stream",
                                              "analytics_engine_datasets",
                                              "send_email",
                                              "tail_consumers",
                                              "streaming_tail_consumers",
                                              "dispatch_namespaces",
                                              "pipelines",
                                              "secrets_store_secrets",
                                              "unsafe",
                                              "version_metadata",
                                              "worker_loaders",
                                              "vpc_services",
                                              "vpc_networks",
                                              "cloudchamber",
                                              "containers"};

template <std::size_t size>
bool is_one_of(const std::string_view (&words)[size], std::string_view word) {
  return std::ranges::find(words, word) != std::end(words);
}

std::unexpected<Error> refuse(std::string message) { return fail(ErrorKind::config, std::move(message)); }

/// The option that a key of wrangler's is another spelling of; null where there is none.
const Option* option_for(std::string_view key) {
  const auto found = std::ranges::find(options(), key, &Option::wrangler);
  return key.empty() || found == options().end() ? nullptr : &*found;
}

/// True for "limits", which holds "limits.cpu_ms".
bool is_group(std::string_view key) {
  return std::ranges::any_of(options(), [&](const Option& option) {
    return option.wrangler.starts_with(key) && option.wrangler.substr(key.size()).starts_with('.');
  });
}

std::unexpected<Error> unknown_key(std::string_view key, std::string_view group, const std::string& where) {
  std::vector<std::string_view> known;
  for (const Option& option : options())
    if (option.wrangler.starts_with(group)) known.push_back(option.wrangler.substr(group.size()));
  if (group.empty()) {
    known.insert(known.end(), std::begin(unused), std::end(unused));
    known.insert(known.end(), std::begin(unsupported), std::end(unsupported));
    known.insert(known.end(), {"edge_run", "secrets"});
  }
  return refuse(where + " is no key of wrangler's" + did_you_mean(key, known));
}

struct Reader {
  const ConfigFile& file;
  Draft::Site& site;
  std::string prefix;  ///< "env.staging." for keys of a section

  [[nodiscard]] std::string at(const Node::Member& member) const {
    return file.at(member.line, prefix + member.key);
  }
};

Result<> read_group(const Reader& reader, const Node::Member& group) {
  const auto* table = group.value.as<Node::Table>();
  if (table == nullptr) return refuse(reader.at(group) + " must be a table");
  for (const Node::Member& member : *table) {
    const std::string key = group.key + "." + member.key;
    const std::string where = reader.file.at(member.line, reader.prefix + key);
    const Option* option = option_for(key);
    if (option == nullptr) return unknown_key(member.key, group.key + ".", where);
    if (auto set = set_from_file(reader.file, reader.site, *option, member.value, where); !set) return set;
  }
  return {};
}

/// `secrets.required`: names that must come from somewhere; their values are never in this file.
Result<> read_secrets(const Reader& reader, const Node::Member& secrets) {
  const Node* required = secrets.value.find("required");
  const auto* names = required == nullptr ? nullptr : required->as<Node::Array>();
  if (names == nullptr) return refuse(reader.at(secrets) + " must be a table with required = [\"NAME\"]");
  for (const Node& one : *names) {
    const auto* name = one.as<std::string>();
    if (name == nullptr) return refuse(reader.at(secrets) + ".required must be an array of names");
    reader.site.required_names.emplace(*name, reader.at(secrets));
  }
  return {};
}

Result<> read_member(const Reader& reader, const Node::Member& member) {
  const std::string where = reader.at(member);
  // Wrangler's first spelling; the templates of its time have it.
  const std::string_view key = member.key == "kv-namespaces" ? "kv_namespaces" : std::string_view(member.key);
  if (const Option* option = option_for(key))
    return set_from_file(reader.file, reader.site, *option, member.value, where);
  if (is_group(key)) return read_group(reader, member);
  if (key == "secrets") return read_secrets(reader, member);
  if (is_one_of(unused, key)) return {};
  if (is_one_of(unsupported, key)) {
    reader.site.unsupported.push_back(where + ": this version has nothing like it");
    return {};
  }
  if (key != "edge_run") return unknown_key(key, "", where);
  if (member.value.as<Node::Table>() == nullptr || member.value.find("site") != nullptr)
    return refuse(where + " must be a table of options for the one site of this file");
  return read_options(reader.file, member.value, reader.site);
}

/// The section env.NAME that --env names.
Result<const Node*> section_of(const ConfigFile& file, const Node& top) {
  const std::string& name = file.draft.config.environment;
  if (name.empty()) return nullptr;
  const Node* all = top.find("env");
  const Node* section = all == nullptr ? nullptr : all->find(name);
  if (section != nullptr && section->as<Node::Table>() != nullptr) return section;
  std::vector<std::string_view> names;
  if (all != nullptr && all->as<Node::Table>() != nullptr)
    for (const Node::Member& member : *all->as<Node::Table>()) names.push_back(member.key);
  return refuse("--env: " + file.path + " has no env." + name + did_you_mean(name, names));
}

/// What the top level says and the section does not. Bindings are not inherited, so that a section that
/// forgets one does not get production's.
Result<> read_inherited(const Reader& reader, const Node& top, const Node& section) {
  for (const Node::Member& member : *top.as<Node::Table>()) {
    if (section.find(member.key) != nullptr) continue;
    if (is_one_of(not_inherited, member.key)) {
      reader.file.draft.config.warnings.push_back(reader.at(member) + " is not inherited: env." +
                                                  reader.file.draft.config.environment + " has none");
      continue;
    }
    if (auto read = read_member(reader, member); !read) return read;
  }
  return {};
}

}  // namespace

Result<> read_wrangler(Draft& draft, std::string_view text, const std::string& path) {
  const auto tree = path.ends_with(".toml") ? parse_toml(text, path) : parse_json(text, path);
  if (!tree) return std::unexpected(tree.error());
  if (tree->as<Node::Table>() == nullptr) return refuse(path + ":1: this is not a table");
  const ConfigFile file{draft, path};
  const auto section = section_of(file, *tree);
  if (!section) return std::unexpected(section.error());
  Draft::Site site;
  site.where = path;
  site.script_key = "main";
  const Node& own = *section == nullptr ? *tree : **section;
  const std::string prefix = *section == nullptr ? "" : "env." + draft.config.environment + ".";
  if (*section != nullptr) {
    if (auto read = read_inherited({file, site, ""}, *tree, own); !read) return read;
    if (site.given.contains("name")) site.config.name += "-" + draft.config.environment;
  }
  for (const Node::Member& member : *own.as<Node::Table>())
    if (auto read = read_member({file, site, prefix}, member); !read) return read;
  draft.sites.push_back(std::move(site));
  return {};
}

}  // namespace edge
