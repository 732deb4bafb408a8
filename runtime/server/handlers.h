// The Handler of each Site, and their replacement when a script's isolate is spent.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "runtime/server/handler.h"
#include "runtime/tls/site.h"

namespace edge::server {

/// One for a worker. Where a condemned Handler is replaced by a new process, `on_condemned` starts that;
/// where there is one process only, the Handler is made anew here and the old one ends with its last request.
class Handlers {
  struct Entry;

 public:
  /// A Handler borrowed for one request, until the response is written to its end.
  class Lease {
   public:
    Lease(Handlers& owner, const tls::Site& site);
    ~Lease();
    Lease(const Lease&) = delete;
    Begun begin(http::Request&& request);
    Task<Result<>> scheduled(ScheduledRun run);
    Task<Result<>> certificate_expiring(std::string facts);

   private:
    Handlers& owner_;
    Entry& entry_;
  };

  Handlers(boost::asio::io_context& io, TimerWheel& wheel, const Config& config, HandlerFactory make);
  ~Handlers();
  /// Makes the Handlers of all sites; fails with what the first bad script says.
  Result<> make(const tls::Sites& sites);
  /// A scheduled run of the site's script.
  Task<Result<>> scheduled(const tls::Site& site, ScheduledRun run);
  /// What the site's script makes of a certificate that expires soon.
  Task<Result<>> certificate_expiring(const tls::Site& site, std::string facts);
  /// The Handler of the site of that name, as it is now; null where there is none.
  [[nodiscard]] Handler* of(std::string_view site) const;
  /// Called once; without it a condemned Handler is replaced in this process.
  void on_condemned(std::function<void()> action) { on_condemned_ = std::move(action); }
  /// From now on nothing is replaced.
  void close() { closed_ = true; }

  [[nodiscard]] bool busy() const;
  [[nodiscard]] std::vector<std::string> files() const;

 private:
  struct Entry {
    const tls::Site& site;
    std::unique_ptr<Handler> handler;
    std::size_t running = 0;
    bool reported = false;
  };
  Result<std::unique_ptr<Entry>> make_entry(const tls::Site& site);
  void look_after(Entry& entry);
  void bury();

  boost::asio::io_context& io_;
  TimerWheel& wheel_;
  const Config& config_;
  HandlerFactory make_;
  std::function<void()> on_condemned_;
  std::map<const tls::Site*, std::unique_ptr<Entry>> entries_;
  std::vector<std::unique_ptr<Entry>> retired_;
  bool closed_ = false;
};

}  // namespace edge::server
