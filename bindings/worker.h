// A Handler played by a script: one for each Site of a worker process.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/debugged.h"
#include "bindings/host.h"
#include "bindings/type_script.h"
#include "runtime/js/realm.h"
#include "runtime/server/handler.h"

namespace edge::bindings {

/// What a Worker is made of.
struct WorkerSettings {
  SiteConfig site;
  Limits limits;
  std::unique_ptr<http::Client> client;              ///< null: fetch() is refused
  std::unique_ptr<http::Client> origin_client = {};  ///< for the site's origin alone; null: as others
  Clients certificates = {};  ///< of the site's mtls_certificates, where there is a client
  std::function<server::Handler*(std::string_view site)> handler_of = {};  ///< empty: no other sites
  std::shared_ptr<RateCounters> rate_counters = {};                        ///< null: counters of its own
  std::string kv_path;                 ///< SQLite file of the site's KV namespaces
  js::SnapshotView snapshot;           ///< empty: every Realm runs the bootstrap
  http::DevTools* devtools = nullptr;  ///< where debuggers come in; null: nowhere
  std::optional<std::string> source;   ///< instead of the file site.script, which stays its name in stacks
  std::string cache_folder = {};       ///< for what TypeScript became; "": it is made anew each time
};

/// Lives longer than the requests that it answers.
class Worker : public server::Handler {
 public:
  /// Reads the script and runs its top level; fails with the script's message and stack, or for what the
  /// site's configuration names and cannot be used.
  static Result<std::unique_ptr<Worker>> make(boost::asio::io_context& io, TimerWheel& wheel,
                                              WorkerSettings settings);
  ~Worker() override;

  Task<http::Response> fetch(http::Request&& request) override;
  server::Begun begin(http::Request&& request) override;
  Task<Result<>> scheduled(server::ScheduledRun run) override;
  Task<Result<>> certificate_expiring(std::string facts) override;
  /// A Realm that reached a limit is replaced in place, so a process never has to be. What V8 cannot survive
  /// ends it.
  [[nodiscard]] bool condemned() const override { return false; }
  [[nodiscard]] bool busy() const override;
  [[nodiscard]] std::vector<std::string> files() const override;

  /// The Realm of the next request; for tests and tools.
  [[nodiscard]] Host& host();
  [[nodiscard]] std::size_t realms() const { return old_.size() + 1; }

 private:
  /// A Realm and what its natives find.
  struct Incarnation {
    explicit Incarnation(World& world) : host(world) {}
    Host host;
    std::unique_ptr<js::Realm> realm;
    std::unique_ptr<js::Inspector> inspector;
    std::unique_ptr<Debugged> debugged;
  };
  /// Ends the exchange when the coroutine that waits for its answer goes away.
  class Lease;

  Worker(boost::asio::io_context& io, TimerWheel& wheel, WorkerSettings settings);
  Result<std::unique_ptr<Incarnation>> incarnate();
  [[nodiscard]] js::RealmOptions realm_options();
  /// The Host for a new request; null when no Realm can be made, which is in the log.
  Host* ready_host();
  /// An event that ends without a response: `begin` makes the visit, `name` is the handler's.
  Task<Result<>> run(std::string name, std::function<void(Host&, Exchange&)> begin);
  Task<http::Response> answer_of(Lease lease);
  /// The visit that begins a request.
  void visit(Host& host, Exchange& exchange);
  void drop_old();

  const WorkerSettings settings_;
  World world_;
  TypeScript type_script_;
  bool is_starting_ = false;
  std::unique_ptr<Incarnation> current_;
  std::vector<std::unique_ptr<Incarnation>> old_;  ///< condemned, with events that have not ended
  std::shared_ptr<Worker*> self_;                  ///< for what may come after the Worker's end
};

}  // namespace edge::bindings
