// Command line over file over defaults: the one way a Config is made.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/base/config_draft.h"

namespace edge {
namespace {

constexpr std::string_view default_file = "edge-run.toml";

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

/// The file of --config; or the usual one, where nothing else says what to serve.
std::string file_to_read(const CommandLine& line) {
  for (const auto& [option, text] : line.values)
    if (option->flag == "--config") return text;
  std::error_code none;
  return line.script.empty() && std::filesystem::exists(default_file, none) ? std::string(default_file) : "";
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

Result<> apply(Draft& draft, const CommandLine& line) {
  Draft::Given cleared;
  for (const auto& [option, text] : line.values)
    if (auto set = set_flag(draft, *option, text, cleared); !set) return set;
  if (line.script.empty()) return {};
  for (const Option& option : options())
    if (option.key == "script") return set_flag(draft, option, line.script, cleared);
  return {};
}

}  // namespace

Result<Config> read_config(std::span<const std::string> arguments) {
  auto line = read_flags(arguments);
  if (!line) return std::unexpected(line.error());
  Draft draft;
  const std::string file = file_to_read(*line);
  draft.config.file = file;
  if (!file.empty()) {
    auto text = read_text(file, "--config");
    if (!text) return std::unexpected(text.error());
    if (auto read = read_toml(draft, *text, file); !read) return std::unexpected(read.error());
  } else if (line->script.empty()) {
    return fail(ErrorKind::usage,
                "there is nothing to serve: name a script (edge-run policy.js) or a file of options "
                "(edge-run --config edge-run.toml)");
  } else {
    draft.sites.push_back({.config = {}, .given = {}, .where = "the command line"});
  }
  if (auto applied = apply(draft, *line); !applied) return std::unexpected(applied.error());
  return finish(std::move(draft));
}

Result<Config> read_config_text(std::string_view toml, const std::string& path) {
  Draft draft;
  draft.config.file = path;
  if (auto read = read_toml(draft, toml, path); !read) return std::unexpected(read.error());
  return finish(std::move(draft));
}

}  // namespace edge
