// OpenSSL reads from the socket and writes into one buffer of the thread, which is sent when the operation is
// over: what is done at once costs one system call and no memory of the connection.
#include "runtime/tls/stream_state.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/tls/asn1.h"

namespace edge::tls {
namespace {

using boost::system::error_code;

constexpr std::size_t record_bytes = 16 * 1024;
/// What reading may add to unsent bytes by answering the peer's key updates.
constexpr std::size_t unsent_bytes_max = 256 * 1024;
/// What an operation weighs at least, so that many small ones count too.
constexpr std::size_t operation_bytes = 4 * 1024;

/// What the running operation encrypted. Empty whenever no operation runs.
std::string& flight() {
  thread_local std::string bytes;
  return bytes;
}

/// What OpenSSL asks for before each operation. Emptying its queue costs more than seeing that it is empty.
void forget_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace

Stream::State::State(Socket s) : socket(std::move(s)) {
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

void Stream::State::count(std::size_t bytes) { moved += std::max(bytes, operation_bytes); }

// --- OpenSSL's side: the BIO ---

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

// --- steps that never wait ---

/// 0 and neither `ended` nor `error_number` set: nothing is there yet.
std::size_t Stream::State::receive(char* into, std::size_t size) {
  if (early_from < early_end) {
    const std::size_t count = std::min(size, early_end - early_from);
    std::memcpy(into, early.get() + early_from, count);
    early_from += count;
    // Only a full buffer may have left something behind.
    if (early_end < early_size || count == size) return count;
    early_end = early_from = 0;
    return count + receive(into + count, size - count);
  }
  if (ended) return 0;
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
  forget_errors();
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
  forget_errors();
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
    forget_errors();
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

/// close_notify, if that is possible without waiting.
void Stream::State::end_tls() {
  if (!ssl || SSL_is_init_finished(ssl.get()) != 1) return;
  if (!failed && !ended && unsent.empty()) {
    forget_errors();
    SSL_shutdown(ssl.get());
    (void)flush();
  }
  // OpenSSL forgets the session of a connection that is freed without both alerts. How TCP ended says nothing
  // about it; after an error of TLS it is forgotten already.
  SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

}  // namespace edge::tls
