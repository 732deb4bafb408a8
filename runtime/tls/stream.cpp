// The byte stream over a socket: trying first, waiting when there is nothing to do.
#include "runtime/tls/stream.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include "runtime/tls/stream_state.h"

namespace edge::tls {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::unexpected<Error> timed_out() { return fail(ErrorKind::timeout, "the time for it is over"); }

}  // namespace

Result<> Stream::State::after_wait(const error_code& ec) {
  moved = 0;
  if (cancelled) return timed_out();
  if (ec) return fail(ErrorKind::io, "waiting on the connection failed: " + ec.message());
  return {};
}

/// Waits by receiving a little: a wait alone would cost Asio a system call more each time, to arm the
/// descriptor anew, and another event for a socket that can be written to.
Task<Result<>> Stream::State::wait_read() {
  check(early_from == early_end);
  if (!early) {
    early_size = ssl && SSL_is_server(ssl.get()) == 1 ? early_bytes_of_client : early_bytes_of_origin;
    early = std::make_unique_for_overwrite<char[]>(early_size);
  }
  auto [ec, count] =
      co_await socket.async_receive(asio::buffer(early.get(), early_size), asio::as_tuple(in_task));
  early_from = 0;
  early_end = count;
  if (ec == asio::error::eof) {
    ended = true;
    ec = {};
  }
  auto waited = after_wait(ec);
  if (!ec || cancelled) co_return waited;
  error_number = ec.value();
  co_return broken();
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
    if (auto waited = co_await state.wait_read(); !waited) co_return waited;
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
    if (auto waited = co_await state.wait_read(); !waited)
      co_return std::unexpected(std::move(waited.error()));
  }
}

Task<Result<>> Stream::write(std::string_view bytes) {
  State& state = *state_;
  for (;;) {
    const std::size_t before = bytes.size();
    auto written = write_now(bytes);
    if (!written) co_return std::unexpected(std::move(written.error()));
    if (*written) co_return Result<>{};
    if (state.is_turn_over()) {
      co_await state.give_way();
    } else if (!state.unsent.empty()) {
      if (auto drained = co_await state.drain(); !drained) co_return drained;
    } else if (bytes.size() == before) {
      error_code ec;
      co_await state.socket.async_wait(Socket::wait_write, asio::redirect_error(use_task, ec));
      if (auto waited = state.after_wait(ec); !waited) co_return waited;
    }
  }
}

Result<bool> Stream::write_now(std::string_view& bytes) {
  State& state = *state_;
  if (bytes.empty() && state.unsent.empty()) return true;
  if (state.cancelled) return timed_out();
  if (state.is_turn_over() || !state.unsent.empty()) return false;
  std::size_t taken = std::min(bytes.size(), flight_bytes);
  if (state.ssl) {
    if (auto encrypted = state.encrypt(bytes.substr(0, taken)); !encrypted)
      return std::unexpected(std::move(encrypted.error()));
  } else {
    taken = state.send_now(bytes.substr(0, turn_bytes));
    if (state.error_number != 0) return state.broken();
  }
  bytes.remove_prefix(taken);
  state.count(taken);
  return bytes.empty() && state.unsent.empty();
}

Task<Result<>> Stream::wait_readable() {
  const auto at_once = [](bool cancelled) -> Task<Result<>> {
    if (cancelled) co_return timed_out();
    co_return Result<>{};
  };
  if (state_->cancelled || has_pending()) return at_once(state_->cancelled);
  return state_->wait_read();
}

Result<std::optional<std::size_t>> Stream::read_now(std::span<char> into) {
  check(!into.empty());
  if (state_->cancelled) return timed_out();
  if (state_->is_turn_over()) return std::nullopt;
  return state_->read(into);
}

bool Stream::has_pending() const {
  if (state_->early_from < state_->early_end) return true;
  return state_->ssl && SSL_has_pending(state_->ssl.get()) == 1;
}

bool Stream::peer_has_ended() const {
  char byte = 0;
  return ::recv(state_->socket.native_handle(), &byte, 1, MSG_PEEK) == 0;
}

void Stream::cancel() {
  state_->cancelled = true;
  error_code ignored;
  state_->socket.cancel(ignored);
}

void Stream::close() {
  State& state = *state_;
  if (!state.socket.is_open()) return;
  state.end_tls();
  error_code ignored;
  state.socket.close(ignored);
}

}  // namespace edge::tls
