// Command line over file over defaults: the one way a Config is made.
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/base/config_draft.h"

namespace edge {
namespace {

constexpr std::string_view own_file = "edge-run.toml";
/// In the order in which wrangler looks for them.
constexpr std::string_view wrangler_files[] = {"wrangler.json", "wrangler.jsonc", "wrangler.toml"};

bool is_there(const std::filesystem::path& path) {
  std::error_code none;
  return std::filesystem::exists(path, none);
}

/// wrangler.toml, also as api.wrangler.toml; every .json and .jsonc.
bool is_wrangler_file(const std::string& path) {
  return !path.ends_with(".toml") || std::filesystem::path(path).filename().string().contains("wrangler");
}

/// The value that flag or environment variable give an option; "" where neither does.
std::string given_early(const CommandLine& line, std::string_view flag) {
  for (const auto& [option, text] : line.values)
    if (option->flag == flag) return text;
  const char* variable = std::getenv(environment_variable(flag).c_str());
  return variable == nullptr ? "" : variable;
}

/// The file of --config. Else edge-run.toml of the current folder, where no script is named; without one, the
/// file that wrangler would take, beside the script or in the current folder. "" where there is none.
std::string file_to_read(const CommandLine& line) {
  if (std::string named = given_early(line, "--config"); !named.empty()) return named;
  if (is_there(own_file)) return line.script.empty() ? std::string(own_file) : "";
  const auto beside = std::filesystem::path(line.script).parent_path();
  for (const auto& folder : {beside, std::filesystem::path()})
    for (const std::string_view name : wrangler_files)
      if (is_there(folder / name)) return (folder / name).string();
  return "";
}

Result<> read_file(Draft& draft, const std::string& file, const std::string& environment) {
  draft.config.file = file;
  draft.config.environment = environment;
  const auto text = read_text(file, "--config");
  if (!text) return std::unexpected(text.error());
  if (is_wrangler_file(file)) return read_wrangler(draft, *text, file);
  if (!environment.empty())
    return fail(ErrorKind::usage,
                "--env is for the sections env.NAME of a wrangler file, which " + file + " is not");
  return read_toml(draft, *text, file);
}

/// A flag of a site is meant for the only site there is.
Result<> set_flag(Draft& draft, const Option& option, const std::string& text, Draft::Given& cleared) {
  const std::string where(option.flag.empty() ? "script" : option.flag);
  if (option.place == Place::site && draft.sites.size() > 1)
    return fail(ErrorKind::usage, where + " is for one site, but " + draft.config.file +
                                      " has several: write it in the [[site]] table it is for");
  Draft::Site& site = draft.sites.front();
  if (option.clear != nullptr && cleared.try_emplace(option.key, where).second)
    option.clear(draft.config, site.config);
  return set_option(draft, site, option, text, {where, ErrorKind::usage});
}

/// What the whole server is told by its environment, for containers and units: EDGE_RUN_STATE_DIR.
Result<> apply_environment(Draft& draft) {
  for (const Option& option : options()) {
    if (option.place == Place::site || option.flag.empty()) continue;
    const std::string name = environment_variable(option.flag);
    const char* text = std::getenv(name.c_str());
    if (text == nullptr || *text == '\0') continue;
    if (option.clear != nullptr) option.clear(draft.config, draft.sites.front().config);
    if (auto set = set_option(draft, draft.sites.front(), option, text, {name}); !set) return set;
  }
  // systemd's, of StateDirectory=.
  const char* state = std::getenv("STATE_DIRECTORY");
  if (state != nullptr && draft.config.state_dir.empty()) draft.config.state_dir = state;
  return {};
}

/// Secrets of development are not for a site with a certificate of its own: those of production would be
/// missed.
Result<> find_dev_vars(Draft& draft) {
  Draft::Site& site = draft.sites.front();
  const std::string& file = draft.config.file;
  if (file.empty() || !is_wrangler_file(file) || site.given.contains("dev_vars") ||
      site.given.contains("tls_cert"))
    return {};
  const auto folder = std::filesystem::path(file).parent_path();
  std::vector<std::string> names{".dev.vars"};
  if (!draft.config.environment.empty()) names.insert(names.begin(), ".dev.vars." + draft.config.environment);
  for (const std::string& name : names) {
    if (!is_there(folder / name)) continue;
    site.config.dev_vars = (folder / name).string();
    site.given["dev_vars"] = name;
    break;
  }
  return {};
}

Result<> apply(Draft& draft, const CommandLine& line) {
  if (auto applied = apply_environment(draft); !applied) return applied;
  Draft::Given cleared;
  for (const auto& [option, text] : line.values)
    if (auto set = set_flag(draft, *option, text, cleared); !set) return set;
  if (line.script.empty()) return {};
  for (const Option& option : options())
    if (option.key == "script") return set_flag(draft, option, line.script, cleared);
  return {};
}

}  // namespace

Result<std::string> read_text(const std::string& path, const std::string& where) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none))
    return fail(ErrorKind::config, where + ": " + path + " is a folder");
  if (!std::filesystem::exists(path, none))
    return fail(ErrorKind::config, where + ": " + path + " does not exist");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(ErrorKind::config, where + ": " + path + " cannot be read");
  return std::move(text).str();
}

std::string environment_variable(std::string_view flag) {
  std::string name = "EDGE_RUN";
  for (const char c : flag.substr(1)) name += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

Result<Config> read_config(std::span<const std::string> arguments) {
  auto line = read_flags(arguments);
  if (!line) return std::unexpected(line.error());
  Draft draft;
  const std::string file = file_to_read(*line), environment = given_early(*line, "--env");
  if (!file.empty()) {
    if (auto read = read_file(draft, file, environment); !read) return std::unexpected(read.error());
  } else if (line->script.empty()) {
    return fail(ErrorKind::usage,
                "there is nothing to serve: name a script (edge-run policy.js) or a file of options "
                "(edge-run --config edge-run.toml)");
  } else if (!environment.empty()) {
    return fail(ErrorKind::usage, "--env is for the sections env.NAME of a wrangler file, and there is none");
  } else {
    draft.sites.push_back({.config = {}, .given = {}, .where = "the command line"});
  }
  if (auto applied = apply(draft, *line); !applied) return std::unexpected(applied.error());
  if (auto found = find_dev_vars(draft); !found) return std::unexpected(found.error());
  return finish(std::move(draft));
}

Result<Config> read_config_text(std::string_view toml, const std::string& path) {
  Draft draft;
  draft.config.file = path;
  if (auto read = read_toml(draft, toml, path); !read) return std::unexpected(read.error());
  return finish(std::move(draft));
}

}  // namespace edge
