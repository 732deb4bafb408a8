// What an import means: its file, what kind of module that is, and what is said when it cannot be.
#include "runtime/js/module_source.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace edge::js {

namespace files = std::filesystem;

namespace {

constexpr std::uintmax_t module_bytes_max = 64 * 1024 * 1024;

struct NamedKind {
  std::string_view name;
  ModuleKind kind;
};
constexpr std::array extension_kinds{
    NamedKind{".json", ModuleKind::json},     NamedKind{".txt", ModuleKind::text},
    NamedKind{".html", ModuleKind::text},     NamedKind{".sql", ModuleKind::text},
    NamedKind{".bin", ModuleKind::data},      NamedKind{".wasm", ModuleKind::wasm},
    NamedKind{".js", ModuleKind::script},     NamedKind{".mjs", ModuleKind::script},
    NamedKind{".cjs", ModuleKind::common_js}, NamedKind{".cts", ModuleKind::common_js},
};
constexpr std::array attribute_kinds{
    NamedKind{"json", ModuleKind::json},
    NamedKind{"text", ModuleKind::text},
    NamedKind{"bytes", ModuleKind::data},
};

ModuleKind kind_of(ModuleType type) {
  switch (type) {
    case ModuleType::es_module:
      return ModuleKind::script;
    case ModuleType::common_js:
      return ModuleKind::common_js;
    case ModuleType::compiled_wasm:
      return ModuleKind::wasm;
    case ModuleType::text:
      return ModuleKind::text;
    case ModuleType::data:
      break;
  }
  return ModuleKind::data;
}

template <std::size_t count>
std::optional<ModuleKind> kind_named(const std::array<NamedKind, count>& kinds, std::string_view name) {
  for (const auto& row : kinds) {
    if (row.name == name) return row.kind;
  }
  return std::nullopt;
}

bool is_relative(std::string_view specifier) {
  return specifier.starts_with("./") || specifier.starts_with("../") || specifier.starts_with("/");
}

constexpr std::array<std::string_view, 3> schemes{"edge-run:", "cloudflare:", "node:"};

/// " (there are node:buffer, node:events)"
std::string modules_of_scheme(std::string_view scheme, const BuiltInModules& built_in) {
  std::string names;
  for (const auto& module : built_in.all)
    if (module.specifier.starts_with(scheme))
      names.append(names.empty() ? " (there are " : ", ").append(module.specifier);
  return names.empty() ? names : names + ")";
}

Result<ModuleAddress> built_in_address(const BuiltInModule& module, const ImportRequest& request,
                                       const BuiltInModules& built_in) {
  const bool needs_flag = module.specifier.starts_with("node:") && !built_in.find(request.importer);
  if (needs_flag && !built_in.nodejs_compat) {
    return type_error(
        "\"" + request.specifier + "\" imported by " + request.place +
        " needs the compatibility flag nodejs_compat: start with --compatibility-flag"
        " nodejs_compat, or write compatibility_flags = [\"nodejs_compat\"] in the configuration;"
        " a compatibility date from 2026-08-04 on brings it too");
  }
  return ModuleAddress{ModuleKind::built_in, std::string(module.specifier)};
}

/// What is neither a file nor a built-in module.
std::unexpected<Exception> bare_specifier(const ImportRequest& request, const BuiltInModules& built_in) {
  const std::string what = "\"" + request.specifier + "\" imported by " + request.place;
  for (const auto scheme : schemes) {
    if (request.specifier.starts_with(scheme))
      return type_error(what + " is no module that this version of edge-run has" +
                        modules_of_scheme(scheme, built_in));
  }
  if (request.specifier.contains("://")) {
    return type_error(what +
                      " is a URL: modules are not fetched over the network, put the file beside the script");
  }
  const std::string file = request.importer.empty() ? "worker.js" : request.importer;
  return type_error(
      what +
      " is the name of a package, and packages are not looked up at run time: bundle the script with:" +
      " edge-run bundle " + file + " -o bundle.js, or: npx esbuild " + file +
      " --bundle --format=esm --outfile=bundle.js");
}

/// Files that may be meant by `path`, which is none: with the extension that TypeScript's authors write for
/// what a file becomes, with one that was left out, in a folder.
std::vector<std::string> spelled_otherwise(const std::string& path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> written_for{
      {{".js", ".ts"}, {".mjs", ".mts"}, {".cjs", ".cts"}}};
  std::vector<std::string> others;
  for (const auto& [written, meant] : written_for)
    if (path.ends_with(written)) others.push_back(path.substr(0, path.size() - written.size()).append(meant));
  for (const char* ending : {".ts", ".js", ".mts", ".mjs", ".json", "/index.ts", "/index.js"})
    others.push_back(path + ending);
  return others;
}

/// What an import in TypeScript means when there is no such file: "./rules" and "./rules.js" are both written
/// for rules.ts.
std::string type_script_file(const std::string& path) {
  std::error_code ignored;
  if (files::is_regular_file(path, ignored)) return path;
  for (const std::string& other : spelled_otherwise(path))
    if (files::is_regular_file(other, ignored)) return other;
  return path;
}

std::optional<ModuleKind> kind_by_rule(const std::string& path, const ModuleRules& rules) {
  if (rules.rules.empty()) return std::nullopt;
  std::error_code ignored;
  const std::string relative =
      files::absolute(path, ignored).lexically_normal().lexically_relative(rules.folder).string();
  if (relative.starts_with("../")) return std::nullopt;
  for (const ModuleRule& rule : rules.rules)
    if (std::ranges::any_of(rule.globs, [&](const auto& glob) { return matches_glob(glob, relative); }))
      return kind_of(rule.type);
  return std::nullopt;
}

/// " (there is ./x.js)" when the author left out an extension, or wrote another.
std::string suggestion(const std::string& path) {
  std::error_code ignored;
  for (const std::string& other : spelled_otherwise(path))
    if (files::is_regular_file(other, ignored)) return " (there is " + other + ")";
  return {};
}

}  // namespace

const BuiltInModule* BuiltInModules::find(std::string_view specifier) const {
  auto found = std::ranges::find(all, specifier, &BuiltInModule::specifier);
  return found == all.end() ? nullptr : &*found;
}

bool is_type_script(std::string_view path) {
  return path.ends_with(".ts") || path.ends_with(".mts") || path.ends_with(".cts");
}

std::optional<std::string> jsx_problem(std::string_view path, const std::string& script) {
  if (!path.ends_with(".tsx") && !path.ends_with(".jsx")) return std::nullopt;
  return "has JSX, which is no JavaScript: bundle the script with: edge-run bundle " + script +
         " -o worker.js, or: npx esbuild " + script + " --bundle --format=esm --outfile=worker.js";
}

// Keeps, piece by piece of the glob, all places of the path that the pieces so far can end at: the work is
// bounded by the product of both lengths, while trying one way after the other doubles with each star.
bool matches_glob(std::string_view glob, std::string_view path) {
  std::vector<bool> reached(path.size() + 1);
  reached[0] = true;
  while (!glob.empty()) {
    if (glob == "**") return std::ranges::contains(reached, true);
    const bool folders = glob.starts_with("**/");
    std::vector<bool> next(path.size() + 1);
    bool open = false;  // a star began before this place, and may go on
    for (std::size_t at = 0; at <= path.size(); ++at) {
      if (folders) {
        next[at] = reached[at] || (open && path[at - 1] == '/');
        open = open || reached[at];
      } else if (glob[0] == '*') {
        open = reached[at] || (open && path[at - 1] != '/');
        next[at] = open;
      } else if (at > 0) {
        const bool same = glob[0] == path[at - 1] || (glob[0] == '?' && path[at - 1] != '/');
        next[at] = reached[at - 1] && same;
      }
    }
    reached = std::move(next);
    glob.remove_prefix(folders ? 3 : 1);
  }
  return reached[path.size()];
}

Result<ModuleAddress> resolve_import(const ImportRequest& request, const BuiltInModules& built_in,
                                     const ModuleRules& rules) {
  if (const auto* module = built_in.find(request.specifier))
    return built_in_address(*module, request, built_in);
  // npm's packages name Node.js modules without the scheme too.
  if (const auto* module = built_in.find("node:" + request.specifier); module && built_in.nodejs_compat)
    return built_in_address(*module, request, built_in);
  if (!is_relative(request.specifier)) return bare_specifier(request, built_in);
  // The file system ends a name at a NUL: "x.js\0.txt" would be the script x.js, read as a text.
  if (request.specifier.contains('\0')) {
    return type_error("the specifier imported by " + request.place + " has a NUL, which no file's name has");
  }
  std::string specifier = request.specifier;
  // Wrangler's spelling, which keeps bundlers from looking into the file.
  if (specifier.ends_with(".wasm?module")) specifier.resize(specifier.size() - std::strlen("?module"));
  files::path path = (files::path(request.importer).parent_path() / specifier).lexically_normal();
  if (is_type_script(request.importer)) path = type_script_file(path.string());
  if (!request.type.empty()) {
    auto kind = kind_named(attribute_kinds, request.type);
    if (!kind) {
      return type_error("import attribute type \"" + request.type + "\" in " + request.place +
                        " is not known: json, text and bytes are");
    }
    return ModuleAddress{*kind, path.string()};
  }
  if (const auto kind = kind_by_rule(path.string(), rules)) return ModuleAddress{*kind, path.string()};
  if (auto problem = jsx_problem(path.string(), request.importer)) {
    return type_error("\"" + request.specifier + "\" imported by " + request.place + " " + *problem);
  }
  return ModuleAddress{kind_named(extension_kinds, path.extension().string()).value_or(ModuleKind::script),
                       path.string()};
}

ModuleAddress main_address(const std::string& path) {
  const bool is_common_js = path.ends_with(".cjs") || path.ends_with(".cts");
  return {is_common_js ? ModuleKind::common_js : ModuleKind::script,
          files::path(path).lexically_normal().string()};
}

Result<std::string> read_module(const std::string& path, const std::string& place) {
  const std::string by = place.empty() ? "" : " imported by " + place;
  std::error_code error;
  const auto status = files::status(path, error);
  if (!files::exists(status)) return plain_error("cannot find " + path + by + suggestion(path));
  if (!files::is_regular_file(status)) return plain_error(path + by + " is not a file" + suggestion(path));
  if (files::file_size(path, error) > module_bytes_max)
    return range_error(path + by + " is larger than 64 MiB");
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (file.bad() || !file.is_open()) return plain_error("cannot read " + path + by);
  return content;
}

std::string folder_of(const std::string& path) {
  std::error_code ignored;
  return files::absolute(path, ignored).lexically_normal().parent_path().string();
}

bool is_inside(const std::string& path, const std::string& folder) {
  std::error_code ignored;
  const auto relative = files::absolute(path, ignored).lexically_normal().lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

std::string file_url(const std::string& path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "/-_.~!$&'()*+,;=:@";
  std::error_code ignored;
  std::string url = "file://";
  for (const char c : files::absolute(path, ignored).lexically_normal().string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || plain.contains(c)) {
      url += c;
    } else {
      url.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
  }
  return url;
}

}  // namespace edge::js
