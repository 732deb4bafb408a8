// Builds a worker's parts in the order of who borrows from whom.
#include "runtime/server/worker.h"

#include <algorithm>
#include <set>
#include <utility>

#include "runtime/base/io_context.h"
#include "runtime/http/identity_headers.h"
#include "runtime/server/schedule.h"
#include "runtime/tls/site.h"

namespace edge::server {

struct Worker::State {
  State(const Config& worker_config, std::shared_ptr<const tls::Sites> worker_sites,
        std::unique_ptr<RevocationFeed> feed, HandlerFactory make_handler)
      : config(worker_config),
        sites(std::move(worker_sites)),
        revocations(std::move(feed)),
        acceptor(sites, *revocations, config.limits),
        handlers(io, wheel, config, std::move(make_handler)) {}

  const Config& config;
  IoContext io;
  TimerWheel wheel{io};
  std::shared_ptr<const tls::Sites> sites;
  std::unique_ptr<RevocationFeed> revocations;
  tls::Acceptor acceptor;
  Handlers handlers;
  ClientAuthLog client_auth_log;
  ClientExpiry client_expiry{config};
  OcspWishes ocsp_wishes;
  Shared shared{.wheel = wheel,
                .limits = config.limits,
                .sites = *sites,
                .acceptor = acceptor,
                .revocations = *revocations,
                .handlers = handlers,
                .client_auth_log = client_auth_log,
                .client_expiry = client_expiry,
                .ocsp_wishes = ocsp_wishes,
                .configured_claims = http::configured_claims(config),
                .list_found = {}};
  Listener listener{io, shared};
  Schedule schedule{io, handlers, *sites, config.state_dir};
  bool draining = false;
};

Result<std::unique_ptr<Worker>> Worker::make(WorkerSetup setup) {
  std::vector<std::shared_ptr<const tls::Site>> sites;
  for (const SiteConfig& config : setup.config.sites) {
    auto site = tls::Site::load(config, setup.config.limits, setup.ticket_secrets);
    if (!site) return std::unexpected(std::move(site.error()));
    sites.push_back(std::move(*site));
  }
  auto feed = RevocationFeed::open(std::move(setup.revocations));
  if (!feed) return std::unexpected(std::move(feed.error()));
  auto state = std::make_unique<State>(setup.config, std::make_shared<const tls::Sites>(std::move(sites)),
                                       std::move(*feed), std::move(setup.make_handler));
  if (auto made = state->handlers.make(*state->sites); !made) return std::unexpected(std::move(made.error()));
  return std::unique_ptr<Worker>(new Worker(std::move(state)));
}

Worker::Worker(std::unique_ptr<State> state) : state_(std::move(state)) {}

Worker::~Worker() {
  state_->handlers.close();
  state_->listener.cancel();
  state_->io.restart();
  state_->io.poll();
  state_->io.shutdown();
}

Result<> Worker::accept_on(const std::vector<int>& sockets) {
  for (const int socket : sockets)
    if (auto accepting = state_->listener.accept_on(socket); !accepting) return accepting;
  const auto authenticates = [](const auto& site) {
    return site->config().client_auth != ClientAuthMode::off;
  };
  if (std::ranges::any_of(state_->sites->all(), authenticates)) state_->listener.watch_revocations();
  return {};
}

void Worker::run() {
  state_->schedule.start();
  state_->io.run();
}

void Worker::drain() {
  if (std::exchange(state_->draining, true)) return;
  state_->handlers.close();
  state_->schedule.stop();
  state_->listener.drain([this] { stop(); });
}

void Worker::stop() { state_->io.stop(); }

void Worker::on_condemned(std::function<void()> action) { state_->handlers.on_condemned(std::move(action)); }

void Worker::on_list_found(std::function<void(std::string)> action) {
  state_->shared.list_found = [action = std::move(action),
                               told = std::set<std::string>()](const std::string& url) mutable {
    constexpr std::size_t told_max = 1024;
    if (told.size() < told_max && told.insert(url).second) action(url);
  };
}

void Worker::on_ocsp_wish(OcspWishes::Tell tell) { state_->ocsp_wishes.on_wish(std::move(tell)); }

void Worker::on_client_expiring(std::function<void(const tls::DatedCertificate&)> action) {
  state_->client_expiry.on_expiring(std::move(action));
}

void Worker::tell_expiring(const ExpiryNotice& notice) { state_->schedule.tell_expiring(notice); }

boost::asio::io_context& Worker::io() { return state_->io; }

std::vector<std::string> Worker::files() const { return state_->handlers.files(); }

}  // namespace edge::server
