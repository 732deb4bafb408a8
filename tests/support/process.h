// Other programs for whole-server tests: started, watched, and ended by their own ids whatever a test does.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edge::testing {

using Arguments = std::vector<std::string>;

/// What a finished program left behind.
struct Finished {
  int exit_code = -1;  ///< 128 + n when signal n ended it
  std::string out, err;
};

/// Runs a program to its end, feeding `input`; after `limit` it is killed and the exit code is 137.
Finished run(const Arguments& command, const std::string& input = {},
             std::chrono::seconds limit = std::chrono::seconds(30), const std::string& folder = {});

/// A program in the background with its output in a file and a pipe to its input.
class Background {
 public:
  explicit Background(const Arguments& command, const std::string& folder = {});
  ~Background();
  Background(const Background&) = delete;

  [[nodiscard]] pid_t id() const { return id_; }
  /// Everything printed so far, both streams in the order they came.
  [[nodiscard]] std::string output() const;
  /// Waits until the output holds `text`, counted from `from`; false when `limit` passed or the program ended
  /// without.
  bool wait_for(const std::string& text, std::chrono::seconds limit = std::chrono::seconds(20),
                std::size_t from = 0) const;
  void write(const std::string& input) const;
  void send_signal(int signal) const;
  /// Waits for the end; nothing when `limit` passed.
  std::optional<int> wait(std::chrono::seconds limit = std::chrono::seconds(20));

 private:
  pid_t id_ = -1;
  int input_ = -1;
  std::string output_file_;
};

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Writes a file of this folder, returns its path.
  std::string write(const std::string& name, const std::string& content) const;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// A tool of the build's tool folder (curl, nginx, cfssl …), else of the PATH.
std::string tool(const std::string& name);
/// A port nobody listens on at this moment.
std::uint16_t free_port();
std::string read_file(const std::string& path);
/// Peak resident memory of a process in KiB.
long peak_memory_kib(pid_t id);
/// The processes that `parent` forked.
std::vector<pid_t> children_of(pid_t parent);

}  // namespace edge::testing
