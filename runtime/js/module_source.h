// What an import means: its file, what kind of module that is, and what is said when it cannot be.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/config.h"
#include "runtime/js/realm.h"
#include "runtime/js/scope.h"

namespace edge::js {

enum class ModuleKind : std::uint8_t { script, common_js, json, text, data, wasm, built_in };

struct ModuleAddress {
  ModuleKind kind = ModuleKind::script;
  std::string path;  ///< relative to the current folder, or absolute; of a built-in module its specifier
  [[nodiscard]] std::string key() const { return path + "|" + std::to_string(static_cast<int>(kind)); }
};

/// The built-in modules of a Realm, and whether those of Node.js can be imported.
struct BuiltInModules {
  std::span<const BuiltInModule> all;
  bool nodejs_compat = false;
  [[nodiscard]] const BuiltInModule* find(std::string_view specifier) const;
};

struct ImportRequest {
  std::string specifier;
  std::string type;      ///< the import attribute; "" without
  std::string importer;  ///< path of the importing module
  std::string place;     ///< "worker.js:3:1", for messages
};

/// Which files are of another kind than their extension says.
struct ModuleRules {
  std::span<const ModuleRule> rules;
  std::string folder;  ///< of the main script, absolute: globs begin there
};

/// The built-in module or the file that the request means. Files are looked at only for importers in
/// TypeScript, whose imports may lack their extension, or have that of what they become. Refuses what never
/// works here, and names the remedy.
Result<ModuleAddress> resolve_import(const ImportRequest& request, const BuiltInModules& built_in,
                                     const ModuleRules& rules);

/// True for "policy.ts" and its kin, which become JavaScript when they are read.
bool is_type_script(std::string_view path);
/// Why a file with JSX is refused, and what to do with the script that it belongs to; nothing for other
/// files.
std::optional<std::string> jsx_problem(std::string_view path, const std::string& script);

/// True when `path`, relative to the rules' folder, is one of the glob's: `**` is any folders, `*` anything
/// but
/// "/", `?` one character but "/".
bool matches_glob(std::string_view glob, std::string_view path);

/// Of the main script, for which there are no rules.
ModuleAddress main_address(const std::string& path);

/// The file's content. `place` says who imports it; "" for the main script.
Result<std::string> read_module(const std::string& path, const std::string& place);

/// True when `path` lies in `folder`, by name; symbolic links are the author's business.
bool is_inside(const std::string& path, const std::string& folder);
std::string folder_of(const std::string& path);
/// "file:///…" of a path.
std::string file_url(const std::string& path);

}  // namespace edge::js
