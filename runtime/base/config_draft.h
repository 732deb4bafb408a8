// A configuration while it is being read: the values so far, and where each was given, for messages.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/document.h"
#include "runtime/base/options.h"

namespace edge {

struct Draft {
  /// By the option's key: "edge-run.toml:12: client_ca", "--client-ca".
  using Given = std::map<std::string_view, std::string>;
  struct Site {
    SiteConfig config;
    Given given;
    std::string where;  ///< "edge-run.toml:12: site"
    std::string_view script_key = "script";
    std::vector<std::string> unsupported = {};               ///< what its file asks for, in words
    std::map<std::string, std::string> required_names = {};  ///< in env, and where that is said
  };
  Config config;
  Given given;
  std::vector<Site> sites;
};

/// Where a value comes from: how messages about it begin, and what a malformed one is.
struct Source {
  std::string where;
  ErrorKind malformed = ErrorKind::config;
};

/// Sets one value. A file that it names must exist.
Result<> set_option(Draft& draft, Draft::Site& site, const Option& option, const std::string& text,
                    const Source& source);

/// A file on its way into `draft`; `path` names it in messages, and its folder is where relative paths begin.
struct ConfigFile {
  Draft& draft;
  const std::string& path;
  /// "edge-run.toml:12: client_ca"
  [[nodiscard]] std::string at(int line, std::string_view key) const;
};

/// Sets one option to the value that stands at `where`, which ends in its key.
Result<> set_from_file(const ConfigFile& file, Draft::Site& site, const Option& option, const Node& node,
                       const std::string& where);
/// Reads a table of our own keys. Those of a site go to `only`, and [[site]] tables to the draft.
Result<> read_options(const ConfigFile& file, const Node& top, Draft::Site& only);

Result<> read_toml(Draft& draft, std::string_view toml, const std::string& path);
/// wrangler.toml, wrangler.json, wrangler.jsonc: one site, in the environment of Config::environment.
Result<> read_wrangler(Draft& draft, std::string_view text, const std::string& path);

struct CommandLine {
  std::vector<std::pair<const Option*, std::string>> values;
  std::string script;  ///< empty: none
};
Result<CommandLine> read_flags(std::span<const std::string> arguments);

/// The content of a file; `where` says who names it.
Result<std::string> read_text(const std::string& path, const std::string& where);

/// "EDGE_RUN_STATE_DIR" of "--state-dir".
std::string environment_variable(std::string_view flag);

/// Fills what was left to defaults, and refuses contradictions.
Result<Config> finish(Draft draft);

}  // namespace edge
