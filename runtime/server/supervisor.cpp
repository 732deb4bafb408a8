// The supervisor's loop: signals, reports of workers, and time. Plain POSIX, so that forking is safe at any
// moment.
#include "runtime/server/supervisor.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <deque>
#include <list>
#include <optional>

#include "runtime/base/log.h"
#include "runtime/server/crew.h"
#include "runtime/server/deny_watch.h"
#include "runtime/server/expiry_watch.h"
#include "runtime/server/list_fetcher.h"
#include "runtime/server/service_notify.h"
#include "runtime/server/single_process.h"

namespace edge::server {
namespace {

using Clock = Crew::Clock;
// A script's top level is bounded by startup_cpu; whoever takes this long waits for something that never
// comes.
constexpr std::chrono::seconds start_timeout{60};

/// The signals that the supervisor reads from a descriptor instead of being interrupted by them.
class Signals {
 public:
  Signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&set, number);
    sigprocmask(SIG_BLOCK, &set, &before_);
    fd_ = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    check(fd_ >= 0);
    signal(SIGPIPE, SIG_IGN);
  }
  ~Signals() {
    close(fd_);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  Signals(const Signals&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  std::optional<int> next() {
    signalfd_siginfo info;
    if (read(fd_, &info, sizeof info) != sizeof info) return {};
    return static_cast<int>(info.ssi_signo);
  }

 private:
  int fd_;
  sigset_t before_;
};

class Supervisor {
 public:
  explicit Supervisor(Service service)
      : service_(std::move(service)),
        instance_(service_.config.state_dir),
        deny_watch_(service_.config.state_dir),
        expiry_(service_.config.state_dir) {}
  Result<int> run();

 private:
  Result<std::unique_ptr<Crew>> make_crew(Config config, Crew* previous);
  void serve_until_stopped();
  void wait();
  void handle_signal(int number);
  void reap();
  void begin_reload();
  Result<Config> reread();
  void finish_reload();
  void stop(int number);
  void start_fetcher();
  void come_into_force();
  void tend_revocations();
  void tend_expiry();
  void close_own();
  template <class Action>
  void each_crew(Action action) {
    if (current_) action(*current_);
    if (incoming_) action(*incoming_);
    for (auto& crew : retiring_) action(*crew);
  }

  Service service_;
  Signals signals_;
  Instance instance_;
  DenyWatch deny_watch_;
  ExpiryWatch expiry_;
  std::deque<ExpiryNotice> notices_;  ///< for scripts
  ListFetcher fetcher_;
  std::unique_ptr<Crew> current_;
  std::unique_ptr<Crew> incoming_;  ///< the next crew, while it starts
  Clock::time_point incoming_until_{};
  std::list<std::unique_ptr<Crew>> retiring_;
  bool reload_wanted_ = false;
  bool stopping_ = false;
  int exit_code_ = 0;
};

Result<int> Supervisor::run() {
  if (auto denials = instance_.publish_denials(); !denials)
    return std::unexpected(std::move(denials.error()));
  auto crew = make_crew(service_.config, nullptr);
  if (!crew) return std::unexpected(std::move(crew.error()));
  current_ = std::move(*crew);
  const auto until = Clock::now() + start_timeout;
  while (!current_->ready() && !current_->failure() && !stopping_) {
    if (Clock::now() > until) return fail(ErrorKind::timeout, "the workers did not start within a minute");
    wait();
  }
  if (current_->failure()) return std::unexpected(*current_->failure());
  if (!stopping_) {
    current_->keep_alive();
    come_into_force();
    if (service_.listening) service_.listening(current_->sockets().urls());
    service_notify("READY=1");
  }
  serve_until_stopped();
  return exit_code_;
}

void Supervisor::serve_until_stopped() {
  while (!stopping_ || !current_->empty() || !retiring_.empty()) {
    wait();
    finish_reload();
    if (reload_wanted_ && !incoming_ && !stopping_) begin_reload();
    std::erase_if(retiring_, [](const auto& crew) { return crew->empty(); });
  }
}

Result<std::unique_ptr<Crew>> Supervisor::make_crew(Config config, Crew* previous) {
  auto generation = Generation::load(std::move(config), instance_);
  if (!generation) return std::unexpected(std::move(generation.error()));
  const Config& loaded = (*generation)->config();
  auto sockets = ListeningSockets::open(loaded.listen, static_cast<std::size_t>(loaded.workers),
                                        previous ? &previous->sockets() : nullptr);
  if (!sockets) return std::unexpected(std::move(sockets.error()));
  auto crew = std::make_unique<Crew>(std::move(*generation), std::move(*sockets), service_.make_handler);
  // What a child would otherwise hold open: the signals, and other workers' reports.
  if (auto started = crew->start([this] { close_own(); }); !started)
    return std::unexpected(std::move(started.error()));
  return crew;
}

// What a child would otherwise hold open: the signals, the watch, and other children's reports.
void Supervisor::close_own() {
  close(signals_.fd());
  std::vector<int> fds;
  each_crew([&](const Crew& crew) {
    crew.append_fds(fds);
    crew.append_order_fds(fds);
  });
  fetcher_.append_fds(fds);
  if (deny_watch_.fd() >= 0) fds.push_back(deny_watch_.fd());
  for (const int fd : fds) close(fd);
}

void Supervisor::start_fetcher() {
  fetcher_.start(current_->generation(), [this] {
    close_own();
    for (const int fd : current_->sockets().all()) close(fd);
  });
}

// What begins with a configuration, besides its workers.
void Supervisor::come_into_force() {
  start_fetcher();
  expiry_.watch(current_->generation().config(), std::time(nullptr));
  tend_expiry();
}

// Publishes what was denied or fetched, and asks for lists that clients' certificates name.
void Supervisor::tend_revocations() {
  if (deny_watch_.changed())
    if (auto published = instance_.publish_denials(); !published)
      log::write(LogLevel::error, "deny.failed", published.error().message + " (what was in force stays)");
  for (const std::string& url : current_->take_found_lists()) fetcher_.want(url);
  const ListFetcher::News news = fetcher_.take_news();
  for (const std::string& id : news.alerts_sent) expiry_.sent(id);
  if (news.answers_came) instance_.publish_answers();
  if (news.list_came)
    if (auto published = current_->generation().publish_lists(); !published)
      log::write(LogLevel::error, "crl.failed", published.error().message + " (what was in force stays)");
}

void Supervisor::tend_expiry() {
  const std::int64_t now = std::time(nullptr);
  expiry_.tend(Clock::now(), now);
  each_crew([&](Crew& crew) {
    for (const tls::DatedCertificate& client : crew.take_expiring_clients()) expiry_.seen(client, now);
  });
  notices_.append_range(expiry_.take_notices());
  // Who has found no worker waits for the next look.
  while (!notices_.empty() && current_->tell_expiring(notices_.front())) notices_.pop_front();
  for (const auto& [id, payload] : expiry_.unsent(ListFetcher::alerts_max)) fetcher_.alert(id, payload);
}

// Waits for a signal, a report, or the time when something is due; then deals with all of it.
void Supervisor::wait() {
  std::vector<int> fds{signals_.fd()};
  for (const int fd : {deny_watch_.fd(), fetcher_.fd()})
    if (fd >= 0) fds.push_back(fd);
  std::optional<Clock::time_point> due = stopping_ ? std::nullopt : expiry_.due();
  if (incoming_ || !current_->ready()) due = Clock::now() + std::chrono::seconds(1);
  each_crew([&](const Crew& crew) {
    crew.append_fds(fds);
    const auto next = crew.next_due();
    if (next && (!due || *next < *due)) due = next;
  });
  std::vector<pollfd> polled;
  for (const int fd : fds) polled.push_back({.fd = fd, .events = POLLIN, .revents = 0});
  int timeout = -1;
  if (due) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - Clock::now()).count();
    timeout = static_cast<int>(std::clamp<long long>(left, 0, 60'000));
  }
  if (poll(polled.data(), polled.size(), timeout) < 0) check(errno == EINTR);
  while (const auto number = signals_.next()) handle_signal(*number);
  each_crew([](Crew& crew) {
    crew.read_reports();
    crew.tend(Clock::now());
  });
  if (!current_) return;
  tend_revocations();
  if (expiry_.due() && !stopping_) tend_expiry();
}

void Supervisor::handle_signal(int number) {
  if (number == SIGCHLD) return reap();
  if (number != SIGHUP) return stop(number);
  if (!stopping_) reload_wanted_ = true;
}

void Supervisor::reap() {
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    bool known = false;
    each_crew([&](Crew& crew) { known = known || crew.exited(pid, status); });
    if (!known && fetcher_.exited(pid) && !stopping_) {
      log::write(LogLevel::error, "crl.fetcher",
                 "the process that fetches revocation lists and sends alerts died and is replaced");
      start_fetcher();
    }
  }
}

void Supervisor::stop(int number) {
  if (stopping_) {
    exit_code_ = 128 + number;
    return each_crew([](Crew& crew) { crew.kill_all(); });
  }
  stopping_ = true;
  service_notify("STOPPING=1");
  log::write(LogLevel::info, "server.stopping", "draining; a second signal ends at once");
  incoming_.reset();
  fetcher_.stop();
  current_->drain();
}

Result<Config> Supervisor::reread() {
  auto config = service_.reread ? service_.reread() : Result<Config>(current_->generation().config());
  if (!config) return config;
  if (config->workers == 0) return fail(ErrorKind::config, "workers = 0 needs a restart");
  if (config->state_dir != service_.config.state_dir)
    return fail(ErrorKind::config, "another state_dir needs a restart");
  return config;
}

void Supervisor::begin_reload() {
  reload_wanted_ = false;
  service_notify_reloading();
  const auto failed = [](const Error& error) {
    log::write(LogLevel::error, "reload.failed", error.message + " (what ran goes on)");
    service_notify("READY=1");
  };
  auto config = reread();
  if (!config) return failed(config.error());
  if (current_->generation().only_lists_may_differ(*config)) {
    if (auto published = current_->generation().publish_lists(); !published) return failed(published.error());
    log::write(LogLevel::info, "reload.lists", "revocation lists reloaded");
    return service_notify("READY=1");
  }
  auto crew = make_crew(std::move(*config), current_.get());
  if (!crew) return failed(crew.error());
  incoming_ = std::move(*crew);
  incoming_until_ = Clock::now() + start_timeout;
}

void Supervisor::finish_reload() {
  if (!incoming_) return;
  if (Clock::now() > incoming_until_ || incoming_->failure()) {
    const std::string why =
        incoming_->failure() ? incoming_->failure()->message : "the new workers did not start in time";
    log::write(LogLevel::error, "reload.failed", why + " (what ran goes on)");
    incoming_.reset();
    return service_notify("READY=1");
  }
  if (!incoming_->ready()) return;
  incoming_->keep_alive();
  current_->drain();
  retiring_.push_back(std::exchange(current_, std::move(incoming_)));
  come_into_force();
  const Config& config = current_->generation().config();
  log::configure({.format = config.log_format, .level = config.log_level, .access = config.access_log});
  log::write(LogLevel::info, "reload.done", "new workers serve", {{"workers", config.workers}});
  service_notify("READY=1");
}

}  // namespace

Result<int> run_supervisor(Service service) {
  if (service.config.workers == 0) return run_single_process(std::move(service));
  return Supervisor(std::move(service)).run();
}

}  // namespace edge::server
