// A worker in a process of its own: forked, told to drain by SIGTERM, telling how it is through a pipe.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/server/expiry_watch.h"
#include "runtime/server/generation.h"
#include "runtime/server/handler.h"
#include "runtime/tls/expiry.h"

namespace edge::server {

/// What a worker says to its supervisor.
struct WorkerReport {
  enum class Kind : char {
    ready = 'R',            ///< it accepts; `texts` are the files that its scripts were made from
    failed = 'E',           ///< it cannot start: `texts` is the message, `error` says whose fault
    condemned = 'C',        ///< it drains, another one should take its place
    list_found = 'L',       ///< `texts` is the URL of a list that a client's certificate names
    client_expiring = 'X',  ///< `texts` are those of a client's certificate that expires soon
  };
  Kind kind;
  ErrorKind error = ErrorKind::config;
  std::vector<std::string> texts;
};

/// The supervisor's end of the pipe.
class WorkerReports {
 public:
  explicit WorkerReports(int fd) : fd_(fd) {}
  ~WorkerReports();
  WorkerReports(WorkerReports&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), inbox_(std::move(other.inbox_)) {}
  WorkerReports& operator=(WorkerReports&&) = delete;
  [[nodiscard]] int fd() const { return fd_; }  ///< -1 when the worker has closed its end
  /// Reads without waiting; the next complete report, where there is one.
  std::optional<WorkerReport> next();

 private:
  int fd_;
  std::string inbox_;
};

struct WorkerProcessSetup {
  const Generation& generation;
  const HandlerFactory& make_handler;
  std::vector<int> sockets;               ///< that this worker accepts on
  std::function<void()> close_inherited;  ///< called in the child: closes what only the supervisor needs
};

/// Where the supervisor tells a worker something; the worker's answer to signals is its own affair.
class WorkerOrders {
 public:
  explicit WorkerOrders(int fd) : fd_(fd) {}
  ~WorkerOrders();
  WorkerOrders(WorkerOrders&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  WorkerOrders& operator=(WorkerOrders&&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  /// Without waiting; false when the worker has too much to read, or is gone.
  [[nodiscard]] bool tell_expiring(const ExpiryNotice& notice) const;

 private:
  int fd_;
};

struct WorkerProcess {
  pid_t pid;
  WorkerReports reports;
  WorkerOrders orders;
};

/// A client's certificate as the texts of a report, and back.
std::vector<std::string> report_texts(const tls::DatedCertificate& client);
tls::DatedCertificate client_of(const std::vector<std::string>& texts);

/// In a child: ends with `parent`, and leaves the terminal's signals to it.
void prepare_child_signals(pid_t parent);

/// Forks. The child never returns from here.
Result<WorkerProcess> start_worker_process(const WorkerProcessSetup& setup);

}  // namespace edge::server
