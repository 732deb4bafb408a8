// A folder of files that configurations name, and what reading them says; for tests of options and
// configurations.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "runtime/base/options.h"

namespace edge {

/// A folder with the files that the examples of the table name; the current one while it lives.
struct Folder {
  std::filesystem::path path, before = std::filesystem::current_path();
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-options-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
    std::filesystem::current_path(path);
    for (const Option& option : options())
      if ((option.kind == ValueKind::file || option.kind == ValueKind::source) && option.key != "")
        write(std::string(option.example), "");
    write("other.pem", "");
  }
  ~Folder() {
    std::filesystem::current_path(before);
    std::filesystem::remove_all(path);
  }
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
  }
};

using Words = std::vector<std::string>;

inline std::string flags_error(const Words& words, ErrorKind kind) {
  const auto config = read_config(words);
  REQUIRE(!config);
  CHECK(config.error().kind == kind);
  return config.error().message;
}

inline std::string file_error(std::string_view toml) {
  const auto config = read_config_text(toml, "edge-run.toml");
  REQUIRE(!config);
  CHECK(config.error().kind == ErrorKind::config);
  return config.error().message;
}

inline SiteConfig only_site(const Result<Config>& config) {
  REQUIRE_MESSAGE(config.has_value(), config.error().message);
  REQUIRE(config->sites.size() == 1);
  return config->sites[0];
}

}  // namespace edge
