// Everything one serving process needs, built from a Config: sites, acceptor, handlers, listener, one
// io_context.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/config.h"
#include "runtime/server/expiry_watch.h"
#include "runtime/server/handler.h"
#include "runtime/server/listener.h"
#include "runtime/server/revocation_feed.h"
#include "runtime/tls/expiry.h"
#include "runtime/tls/tickets.h"

namespace edge::server {

struct WorkerSetup {
  const Config& config;  ///< outlives the worker
  HandlerFactory make_handler;
  RevocationFiles revocations;
  tls::TicketSecrets ticket_secrets;  ///< Site::ticket_secrets
};

/// Used by a forked worker process and, alone, by a server of one process.
class Worker {
 public:
  /// Fails with what a site's certificate, or its script, says.
  static Result<std::unique_ptr<Worker>> make(WorkerSetup setup);
  ~Worker();
  Worker(const Worker&) = delete;

  /// Takes the listening sockets and starts to accept.
  Result<> accept_on(const std::vector<int>& sockets);
  /// Serves until drain() has ended or stop() is called.
  void run();
  void drain();
  void stop();
  /// Called when a Handler asks for a new process. Without it, it is replaced here.
  void on_condemned(std::function<void()> action);
  /// Called with the URL of a list that a client's certificate names, once for each.
  void on_list_found(std::function<void(std::string)> action);
  /// Called with clients whose certificates responders are to be asked about.
  void on_ocsp_wish(OcspWishes::Tell tell);
  /// Called with a client's certificate that expires soon, once for each of Config::expiry_days.
  void on_client_expiring(std::function<void(const tls::DatedCertificate&)> action);
  /// Runs certificateExpiring of the sites that the alert is about.
  void tell_expiring(const ExpiryNotice& notice);
  [[nodiscard]] boost::asio::io_context& io();
  [[nodiscard]] std::vector<std::string> files() const;

 private:
  struct State;
  explicit Worker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace edge::server
