// The benchmark's client: a closed loop of HTTP/1.1 requests over mutual TLS on one thread. Neither wrk nor
// h2load can present a client certificate, hence our own.
//
//   loadgen MODE PORT PATH CA CERT KEY CONNECTIONS SECONDS
//
// MODE: keepalive (requests on kept connections) · handshake (a full handshake for each) · resume (a resumed
// one) · idle (opens CONNECTIONS, asks once on each, then holds them until standard input ends). Prints one
// line of JSON when it ends; in mode idle also when all are open.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
enum class Mode { keepalive, handshake, resume, idle };

struct Options {
  Mode mode;
  std::uint16_t port;
  std::string request;
  int connections;
  double seconds;
};

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "loadgen: error: %s\n", why.c_str());
  std::exit(1);
}

class Load;

/// One connection: handshake, request, answer, and again as the mode says.
class Connection {
 public:
  Connection(Load& load, int number) : load_(load), number_(number) {}
  ~Connection() { close(); }
  void open();
  void proceed();
  bool answered_once = false;

 private:
  enum class Step { connecting, handshaking, reading, resting };
  void ask();
  bool read_answer();
  void ended();
  void wait_for(std::uint32_t events);
  void close();
  Load& load_;
  int number_;
  int socket_ = -1;
  SSL* ssl_ = nullptr;
  Step step_ = Step::connecting;
  std::string answer_;
};

class Load {
 public:
  Load(Options options, const char* ca, const char* cert, const char* key) : options_(std::move(options)) {
    context_ = SSL_CTX_new(TLS_client_method());
    if (SSL_CTX_load_verify_locations(context_, ca, nullptr) != 1 ||
        SSL_CTX_use_certificate_chain_file(context_, cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(context_, key, SSL_FILETYPE_PEM) != 1)
      stop("cannot read the certificates");
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    // The same key exchange for every server, whatever its OpenSSL prefers.
    SSL_CTX_set1_groups_list(context_, "X25519");
    SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_app_data(context_, this);
    SSL_CTX_sess_set_new_cb(context_, [](SSL* ssl, SSL_SESSION* session) {
      // A client uses a TLS 1.3 ticket once (RFC 8446 appendix C.4), and OpenSSL sees to it.
      static_cast<Load*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->sessions.push_back(session);
      return 1;
    });
    epoll_ = epoll_create1(0);
  }

  void run() {
    for (int i = 0; i < options_.connections; ++i)
      connections_.push_back(std::make_unique<Connection>(*this, i));
    const auto begin = Clock::now();
    end_ =
        begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds));
    // Opened a few at a time: a burst of thousands would measure the backlog.
    std::size_t opened = 0;
    while (options_.mode == Mode::idle ? answered < connections_.size() : Clock::now() < end_) {
      std::size_t ahead = options_.mode == Mode::idle ? 32 : connections_.size();
      while (opened < connections_.size() && opened < answered + ahead) connections_[opened++]->open();
      epoll_event events[64];
      const int count = epoll_wait(epoll_, events, 64, 100);
      for (int i = 0; i < count; ++i) static_cast<Connection*>(events[i].data.ptr)->proceed();
      if (options_.mode == Mode::idle && Clock::now() > begin + std::chrono::seconds(120))
        stop("not all connections opened");
    }
    report(std::chrono::duration<double>(Clock::now() - begin).count());
    if (options_.mode != Mode::idle) return;
    char byte;
    while (read(0, &byte, 1) > 0) continue;
  }

  void report(double seconds) const {
    std::printf("{\"requests\":%zu,\"errors\":%zu,\"refused\":%zu,\"resumed\":%zu,\"seconds\":%.4f}\n",
                answered, errors, refused, resumed, seconds);
    std::fflush(stdout);
  }
  [[nodiscard]] bool over() const { return options_.mode != Mode::idle && Clock::now() >= end_; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] SSL_CTX* context() const { return context_; }
  [[nodiscard]] int epoll() const { return epoll_; }

  std::size_t answered = 0, errors = 0, refused = 0, resumed = 0;
  std::vector<SSL_SESSION*> sessions;

 private:
  Options options_;
  SSL_CTX* context_;
  int epoll_;
  Clock::time_point end_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

void Connection::open() {
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // Handshake tests leave many ports in TIME_WAIT: spread them over the loopback range.
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(load_.options().port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ssl_ = SSL_new(load_.context());
  SSL_set_fd(ssl_, socket_);
  SSL_set_tlsext_host_name(ssl_, "localhost");
  if (load_.options().mode == Mode::resume && !load_.sessions.empty()) {
    SSL_set_session(ssl_, load_.sessions.back());
    SSL_SESSION_free(load_.sessions.back());
    load_.sessions.pop_back();
  }
  SSL_set_connect_state(ssl_);
  step_ = Step::connecting;
  epoll_event event{};
  event.events = EPOLLOUT;
  event.data.ptr = this;
  epoll_ctl(load_.epoll(), EPOLL_CTL_ADD, socket_, &event);
}

void Connection::close() {
  if (socket_ < 0) return;
  SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl_);
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket_);
  socket_ = -1;
}

void Connection::wait_for(std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = this;
  epoll_ctl(load_.epoll(), EPOLL_CTL_MOD, socket_, &event);
}

void Connection::ask() {
  answer_.clear();
  const std::string& request = load_.options().request;
  if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0) return ended();
  if (step_ != Step::reading) wait_for(EPOLLIN);
  step_ = Step::reading;
}

void Connection::ended() {
  ++load_.errors;
  close();
  if (!load_.over() && load_.errors < 1000) open();
}

void Connection::proceed() {
  if (step_ == Step::connecting) step_ = Step::handshaking;
  if (step_ == Step::handshaking) {
    const int result = SSL_do_handshake(ssl_);
    if (result != 1) {
      const int error = SSL_get_error(ssl_, result);
      if (error == SSL_ERROR_WANT_READ) return wait_for(EPOLLIN);
      if (error == SSL_ERROR_WANT_WRITE) return wait_for(EPOLLOUT);
      return ended();
    }
    if (SSL_session_reused(ssl_)) ++load_.resumed;
    return ask();
  }
  if (step_ == Step::reading && read_answer()) {
    if (!answered_once || load_.options().mode != Mode::idle) ++load_.answered;
    answered_once = true;
    if (!answer_.starts_with("HTTP/1.1 200")) ++load_.refused;
    if (load_.over()) return close();
    switch (load_.options().mode) {
      case Mode::keepalive:
        return ask();
      case Mode::idle:
        step_ = Step::resting;
        return;
      default:
        close();
        return open();
    }
  }
}

/// Reads until the answer is whole, by its Content-Length.
bool Connection::read_answer() {
  char bytes[16384];
  for (;;) {
    const int count = SSL_read(ssl_, bytes, sizeof bytes);
    if (count <= 0) {
      if (SSL_get_error(ssl_, count) != SSL_ERROR_WANT_READ) ended();
      return false;
    }
    answer_.append(bytes, static_cast<std::size_t>(count));
    const auto end = answer_.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    const char* length = strcasestr(answer_.c_str(), "\r\ncontent-length:");
    if (!length) stop("an answer without Content-Length: " + answer_.substr(0, 200));
    if (answer_.size() >= end + 4 + std::strtoull(length + 17, nullptr, 10)) return true;
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 9) stop("usage: loadgen MODE PORT PATH CA CERT KEY CONNECTIONS SECONDS");
  const std::string_view mode = arguments[1];
  Options options{
      .mode = mode == "handshake" ? Mode::handshake
              : mode == "resume"  ? Mode::resume
              : mode == "idle"    ? Mode::idle
                                  : Mode::keepalive,
      .port = static_cast<std::uint16_t>(std::atoi(arguments[2])),
      .request = std::string("GET ") + arguments[3] +
                 " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: edge-run-bench\r\nAccept: */*\r\n\r\n",
      .connections = std::atoi(arguments[7]),
      .seconds = std::atof(arguments[8]),
  };
  rlimit files{65536, 65536};
  setrlimit(RLIMIT_NOFILE, &files);
  Load(std::move(options), arguments[4], arguments[5], arguments[6]).run();
  return 0;
}
