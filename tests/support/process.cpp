// Starts, watches and ends other programs.
#include "tests/support/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace edge::testing {
namespace {

using Clock = std::chrono::steady_clock;

pid_t start(const Arguments& command, int in, int out, int err, const std::string& folder) {
  std::vector<char*> arguments;
  for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  const pid_t id = fork();
  if (id != 0) return id;
  setpgid(0, 0);
  dup2(in, 0);
  dup2(out, 1);
  dup2(err, 2);
  for (int other = 3; other < 256; ++other) close(other);
  if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(126);
  execvp(arguments[0], arguments.data());
  dprintf(2, "cannot run %s\n", arguments[0]);
  _exit(127);
}

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

std::optional<int> wait_until(pid_t id, Clock::time_point end) {
  for (int status = 0;;) {
    if (waitpid(id, &status, WNOHANG) == id) return code_of(status);
    if (Clock::now() > end) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace

Finished run(const Arguments& command, const std::string& input, std::chrono::seconds limit,
             const std::string& folder) {
  const TemporaryFolder files;
  const int in = open(files.write("in", input).c_str(), O_RDONLY | O_CLOEXEC);
  const int out = open(files.file("out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int err = open(files.file("err").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const pid_t id = start(command, in, out, err, folder);
  for (const int used : {in, out, err}) close(used);
  Finished finished;
  if (const auto code = wait_until(id, Clock::now() + limit)) {
    finished.exit_code = *code;
  } else {
    kill(-id, SIGKILL);
    waitpid(id, nullptr, 0);
    finished.exit_code = 137;
  }
  finished.out = read_file(files.file("out"));
  finished.err = read_file(files.file("err"));
  return finished;
}

Background::Background(const Arguments& command, const std::string& folder) {
  char name[] = "/tmp/edge-run-output-XXXXXX";
  const int out = mkostemp(name, O_CLOEXEC);
  output_file_ = name;
  int pipe_ends[2];
  if (out < 0 || pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  id_ = start(command, pipe_ends[0], out, out, folder);
  close(pipe_ends[0]);
  close(out);
  input_ = pipe_ends[1];
}

Background::~Background() {
  close(input_);
  if (id_ > 0) {
    kill(-id_, SIGKILL);
    waitpid(id_, nullptr, 0);
  }
  unlink(output_file_.c_str());
}

std::string Background::output() const { return read_file(output_file_); }

bool Background::wait_for(const std::string& text, std::chrono::seconds limit, std::size_t from) const {
  const auto end = Clock::now() + limit;
  for (;;) {
    if (output().find(text, from) != std::string::npos) return true;
    siginfo_t info{};
    const bool ended =
        waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == id_;
    if (ended || Clock::now() > end) return output().find(text, from) != std::string::npos;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void Background::write(const std::string& input) const {
  if (::write(input_, input.data(), input.size()) != static_cast<ssize_t>(input.size()))
    throw std::runtime_error("short write");
}

void Background::send_signal(int signal) const { kill(id_, signal); }

std::optional<int> Background::wait(std::chrono::seconds limit) {
  const auto code = wait_until(id_, Clock::now() + limit);
  if (code) id_ = -1;
  return code;
}

TemporaryFolder::TemporaryFolder() {
  char name[] = "/tmp/edge-run-test-XXXXXX";
  path_ = mkdtemp(name);
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}
std::string TemporaryFolder::write(const std::string& name, const std::string& content) const {
  std::filesystem::create_directories(std::filesystem::path(file(name)).parent_path());
  std::ofstream(file(name), std::ios::binary) << content;
  return file(name);
}

std::string tool(const std::string& name) {
  if (const char* folder = std::getenv("EDGE_RUN_TOOLS")) {
    const std::string path = std::string(folder) + "/" + name;
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return name;
}

std::uint16_t free_port() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, any, size) != 0 || getsockname(listener, any, &size) != 0)
    throw std::runtime_error("no port");
  close(listener);
  return ntohs(address.sin_port);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

long peak_memory_kib(pid_t id) {
  std::istringstream status(read_file("/proc/" + std::to_string(id) + "/status"));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  }
  return 0;
}

std::vector<pid_t> children_of(pid_t parent) {
  const std::string id = std::to_string(parent);
  std::istringstream list(read_file("/proc/" + id + "/task/" + id + "/children"));
  std::vector<pid_t> children;
  for (pid_t child = 0; list >> child;) children.push_back(child);
  return children;
}

}  // namespace edge::testing
