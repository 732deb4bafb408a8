// Noticing that a file is no longer what was read.
#include "runtime/server/file_stamps.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace edge::server;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-stamps-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path / name) << content;
    return (path / name).string();
  }
};

}  // namespace

TEST_CASE("files that nobody touched have not changed") {
  const Folder folder;
  FileStamps stamps;
  stamps.add(folder.write("a", "1"));
  stamps.add(std::vector<std::string>{folder.write("b", "2"), ""});
  CHECK_FALSE(stamps.any_changed());
}

TEST_CASE("a file that is replaced by one of the same size and time has changed") {
  const Folder folder;
  const std::string file = folder.write("a", "1");
  FileStamps stamps;
  stamps.add(file);
  const std::string other = folder.write("b", "2");
  std::filesystem::last_write_time(other, std::filesystem::last_write_time(file));
  std::filesystem::rename(other, file);
  CHECK(stamps.any_changed());
}

TEST_CASE("a file that is written, removed, or comes into being has changed") {
  const Folder folder;
  FileStamps written, removed, made;
  const std::string file = folder.write("a", "1");
  const std::string gone = folder.write("b", "2");
  written.add(file);
  removed.add(gone);
  made.add((folder.path / "c").string());
  CHECK_FALSE(made.any_changed());
  (void)folder.write("a", "longer");
  std::filesystem::remove(gone);
  (void)folder.write("c", "3");
  CHECK(written.any_changed());
  CHECK(removed.any_changed());
  CHECK(made.any_changed());
}

TEST_CASE("a symbolic link that points elsewhere has changed") {
  const Folder folder;
  const std::string first = folder.write("v1", "1"), second = folder.write("v2", "1");
  const std::string link = (folder.path / "current").string();
  std::filesystem::create_symlink(first, link);
  FileStamps stamps;
  stamps.add(link);
  std::filesystem::remove(link);
  std::filesystem::create_symlink(second, link);
  CHECK(stamps.any_changed());
}
