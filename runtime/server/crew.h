// The workers of one generation: started together, replaced when they die, drained together.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/server/generation.h"
#include "runtime/server/listening_sockets.h"
#include "runtime/server/worker_process.h"

namespace edge::server {

class Crew {
 public:
  using Clock = std::chrono::steady_clock;

  Crew(std::unique_ptr<Generation> generation, ListeningSockets sockets, const HandlerFactory& make_handler);
  /// Kills what still runs.
  ~Crew();
  Crew(const Crew&) = delete;

  /// Forks all workers. `close_inherited` is called in each child, now and for later replacements.
  Result<> start(std::function<void()> close_inherited);
  /// All workers accept.
  [[nodiscard]] bool ready() const;
  /// Why the first start failed.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  /// Once the first start was a success: workers that die are replaced from now on.
  void keep_alive() { keeping_alive_ = true; }

  /// Descriptors that become readable when a worker reports.
  void append_fds(std::vector<int>& fds) const;
  /// Those that workers are told something by: no child but the worker has a use for them.
  void append_order_fds(std::vector<int>& fds) const;
  /// Tells one worker that accepts. False: none can be told now.
  [[nodiscard]] bool tell_expiring(const ExpiryNotice& notice) const;
  void read_reports();
  /// A child of this process ended. False: it is no worker of this crew.
  bool exited(pid_t pid, int status);
  /// Does what is due: starts replacements, kills who takes too long to drain.
  void tend(Clock::time_point now);
  /// When tend() wants to be called.
  [[nodiscard]] std::optional<Clock::time_point> next_due() const;

  /// SIGTERM to all. Who is left after drain_timeout is killed.
  void drain();
  void kill_all();
  [[nodiscard]] bool empty() const;

  /// URLs of lists that workers' clients named since the last call.
  [[nodiscard]] std::vector<std::string> take_found_lists() { return std::exchange(found_lists_, {}); }
  /// Clients' certificates that expire soon, by workers' reports since the last call.
  [[nodiscard]] std::vector<tls::DatedCertificate> take_expiring_clients() {
    return std::exchange(expiring_clients_, {});
  }
  [[nodiscard]] Generation& generation() { return *generation_; }
  [[nodiscard]] const ListeningSockets& sockets() const { return sockets_; }

 private:
  struct Worker {
    WorkerProcess process;
    std::size_t slot;
    Clock::time_point started;
    bool ready = false;
    std::optional<Clock::time_point> kill_at;  ///< set while it drains
  };
  struct Slot {
    std::size_t crashes = 0;  ///< in a row
    std::optional<Clock::time_point> start_at;
  };
  Result<> start_worker(std::size_t slot);
  void handle(Worker& worker, const WorkerReport& report);
  void drain(Worker& worker);
  void plan_restart(std::size_t slot, Clock::duration lived);

  std::unique_ptr<Generation> generation_;
  ListeningSockets sockets_;
  const HandlerFactory& make_handler_;
  std::function<void()> close_inherited_;
  std::vector<Slot> slots_;
  std::list<Worker> workers_;
  std::vector<std::string> found_lists_;
  std::vector<tls::DatedCertificate> expiring_clients_;
  std::optional<Error> failure_;
  bool keeping_alive_ = false;
  bool draining_ = false;
};

}  // namespace edge::server
