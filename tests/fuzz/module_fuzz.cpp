// Specifiers of imports, which scripts may compute from a request: each is refused with a message, or names a
// built-in module or one file, and no other file than its name says.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/js/module_source.h"

namespace {

using namespace edge;
using namespace edge::js;

const std::string folder = "/srv/policy";
const std::array<BuiltInModule, 3> built_in{
    {{"node:buffer", ""}, {"cloudflare:workers", ""}, {"edge-run:test", ""}}};

void expect(bool condition) {
  if (!condition) std::abort();
}

/// What a file system reads a path as: to its first NUL, without "." and "..".
std::string seen_by_system(const std::string& path) {
  return std::filesystem::path(path.c_str()).lexically_normal().string();
}

int digit(char c) { return c <= '9' ? c - '0' : c - 'A' + 10; }

std::string path_of_url(std::string_view url) {
  std::string path;
  for (std::size_t at = std::string_view("file://").size(); at < url.size(); ++at) {
    if (url[at] != '%') {
      path += url[at];
      continue;
    }
    path += static_cast<char>(digit(url[at + 1]) * 16 + digit(url[at + 2]));
    at += 2;
  }
  return path;
}

void resolve(const std::string& specifier, const std::string& type, const std::vector<ModuleRule>& rules) {
  for (const char* importer : {"/srv/policy/worker.js", "/srv/policy/lib/worker.ts", "worker.js", ""}) {
    const ImportRequest request{specifier, type, importer, "worker.js:1:1"};
    for (const bool nodejs_compat : {false, true}) {
      const BuiltInModules modules{built_in, nodejs_compat};
      const auto address = resolve_import(request, modules, {rules, folder});
      if (!address) {
        expect(!address.error().message.empty());
        continue;
      }
      if (address->kind == ModuleKind::built_in) {
        expect(modules.find(address->path) != nullptr);
        expect(nodejs_compat || !address->path.starts_with("node:"));
        continue;
      }
      expect(!address->path.empty() && seen_by_system(address->path) == address->path);
      // The rule that keeps import() in its folder, told in another way.
      const auto whole = std::filesystem::absolute(address->path).lexically_normal().string();
      expect(is_inside(address->path, folder) == (whole == folder || whole.starts_with(folder + "/")));
      expect(path_of_url(file_url(address->path)) == whole);
      if (type == "json") expect(address->kind == ModuleKind::json);
    }
  }
}

void match(std::string_view glob, std::string_view path) {
  const bool matches = matches_glob(glob, path);
  expect(matches_glob("**", path));
  expect(matches == matches_glob(std::string(glob), std::string(path)));
  if (matches) expect(matches_glob("**/" + std::string(glob), "a/" + std::string(path)));
  if (glob.find_first_of("*?") == glob.npos) expect(matches == (glob == path));
}

}  // namespace

/// type "\n" glob "\n" specifier
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto line = [&] {
    const std::string_view taken = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
    return std::string(taken);
  };
  const std::string type = line(), glob = line(), specifier(rest);
  resolve(specifier, type, {{ModuleType::data, {glob}}});
  for (const char* start : {"./", "../", "/"}) resolve(start + specifier, "", {});
  match(glob, specifier);
  return 0;
}
