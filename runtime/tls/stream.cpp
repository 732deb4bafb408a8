// The byte stream over a socket. OpenSSL reads from the socket and writes into one buffer of the thread,
// which is sent when the operation is over: what is done at once costs one system call and no memory of the
// connection.
#include "runtime/tls/stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <cstring>
#include <optional>

#include "runtime/tls/asn1.h"

namespace edge::tls {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t record_bytes = 16 * 1024;
/// Encrypted at a time: so much a connection holds whose client does not read.
constexpr std::size_t flight_bytes = 64 * 1024;
/// What reading may add to unsent bytes by answering the peer's key updates.
constexpr std::size_t unsent_bytes_max = 256 * 1024;
/// Moved by one stream without ever waiting; then the others get their turn.
constexpr std::size_t turn_bytes = 512 * 1024;
/// What an operation weighs at least, so that many small ones count too.
constexpr std::size_t operation_bytes = 4 * 1024;

/// What the running operation encrypted. Empty whenever no operation runs.
std::string& flight() {
  thread_local std::string bytes;
  return bytes;
}

std::unexpected<Error> timed_out() { return fail(ErrorKind::timeout, "the time for it is over"); }

/// Nothing when the operation would have to wait.
using Step = Result<std::optional<std::size_t>>;

}  // namespace

struct Stream::State {
  Socket socket;
  SslPtr ssl;
  std::string unsent;  ///< ciphertext that the kernel did not take yet, from `unsent_from` on
  std::size_t unsent_from = 0;
  std::size_t moved = 0;  ///< since the last wait
  int error_number = 0;   ///< of the recv or send that failed
  bool ended = false;     ///< the peer's FIN was seen
  bool failed = false;
  bool cancelled = false;

  explicit State(Socket s) : socket(std::move(s)) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  }

  void attach(SslPtr taken);
  Step read(std::span<char> into);
  Step handshake_step();
  Result<> encrypt(std::string_view bytes);
  Result<> flush();
  void send_unsent();
  std::size_t send_now(std::string_view bytes);
  std::unexpected<Error> broken();
  Result<> after_wait(const error_code& ec);
  Task<Result<>> drain();
  Task<> give_way();
  bool is_turn_over() const { return moved > turn_bytes; }
  void count(std::size_t bytes) { moved += std::max(bytes, operation_bytes); }

  std::size_t receive(char* into, std::size_t size);
  static const BIO_METHOD* bio_method();
  static int bio_read(BIO* bio, char* into, int size);
  static int bio_write(BIO* bio, const char* from, int size);
  static long bio_control(BIO* bio, int command, long, void*);
};

// --- OpenSSL's side: the BIO
// ----------------------------------------------------------------------------------------

const BIO_METHOD* Stream::State::bio_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "edge-run stream");
    BIO_meth_set_read(made, &State::bio_read);
    BIO_meth_set_write(made, &State::bio_write);
    BIO_meth_set_ctrl(made, &State::bio_control);
    return made;
  }();
  return method;
}

int Stream::State::bio_read(BIO* bio, char* into, int size) {
  auto& state = *static_cast<State*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const std::size_t got = state.receive(into, static_cast<std::size_t>(size));
  if (got > 0) return static_cast<int>(got);
  if (state.ended) return 0;
  if (state.error_number == 0) BIO_set_retry_read(bio);
  return -1;
}

int Stream::State::bio_write(BIO*, const char* from, int size) {
  flight().append(from, static_cast<std::size_t>(size));
  return size;
}

long Stream::State::bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return static_cast<State*>(BIO_get_data(bio))->ended ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

void Stream::State::attach(SslPtr taken) {
  ssl = std::move(taken);
  BIO* bio = BIO_new(bio_method());
  check(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl.get(), bio, bio);
  // Reading ahead makes one recv of a record's header and body, straight into OpenSSL's buffer, which exists
  // only while it holds something.
  SSL_set_read_ahead(ssl.get(), 1);
  SSL_set_mode(ssl.get(), SSL_MODE_RELEASE_BUFFERS);
  // A FIN without close_notify is told apart by `ended`; as a fatal error it would also spoil the session.
  SSL_set_options(ssl.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
}

// --- steps that never wait
// ------------------------------------------------------------------------------------------

/// 0 and neither `ended` nor `error_number` set: nothing is there yet.
std::size_t Stream::State::receive(char* into, std::size_t size) {
  for (;;) {
    const ssize_t got = ::recv(socket.native_handle(), into, size, 0);
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0) {
      ended = true;
      return 0;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) error_number = errno;
    return 0;
  }
}

std::size_t Stream::State::send_now(std::string_view bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = ::send(socket.native_handle(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) error_number = errno;
    break;
  }
  return sent;
}

/// Sends what the operation encrypted; what the kernel does not take stays, in order, in `unsent`.
Result<> Stream::State::flush() {
  std::string& bytes = flight();
  if (bytes.empty()) return {};
  std::size_t sent = 0;
  if (unsent.empty()) sent = send_now(bytes);
  if (sent < bytes.size()) unsent.append(bytes, sent);
  bytes.clear();
  if (error_number != 0) return broken();
  if (unsent.size() - unsent_from > unsent_bytes_max)
    return fail(ErrorKind::limit, "the peer takes none of the answers it asks for");
  return {};
}

void Stream::State::send_unsent() {
  unsent_from += send_now(std::string_view(unsent).substr(unsent_from));
  if (unsent_from < unsent.size()) return;
  unsent_from = 0;
  std::string().swap(unsent);
}

std::unexpected<Error> Stream::State::broken() {
  failed = true;
  if (error_number == ECONNRESET || error_number == EPIPE)
    return fail(ErrorKind::closed, "the peer reset the connection");
  if (error_number != 0)
    return fail(ErrorKind::io, std::string("the connection failed: ") + std::strerror(error_number));
  if (ended) return fail(ErrorKind::closed, "the peer closed the connection without saying so in TLS");
  return fail(ErrorKind::tls, openssl_reason());
}

Step Stream::State::read(std::span<char> into) {
  if (!ssl) {
    const std::size_t got = receive(into.data(), into.size());
    count(got);
    if (got > 0 || ended) return got;
    if (error_number != 0) return broken();
    return std::nullopt;
  }
  ERR_clear_error();
  std::size_t got = 0;
  const int done = SSL_read_ex(ssl.get(), into.data(), into.size(), &got);
  const int problem = done == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl.get(), done);
  count(got);
  if (auto flushed = flush(); !flushed) return std::unexpected(std::move(flushed.error()));
  if (problem == SSL_ERROR_NONE) return got;
  if (problem == SSL_ERROR_WANT_READ) return std::nullopt;
  if (problem == SSL_ERROR_ZERO_RETURN && !ended) return std::size_t{0};
  return broken();
}

Step Stream::State::handshake_step() {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl.get());
  if (done == 1) {
    if (auto flushed = flush(); !flushed) return std::unexpected(std::move(flushed.error()));
    return 1;
  }
  const int problem = SSL_get_error(ssl.get(), done);
  if (problem == SSL_ERROR_WANT_READ) {
    if (auto flushed = flush(); !flushed) return std::unexpected(std::move(flushed.error()));
    return std::nullopt;
  }
  auto error = broken();
  (void)flush();  // the alert that says why
  return error;
}

Result<> Stream::State::encrypt(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    std::size_t taken = 0;
    const int done = SSL_write_ex(ssl.get(), bytes.data(), std::min(bytes.size(), record_bytes), &taken);
    if (done != 1) {
      auto error = broken();
      (void)flush();
      return error;
    }
    bytes.remove_prefix(taken);
  }
  return flush();
}

// --- waiting
// --------------------------------------------------------------------------------------------------------

Result<> Stream::State::after_wait(const error_code& ec) {
  moved = 0;
  if (cancelled) return timed_out();
  if (ec) return fail(ErrorKind::io, "waiting on the connection failed: " + ec.message());
  return {};
}

Task<Result<>> Stream::State::drain() {
  while (!unsent.empty()) {
    if (cancelled) co_return timed_out();
    error_code ec;
    co_await socket.async_wait(Socket::wait_write, asio::redirect_error(use_task, ec));
    if (auto waited = after_wait(ec); !waited) co_return waited;
    send_unsent();
    if (error_number != 0) co_return broken();
  }
  co_return Result<>{};
}

Task<> Stream::State::give_way() {
  moved = 0;
  co_await asio::post(socket.get_executor(), use_task);
}

Stream::Stream(Socket socket) : state_(std::make_unique<State>(std::move(socket))) {}

Stream::Stream(Socket socket, SslPtr ssl) : Stream(std::move(socket)) { state_->attach(std::move(ssl)); }

Stream::~Stream() { close(); }

Socket& Stream::socket() { return state_->socket; }
SSL* Stream::ssl() { return state_->ssl.get(); }

Task<Result<>> Stream::handshake() {
  State& state = *state_;
  check(state.ssl != nullptr);
  for (;;) {
    if (state.cancelled) co_return timed_out();
    auto step = state.handshake_step();
    if (!step) co_return std::unexpected(std::move(step.error()));
    if (!state.unsent.empty()) {
      if (auto drained = co_await state.drain(); !drained) co_return drained;
    }
    if (*step) co_return Result<>{};
    error_code ec;
    co_await state.socket.async_wait(Socket::wait_read, asio::redirect_error(use_task, ec));
    if (auto waited = state.after_wait(ec); !waited) co_return waited;
  }
}

Task<Result<std::size_t>> Stream::read_some(std::span<char> into) {
  State& state = *state_;
  check(!into.empty());
  for (;;) {
    if (state.cancelled) co_return timed_out();
    if (state.is_turn_over()) {
      co_await state.give_way();
      continue;
    }
    auto step = state.read(into);
    if (!step) co_return std::unexpected(std::move(step.error()));
    if (*step) co_return **step;
    error_code ec;
    co_await state.socket.async_wait(Socket::wait_read, asio::redirect_error(use_task, ec));
    if (auto waited = state.after_wait(ec); !waited) co_return std::unexpected(std::move(waited.error()));
  }
}

Task<Result<>> Stream::write(std::string_view bytes) {
  State& state = *state_;
  while (!bytes.empty()) {
    if (state.cancelled) co_return timed_out();
    if (state.is_turn_over()) {
      co_await state.give_way();
      continue;
    }
    if (state.ssl) {
      const std::string_view part = bytes.substr(0, flight_bytes);
      bytes.remove_prefix(part.size());
      state.count(part.size());
      if (auto encrypted = state.encrypt(part); !encrypted) co_return encrypted;
      if (!state.unsent.empty()) {
        if (auto drained = co_await state.drain(); !drained) co_return drained;
      }
      continue;
    }
    const std::size_t sent = state.send_now(bytes.substr(0, turn_bytes));
    bytes.remove_prefix(sent);
    state.count(sent);
    if (state.error_number != 0) co_return state.broken();
    if (sent > 0) continue;
    error_code ec;
    co_await state.socket.async_wait(Socket::wait_write, asio::redirect_error(use_task, ec));
    if (auto waited = state.after_wait(ec); !waited) co_return waited;
  }
  co_return Result<>{};
}

Task<Result<>> Stream::wait_readable() {
  State& state = *state_;
  if (state.cancelled) co_return timed_out();
  if (has_pending()) co_return Result<>{};
  error_code ec;
  co_await state.socket.async_wait(Socket::wait_read, asio::redirect_error(use_task, ec));
  co_return state.after_wait(ec);
}

bool Stream::has_pending() const { return state_->ssl && SSL_has_pending(state_->ssl.get()) == 1; }

void Stream::cancel() {
  state_->cancelled = true;
  error_code ignored;
  state_->socket.cancel(ignored);
}

void Stream::close() {
  State& state = *state_;
  if (!state.socket.is_open()) return;
  if (state.ssl && !state.failed && SSL_is_init_finished(state.ssl.get()) == 1) {
    if (!state.ended && state.unsent.empty()) {
      ERR_clear_error();
      SSL_shutdown(state.ssl.get());
      (void)state.flush();
    }
    // OpenSSL forgets the session of a connection that is freed without both alerts; this one did end well.
    SSL_set_shutdown(state.ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
  error_code ignored;
  state.socket.close(ignored);
}

}  // namespace edge::tls
