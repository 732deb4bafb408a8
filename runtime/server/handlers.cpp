// Makes Handlers, lends them to requests, and replaces those that are condemned.
#include "runtime/server/handlers.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "runtime/base/log.h"

namespace edge::server {

Handlers::Lease::Lease(Handlers& owner, const tls::Site& site)
    : owner_(owner), entry_(*owner.entries_.at(&site)) {
  ++entry_.running;
}

Handlers::Lease::~Lease() {
  --entry_.running;
  owner_.look_after(entry_);
}

Begun Handlers::Lease::begin(http::Request&& request) { return entry_.handler->begin(std::move(request)); }

Task<Result<>> Handlers::Lease::scheduled(ScheduledRun run) {
  return entry_.handler->scheduled(std::move(run));
}

Task<Result<>> Handlers::scheduled(const tls::Site& site, ScheduledRun run) {
  Lease lease(*this, site);
  co_return co_await lease.scheduled(std::move(run));
}

Task<Result<>> Handlers::Lease::certificate_expiring(std::string facts) {
  return entry_.handler->certificate_expiring(std::move(facts));
}

Task<Result<>> Handlers::certificate_expiring(const tls::Site& site, std::string facts) {
  Lease lease(*this, site);
  co_return co_await lease.certificate_expiring(std::move(facts));
}

Handler* Handlers::of(std::string_view site) const {
  for (const auto& [key, entry] : entries_)
    if (entry->site.config().name == site) return entry->handler.get();
  return nullptr;
}

Handlers::Handlers(boost::asio::io_context& io, TimerWheel& wheel, const Config& config, HandlerFactory make)
    : io_(io), wheel_(wheel), config_(config), make_(std::move(make)) {}

Handlers::~Handlers() = default;

Result<> Handlers::make(const tls::Sites& sites) {
  for (const auto& site : sites.all()) {
    auto entry = make_entry(*site);
    if (!entry) return std::unexpected(std::move(entry.error()));
    entries_[site.get()] = std::move(*entry);
  }
  return {};
}

Result<std::unique_ptr<Handlers::Entry>> Handlers::make_entry(const tls::Site& site) {
  auto handler = make_({.io = io_,
                        .wheel = wheel_,
                        .site = site.config(),
                        .config = config_,
                        .handler_of = [this](std::string_view name) { return of(name); }});
  if (!handler) return std::unexpected(std::move(handler.error()));
  return std::unique_ptr<Entry>(new Entry{.site = site, .handler = std::move(*handler)});
}

bool Handlers::busy() const {
  return std::ranges::any_of(entries_, [](const auto& row) { return row.second->handler->busy(); }) ||
         std::ranges::any_of(retired_, [](const auto& entry) { return entry->handler->busy(); });
}

std::vector<std::string> Handlers::files() const {
  std::vector<std::string> files;
  for (const auto& [site, entry] : entries_) files.append_range(entry->handler->files());
  return files;
}

void Handlers::look_after(Entry& entry) {
  if (closed_ || !entry.handler->condemned()) return;
  if (!std::exchange(entry.reported, true)) {
    const SiteConfig& site = entry.site.config();
    log::write(LogLevel::warn, "script.condemned", "the script reached a limit and is replaced",
               {{"site", site.name}, {"script", site.script}});
    if (on_condemned_) return std::exchange(on_condemned_, nullptr)();
    auto fresh = make_entry(entry.site);
    if (!fresh) {
      log::write(LogLevel::error, "script.not_replaced", fresh.error().message, {{"site", site.name}});
      return;
    }
    retired_.push_back(std::exchange(entries_.at(&entry.site), std::move(*fresh)));
  }
  // The caller may still be on the stack of the Handler that has just answered, so the old one ends later.
  if (!retired_.empty()) boost::asio::post(io_, [this] { bury(); });
}

void Handlers::bury() {
  std::erase_if(retired_, [](const auto& old) { return old->running == 0 && !old->handler->busy(); });
}

}  // namespace edge::server
