// A whole server in processes of its own, for tests that signal it: forked from the test, with a handler in
// C++.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <atomic>
#include <set>

#include "runtime/server/supervisor.h"
#include "tests/server/serving.h"

namespace edge::server::testing {

inline constexpr std::chrono::seconds patience{20};

inline bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

// "/" names the process and the script's text; "/die" ends the process as a crash does; "/spend" condemns it.
inline HandlerFactory factory() {
  return [](const HandlerSetup& setup) -> Result<std::unique_ptr<Handler>> {
    std::ifstream in(setup.site.script);
    const std::string script{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (script.contains("broken")) return fail(ErrorKind::config, setup.site.script + ": SyntaxError");
    if (script.contains("dies")) kill(getpid(), SIGKILL);
    auto spent = std::make_shared<bool>(false);
    const auto answer = [script, spent, &io = setup.io](http::Request request) -> Task<http::Response> {
      if (request.target == "/die") kill(getpid(), SIGKILL);
      if (request.target == "/spend") *spent = true;
      if (request.target == "/slow" || request.target == "/hang") {
        boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                          boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
            pause(io, std::chrono::milliseconds(request.target == "/slow" ? 300 : 60'000));
        co_await pause.async_wait(use_task);
      }
      co_return text("pid=" + std::to_string(getpid()) + " revoked=" + request.peer->client->auth.revoked +
                     " script=" + script);
    };
    return std::make_unique<FakeHandler>(answer, [spent] { return *spent; });
  };
}

// A server in a process of its own. `reread` gives what the test has last written with set_config().
class Server {
 public:
  explicit Server(Pki& pki, Config config) : pki_(pki), shared_(static_cast<Shared*>(mmap_shared())) {
    REQUIRE(pipe2(urls_, O_CLOEXEC) == 0);
    log_file_ = pki.file("log");
    pid_ = fork();
    if (pid_ == 0) serve(std::move(config));
    close(urls_[1]);
    pollfd ready{.fd = urls_[0], .events = POLLIN, .revents = 0};
    char line[128] = {};
    if (poll(&ready, 1, 20'000) == 1 && read(urls_[0], line, sizeof line - 1) > 0) {
      const std::string url = line;
      port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    }
  }
  ~Server() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(urls_[0]);
    munmap(shared_, sizeof(Shared));
  }
  Server(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal_server(int number) const { kill(pid_, number); }
  /// Nothing when it does not end.
  std::optional<int> wait_for_exit() {
    int status = 0;
    const bool ended = eventually([&] { return waitpid(pid_, &status, WNOHANG) == pid_; });
    if (!ended) return {};
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  [[nodiscard]] std::string log() const {
    std::ifstream in(log_file_);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  bool logs(const std::string& text) const {
    return eventually([&] { return log().contains(text); });
  }
  Reply get(const std::string& path = "/") const {
    return Client({.port = port_, .sni = "pub.test"}).get("pub.test", path);
  }
  /// Processes that answer.
  [[nodiscard]] std::set<std::string> pids() const {
    std::set<std::string> pids;
    for (int i = 0; i < 20; ++i) {
      const std::string body = get().body;
      pids.insert(body.substr(0, body.find(' ')));
    }
    return pids;
  }
  void make_reread_fail() const { shared_->reread_fails = true; }
  void reread_workers(int workers) const { shared_->workers = workers; }

 private:
  struct Shared {
    std::atomic<bool> reread_fails;
    std::atomic<int> workers;
  };
  static void* mmap_shared() {
    return mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  }
  [[noreturn]] void serve(Config config) const {
    const int file = open(log_file_.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    dup2(file, 2);
    log::configure({.format = LogFormat::text, .level = LogLevel::info, .access = false});
    shared_->workers = config.workers;
    const auto code =
        run_supervisor({.config = config,
                        .make_handler = factory(),
                        .reread = [this, config]() -> Result<Config> {
                          if (shared_->reread_fails)
                            return fail(ErrorKind::config, "edge-run.toml: line 3: no such key");
                          Config newer = config;
                          newer.workers = shared_->workers;
                          return newer;
                        },
                        .listening =
                            [this](const std::vector<std::string>& urls) {
                              (void)!write(urls_[1], urls.at(0).data(), urls.at(0).size());
                            }});
    if (!code) dprintf(2, "ERROR %s\n", code.error().message.c_str());
    log::flush();
    _exit(code ? *code : 99);
  }

  Pki& pki_;
  Shared* shared_;
  int urls_[2];
  std::string log_file_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

inline Config server_config(const Pki& pki, int workers) {
  Config config = pki.config({pki.site("pub", {"pub.test"}), pki.mtls_site("mtls", {"mtls.test"})});
  config.workers = workers;
  config.limits.drain_timeout = std::chrono::seconds(5);
  return config;
}

}  // namespace edge::server::testing
