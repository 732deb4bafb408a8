// The fetcher's process: one list after the other, each in good time before its successor is due, and alerts
// and OCSP questions between them. What the supervisor writes to it are lines, "list URL" and "alert ID
// JSON"; what it says are "list", "answers" and "sent ID".
#include "runtime/server/list_fetcher.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>
#include <map>
#include <random>

#include "runtime/base/log.h"
#include "runtime/server/alert_queue.h"
#include "runtime/server/fetch_list.h"
#include "runtime/server/list_sources.h"
#include "runtime/server/list_url.h"
#include "runtime/server/ocsp_queue.h"
#include "runtime/server/worker_process.h"

namespace edge::server {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;
constexpr seconds first_pause{5}, longest_pause{3600};
/// A list without nextUpdate is asked for so often, and no list less often than once a day.
constexpr seconds usual_interval{3600}, shortest_interval{30}, longest_interval{24 * 3600};
constexpr std::size_t urls_max = 1024;

class Fetching {
 public:
  Fetching(const Generation& generation, int wishes, int news)
      : generation_(generation),
        wishes_(wishes),
        news_(news),
        alerts_(generation.webhook(), generation.config().limits) {
    if (generation.ocsp() != nullptr) ocsp_.emplace(generation);
    for (const auto& site : generation.sites())
      for (const std::string& url : list_urls(*site)) want(url);
  }

  /// Until the supervisor is gone.
  void run() {
    while (wishes_ >= 0) {
      wait();
      const auto now = Clock::now();
      for (auto& [url, plan] : plans_)
        if (plan.due <= now) refresh(url, plan);
      if (const auto sent = alerts_.send_due()) say("sent " + *sent);
      if (ocsp_ && ocsp_->work()) say("answers");
    }
  }

 private:
  struct Plan {
    Clock::time_point due{};
    int failures = 0;
  };

  void want(const std::string& url) {
    if (plans_.size() < urls_max) plans_.try_emplace(url);
  }

  void wait() {
    auto due = Clock::now() + longest_interval;
    for (const auto& [url, plan] : plans_) due = std::min(due, plan.due);
    if (const auto alert = alerts_.due()) due = std::min(due, *alert);
    if (const auto question = ocsp_ ? ocsp_->due() : std::nullopt) due = std::min(due, *question);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now()).count();
    pollfd polled[] = {{.fd = wishes_, .events = POLLIN, .revents = 0},
                       {.fd = ocsp_ ? generation_.ocsp()->fd() : -1, .events = POLLIN, .revents = 0}};
    if (poll(polled, std::size(polled), static_cast<int>(std::clamp<long long>(left, 0, 60'000))) <= 0)
      return;
    if (polled[1].revents != 0)
      while (const auto wish = generation_.ocsp()->receive()) ocsp_->want(*wish);
    if (polled[0].revents == 0) return;
    char buffer[4096];
    const ssize_t got = read(wishes_, buffer, sizeof buffer);
    if (got == 0) wishes_ = -1;
    if (got > 0) inbox_.append(buffer, static_cast<std::size_t>(got));
    for (std::size_t end; (end = inbox_.find('\n')) != inbox_.npos; inbox_.erase(0, end + 1))
      obey(std::string_view(inbox_).substr(0, end));
  }

  void obey(std::string_view line) {
    constexpr std::string_view list = "list ", alert = "alert ";
    if (line.starts_with(list)) return want(std::string(line.substr(list.size())));
    line.remove_prefix(alert.size());
    const auto space = line.find(' ');
    alerts_.add(std::string(line.substr(0, space)), std::string(line.substr(space + 1)));
  }

  void say(const std::string& what) const {
    const std::string line = what + "\n";
    (void)!write(news_, line.data(), line.size());
  }

  void refresh(const std::string& url, Plan& plan) {
    const std::string& state_dir = generation_.config().state_dir;
    auto cached = read_cached(state_dir, url);
    auto fetched = fetch_list({.url = url,
                               .known = cached ? &*cached : nullptr,
                               .limits = generation_.config().limits,
                               .may_be_private = generation_.config().crl_private});
    auto until = fetched ? accept(*fetched, cached ? &*cached : nullptr) : std::unexpected(fetched.error());
    if (until) {
      plan = {.due = Clock::now() + jittered(*until), .failures = 0};
      return;
    }
    ++plan.failures;
    const auto pause = std::min<seconds>(longest_pause, first_pause * (1 << std::min(plan.failures - 1, 12)));
    plan.due = Clock::now() + jittered(pause);
    log::write(LogLevel::warn, "crl.fetch_failed", until.error().message,
               {{"url", url}, {"failures", plan.failures}, {"kept", cached.has_value()}});
  }

  /// Keeps the list when a site's CA signed it; says when to ask again.
  Result<seconds> accept(const CachedList& list, const CachedList* known) {
    auto until = half_life_of(list);
    if (!until) return until;
    const bool is_new = known == nullptr || known->list != list.list;
    if (auto written = write_cached(generation_.config().state_dir, list); !written)
      return std::unexpected(std::move(written.error()));
    if (!is_new) return until;
    log::write(LogLevel::info, "crl.fetched", "a new revocation list",
               {{"url", list.url}, {"bytes", list.list.size()}});
    say("list");
    return until;
  }

  /// Half of the time until its successor is due. Fails for what no site can use: a portal's login page, a
  /// list of another CA.
  Result<seconds> half_life_of(const CachedList& list) {
    const std::int64_t now = std::time(nullptr);
    Error why{ErrorKind::config, list.url + ": no site fetches from there"};
    for (const auto& site : generation_.sites()) {
      const auto urls = list_urls(*site);
      if (std::ranges::find(urls, list.url) == urls.end() && !is_allowed(site->config(), list.url)) continue;
      const auto parsed = tls::parse_crls(list.list, list.url, site->list_signers(now), now);
      if (!parsed) {
        why = parsed.error();
        continue;
      }
      const std::int64_t next = std::ranges::min_element(*parsed, {}, &tls::Crl::next_update)->next_update;
      const seconds half = next == 0 ? usual_interval : seconds((next - now) / 2);
      return std::clamp(half, shortest_interval, longest_interval);
    }
    return std::unexpected(std::move(why));
  }

  /// Servers of a farm that started together do not all ask together.
  std::chrono::milliseconds jittered(seconds time) {
    std::uniform_real_distribution<> factor(0.9, 1.1);
    return std::chrono::milliseconds(
        static_cast<long long>(static_cast<double>(time.count()) * 1000 * factor(random_)));
  }

  const Generation& generation_;
  int wishes_, news_;
  std::string inbox_;
  AlertQueue alerts_;
  std::optional<OcspQueue> ocsp_;
  std::map<std::string, Plan> plans_;
  std::minstd_rand random_{std::random_device{}()};
};

bool has_something_to_do(const Generation& generation) {
  if (generation.ocsp() != nullptr) return true;
  return !generation.webhook().url.empty() || std::ranges::any_of(generation.sites(), [](const auto& site) {
    return !list_urls(*site).empty() || !site->config().crl_hosts.empty();
  });
}

/// Without the fetcher the lists of its cache go on being used, and grow old.
void tell_failure(const char* call) {
  log::write(LogLevel::error, "crl.fetcher",
             std::string("revocation lists are not fetched: ") + call + ": " + std::strerror(errno));
}

}  // namespace

ListFetcher::~ListFetcher() { stop(); }

void ListFetcher::start(const Generation& generation, const std::function<void()>& close_inherited) {
  stop();
  if (!has_something_to_do(generation)) return;
  int news[2], wishes[2];
  if (pipe2(news, O_CLOEXEC) != 0) return tell_failure("pipe");
  if (pipe2(wishes, O_CLOEXEC) != 0) {
    tell_failure("pipe");
    close(news[0]);
    close(news[1]);
    return;
  }
  fcntl(news[0], F_SETFL, O_NONBLOCK);
  fcntl(news[1], F_SETFL, O_NONBLOCK);
  fcntl(wishes[1], F_SETFL, O_NONBLOCK);
  const pid_t supervisor = getpid();
  log::flush();  // else both processes would write what is buffered
  pid_ = fork();
  if (pid_ == 0) {
    prepare_child_signals(supervisor);
    close_inherited();
    close(news[0]);
    close(wishes[1]);
    Fetching(generation, wishes[0], news[1]).run();
    log::flush();
    _exit(0);
  }
  close(news[1]);
  close(wishes[0]);
  news_ = news[0];
  wishes_ = wishes[1];
  if (pid_ > 0) return;
  tell_failure("fork");
  stop();
}

void ListFetcher::want(const std::string& url) {
  const std::string line = "list " + url + "\n";
  // A pipe that is full has a hundred wishes in it; the client's next connection tells this one again.
  if (wishes_ >= 0) (void)!write(wishes_, line.data(), line.size());
}

void ListFetcher::alert(const std::string& id, const std::string& payload) {
  if (wishes_ < 0 || handed_.size() >= alerts_max || handed_.contains(id)) return;
  const std::string line = "alert " + id + " " + payload + "\n";
  // Of more than that a full pipe might take a part.
  if (line.size() > PIPE_BUF) return;
  if (write(wishes_, line.data(), line.size()) > 0) handed_.insert(id);
}

void ListFetcher::append_fds(std::vector<int>& fds) const {
  for (const int fd : {news_, wishes_})
    if (fd >= 0) fds.push_back(fd);
}

ListFetcher::News ListFetcher::take_news() {
  constexpr std::string_view sent = "sent ";
  char buffer[1024];
  for (ssize_t got; news_ >= 0 && (got = read(news_, buffer, sizeof buffer)) > 0;)
    inbox_.append(buffer, static_cast<std::size_t>(got));
  News news;
  for (std::size_t end; (end = inbox_.find('\n')) != inbox_.npos; inbox_.erase(0, end + 1)) {
    const std::string_view line = std::string_view(inbox_).substr(0, end);
    if (line.starts_with(sent)) {
      news.alerts_sent.emplace_back(line.substr(sent.size()));
      handed_.erase(news.alerts_sent.back());
    } else if (line == "answers") {
      news.answers_came = true;
    } else {
      news.list_came = true;
    }
  }
  return news;
}

bool ListFetcher::exited(pid_t pid) {
  if (pid != pid_) return false;
  pid_ = -1;
  stop();
  return true;
}

void ListFetcher::stop() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_ = -1;
  for (int* fd : {&news_, &wishes_}) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
  }
  inbox_.clear();
  handed_.clear();
}

}  // namespace edge::server
