// Which files `edge-run test` runs.
#include "runtime/cli/test_files.h"

#include <algorithm>
#include <filesystem>

namespace edge::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> test_files_below(const fs::path& folder) {
  std::vector<std::string> files;
  const auto skip = fs::directory_options::skip_permission_denied;
  for (auto entry = fs::recursive_directory_iterator(folder, skip);
       entry != fs::recursive_directory_iterator(); ++entry) {
    const std::string name = entry->path().filename().string();
    if (entry->is_directory() && (name == "node_modules" || name.starts_with(".")))
      entry.disable_recursion_pending();
    if (entry->is_regular_file() && is_test_file(name))
      files.push_back(entry->path().lexically_normal().string());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

bool is_test_file(std::string_view path) { return path.ends_with(".test.js") || path.ends_with(".test.ts"); }

Result<std::vector<std::string>> test_files(const std::vector<std::string>& named) {
  std::vector<std::string> files;
  for (const std::string& one : named.empty() ? std::vector<std::string>{"."} : named) {
    if (fs::is_directory(one)) {
      std::ranges::move(test_files_below(one), std::back_inserter(files));
    } else if (fs::exists(one)) {
      files.push_back(one);
    } else {
      return fail(ErrorKind::usage, one + ": there is no such file");
    }
  }
  if (files.empty())
    return fail(ErrorKind::usage, "no tests found: name files, or call them x.test.js or x.test.ts");
  return files;
}

}  // namespace edge::cli
