// One Worker in this process, with the supervisor's signals.
#include "runtime/server/single_process.h"

#include <signal.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <ctime>

#include "runtime/base/log.h"
#include "runtime/server/deny_watch.h"
#include "runtime/server/expiry_watch.h"
#include "runtime/server/generation.h"
#include "runtime/server/list_sources.h"
#include "runtime/server/listening_sockets.h"
#include "runtime/server/service_notify.h"
#include "runtime/server/worker.h"

namespace edge::server {
namespace {

class SingleProcess {
 public:
  explicit SingleProcess(Service service)
      : service_(std::move(service)),
        instance_(service_.config.state_dir),
        deny_watch_(service_.config.state_dir),
        expiry_(service_.config.state_dir) {}

  Result<int> run() {
    signal(SIGPIPE, SIG_IGN);
    auto generation = Generation::load(service_.config, instance_);
    if (!generation) return std::unexpected(std::move(generation.error()));
    generation_ = std::move(*generation);
    if (auto denials = instance_.publish_denials(); !denials)
      return std::unexpected(std::move(denials.error()));
    for (const auto& site : generation_->sites())
      if (!list_urls(*site).empty() || !site->config().crl_hosts.empty())
        return fail(ErrorKind::config,
                    "site '" + site->config().name +
                        "': lists are fetched by a process of their own; workers = 1 has one");
    if (generation_->ocsp() != nullptr)
      return fail(ErrorKind::config,
                  "ocsp_responder and ocsp_hosts: responders are asked by a process of their own; workers = "
                  "1 has one");
    if (!generation_->webhook().url.empty())
      return fail(ErrorKind::config,
                  "expiry_webhook: alerts are sent by a process of their own; workers = 1 has one");
    // Handlers before sockets: nobody can connect before there is somebody to answer.
    auto worker = Worker::make({.config = generation_->config(),
                                .make_handler = service_.make_handler,
                                .revocations = generation_->revocations(),
                                .ticket_secrets = generation_->ticket_secrets()});
    if (!worker) return std::unexpected(std::move(worker.error()));
    worker_ = std::move(*worker);
    generation_->watch(worker_->files());
    auto sockets = ListeningSockets::open(generation_->config().listen, 1, nullptr);
    if (!sockets) return std::unexpected(std::move(sockets.error()));
    std::vector<int> own;
    for (const int fd : sockets->of(0)) own.push_back(dup(fd));
    if (auto accepting = worker_->accept_on(own); !accepting)
      return std::unexpected(std::move(accepting.error()));
    boost::asio::signal_set signals(worker_->io(), SIGTERM, SIGINT, SIGHUP);
    wait_for(signals);
    boost::asio::posix::stream_descriptor denials(worker_->io());
    if (deny_watch_.fd() >= 0) denials.assign(dup(deny_watch_.fd()));
    wait_for(denials);
    worker_->on_client_expiring([this](const tls::DatedCertificate& client) {
      expiry_.seen(client, std::time(nullptr));
      tell_scripts();
    });
    boost::asio::steady_timer daily(worker_->io());
    expiry_.watch(generation_->config(), std::time(nullptr));
    tell_scripts();
    wait_for(daily);
    if (service_.listening) service_.listening(sockets->urls());
    *sockets = ListeningSockets();  // the worker has its own, and closes them when it drains
    service_notify("READY=1");
    worker_->run();
    return exit_code_;
  }

 private:
  void wait_for(boost::asio::signal_set& signals) {
    signals.async_wait([this, &signals](boost::system::error_code failed, int number) {
      if (failed) return;
      wait_for(signals);
      if (number == SIGHUP) return reload();
      service_notify("STOPPING=1");
      if (stopping_) {
        exit_code_ = 128 + number;
        return worker_->stop();
      }
      stopping_ = true;
      worker_->drain();
    });
  }

  void wait_for(boost::asio::posix::stream_descriptor& denials) {
    if (!denials.is_open()) return;
    denials.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [this, &denials](boost::system::error_code failed) {
                         if (failed) return;
                         if (deny_watch_.changed())
                           if (auto published = instance_.publish_denials(); !published)
                             log::write(LogLevel::error, "deny.failed", published.error().message);
                         wait_for(denials);
                       });
  }

  void wait_for(boost::asio::steady_timer& daily) {
    if (!expiry_.due()) return;
    daily.expires_at(*expiry_.due());
    daily.async_wait([this, &daily](boost::system::error_code failed) {
      if (failed) return;
      expiry_.tend(ExpiryWatch::Clock::now(), std::time(nullptr));
      tell_scripts();
      wait_for(daily);
    });
  }

  void tell_scripts() {
    for (const ExpiryNotice& notice : expiry_.take_notices()) worker_->tell_expiring(notice);
  }

  void reload() {
    service_notify_reloading();
    if (auto published = generation_->publish_lists(); !published)
      log::write(LogLevel::error, "reload.failed", published.error().message);
    auto config = service_.reread ? service_.reread() : Result<Config>(generation_->config());
    if (!config)
      log::write(LogLevel::error, "reload.failed", config.error().message);
    else if (!generation_->only_lists_may_differ(*config))
      log::write(LogLevel::warn, "reload.lists_only",
                 "only revocation lists were reloaded: with workers = 0 a restart takes in the rest");
    service_notify("READY=1");
  }

  Service service_;
  Instance instance_;
  DenyWatch deny_watch_;
  ExpiryWatch expiry_;
  std::unique_ptr<Generation> generation_;
  std::unique_ptr<Worker> worker_;
  bool stopping_ = false;
  int exit_code_ = 0;
};

}  // namespace

Result<int> run_single_process(Service service) { return SingleProcess(std::move(service)).run(); }

}  // namespace edge::server
