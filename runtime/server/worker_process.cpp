// The child's life between fork and _exit, and the pipe's format: kind, error kind, count, then texts with
// their sizes.
#include "runtime/server/worker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "runtime/base/log.h"
#include "runtime/server/worker.h"

namespace edge::server {
namespace {

void put_number(std::string& to, std::uint32_t number) {
  to.append(reinterpret_cast<const char*>(&number), sizeof number);
}

std::optional<std::uint32_t> take_number(std::string_view& from) {
  std::uint32_t number = 0;
  if (from.size() < sizeof number) return {};
  std::memcpy(&number, from.data(), sizeof number);
  from.remove_prefix(sizeof number);
  return number;
}

void send(int fd, const WorkerReport& report) {
  std::string bytes{static_cast<char>(report.kind), static_cast<char>(report.error)};
  put_number(bytes, static_cast<std::uint32_t>(report.texts.size()));
  for (const std::string& text : report.texts) {
    put_number(bytes, static_cast<std::uint32_t>(text.size()));
    bytes += text;
  }
  for (std::string_view rest = bytes; !rest.empty();) {
    const ssize_t wrote = write(fd, rest.data(), rest.size());
    if (wrote < 0 && errno != EINTR) return;  // without a supervisor nobody has to be told
    if (wrote > 0) rest.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

std::optional<WorkerReport> parse(std::string& inbox) {
  std::string_view rest = inbox;
  if (rest.size() < 2) return {};
  WorkerReport report{.kind = static_cast<WorkerReport::Kind>(rest[0]),
                      .error = static_cast<ErrorKind>(rest[1]),
                      .texts = {}};
  rest.remove_prefix(2);
  const auto count = take_number(rest);
  if (!count) return {};
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto size = take_number(rest);
    if (!size || rest.size() < *size) return {};
    report.texts.emplace_back(rest.substr(0, *size));
    rest.remove_prefix(*size);
  }
  inbox.erase(0, inbox.size() - rest.size());
  return report;
}

}  // namespace

std::vector<std::string> report_texts(const tls::DatedCertificate& client) {
  return {client.site,
          client.subject,
          client.serial,
          client.sha256,
          std::to_string(client.not_before),
          std::to_string(client.not_after)};
}

tls::DatedCertificate client_of(const std::vector<std::string>& texts) {
  return {.use = tls::CertificateUse::client,
          .site = texts.at(0),
          .file = {},
          .subject = texts.at(1),
          .serial = texts.at(2),
          .sha256 = texts.at(3),
          .not_before = std::stoll(texts.at(4)),
          .not_after = std::stoll(texts.at(5))};
}

void prepare_child_signals(pid_t parent) {
  // The terminal sends SIGINT and SIGHUP to the whole group; the supervisor decides what they mean.
  signal(SIGINT, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGTERM, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(0);  // it died before that call
}

namespace {
/// Alerts are messages of a socket, which keeps their ends.
constexpr std::size_t order_bytes_max = 64 * 1024;

void obey_next(boost::asio::posix::stream_descriptor& orders, Worker& worker) {
  orders.async_wait(boost::asio::posix::stream_descriptor::wait_read, [&](boost::system::error_code failed) {
    if (failed) return;
    std::string message(order_bytes_max, '\0');
    const ssize_t got = recv(orders.native_handle(), message.data(), message.size(), MSG_DONTWAIT);
    if (got == 0) return;  // the supervisor is gone, and so will we be
    if (got > 0)
      if (const auto notice =
              ExpiryNotice::decode(std::string_view(message).substr(0, static_cast<std::size_t>(got))))
        worker.tell_expiring(*notice);
    obey_next(orders, worker);
  });
}

int serve(const WorkerProcessSetup& setup, int reports, int orders_fd) {
  const Generation& generation = setup.generation;
  auto worker = Worker::make({.config = generation.config(),
                              .make_handler = setup.make_handler,
                              .revocations = generation.revocations(),
                              .ticket_secrets = generation.ticket_secrets()});
  Result<> accepting = worker ? (*worker)->accept_on(setup.sockets) : std::unexpected(worker.error());
  if (!accepting) {
    send(reports, {.kind = WorkerReport::Kind::failed,
                   .error = accepting.error().kind,
                   .texts = {accepting.error().message}});
    return 1;
  }
  boost::asio::signal_set terminate((*worker)->io(), SIGTERM);
  terminate.async_wait([&](boost::system::error_code failed, int) {
    if (!failed) (*worker)->drain();
  });
  (*worker)->on_condemned([&] {
    send(reports, {.kind = WorkerReport::Kind::condemned, .texts = {}});
    (*worker)->drain();
  });
  (*worker)->on_list_found([&](std::string url) {
    send(reports, {.kind = WorkerReport::Kind::list_found, .texts = {std::move(url)}});
  });
  (*worker)->on_client_expiring([&](const tls::DatedCertificate& client) {
    send(reports, {.kind = WorkerReport::Kind::client_expiring, .texts = report_texts(client)});
  });
  if (generation.ocsp() != nullptr)
    (*worker)->on_ocsp_wish([&](const OcspWish& wish) { return generation.ocsp()->send(wish); });
  boost::asio::posix::stream_descriptor orders((*worker)->io(), orders_fd);
  obey_next(orders, **worker);
  send(reports, {.kind = WorkerReport::Kind::ready, .texts = (*worker)->files()});
  (*worker)->run();
  return 0;
}

}  // namespace

WorkerOrders::~WorkerOrders() {
  if (fd_ >= 0) close(fd_);
}

bool WorkerOrders::tell_expiring(const ExpiryNotice& notice) const {
  const std::string message = notice.encoded();
  if (message.size() > order_bytes_max)
    return true;  // names of sites as long as books: the log has the alert
  return ::send(fd_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
         static_cast<ssize_t>(message.size());
}

WorkerReports::~WorkerReports() {
  if (fd_ >= 0) close(fd_);
}

std::optional<WorkerReport> WorkerReports::next() {
  char buffer[4096];
  while (fd_ >= 0) {
    const ssize_t got = read(fd_, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    if (got == 0) {
      close(std::exchange(fd_, -1));
      break;
    }
    inbox_.append(buffer, static_cast<std::size_t>(got));
  }
  return parse(inbox_);
}

Result<WorkerProcess> start_worker_process(const WorkerProcessSetup& setup) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorKind::io, std::string("pipe: ") + std::strerror(errno));
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  int orders[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, orders) != 0) {
    const int why = errno;
    close(ends[0]);
    close(ends[1]);
    return fail(ErrorKind::io, std::string("socketpair: ") + std::strerror(why));
  }
  const pid_t supervisor = getpid();
  log::flush();  // else both processes would write what is buffered
  const pid_t pid = fork();
  if (pid < 0) {
    const int why = errno;
    for (const int fd : {ends[0], ends[1], orders[0], orders[1]}) close(fd);
    return fail(ErrorKind::io, std::string("fork: ") + std::strerror(why));
  }
  if (pid > 0) {
    close(ends[1]);
    close(orders[1]);
    return WorkerProcess{.pid = pid, .reports = WorkerReports(ends[0]), .orders = WorkerOrders(orders[0])};
  }
  close(ends[0]);
  close(orders[0]);
  prepare_child_signals(supervisor);
  setup.close_inherited();
  const int code = serve(setup, ends[1], orders[1]);
  log::flush();
  // Not exit(): static objects and the supervisor's stack belong to the supervisor.
  _exit(code);
}

}  // namespace edge::server
