// Bytes over a TCP socket, encrypted or plain. Our own TLS stream: OpenSSL over two buffers that exist only
// while they hold something, so that an idle connection costs a few KiB.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/error.h"
#include "runtime/base/task.h"
#include "runtime/tls/openssl.h"

namespace edge::tls {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

/// Not thread-safe; one read and one write may wait at once. Deadlines are the owner's: it calls `cancel()`.
class Stream {
 public:
  /// Plain bytes.
  explicit Stream(Socket socket);
  /// TLS; `ssl` is set to accept or connect state. Takes the socket.
  Stream(Socket socket, SslPtr ssl);
  ~Stream();
  Stream(const Stream&) = delete;

  Task<Result<>> handshake();
  /// At least one byte; 0 at the peer's orderly end (close_notify, or FIN on a plain stream).
  /// A FIN without close_notify is ErrorKind::closed.
  Task<Result<std::size_t>> read_some(std::span<char> into);
  /// The same without waiting: nothing where read_some() would have to wait.
  Result<std::optional<std::size_t>> read_now(std::span<char> into);
  /// All of `bytes`, in as few packets as it takes, behind what write_now() left.
  Task<Result<>> write(std::string_view bytes);
  /// Writes without waiting, and takes what is written off `bytes`. False: write() is to go on with the rest,
  /// even when that is empty.
  Result<bool> write_now(std::string_view& bytes);
  /// Waits until there is something to read, holding no buffer meanwhile. A FIN that came with the bytes last
  /// read may not end it: see peer_has_ended().
  Task<Result<>> wait_readable();
  /// Looks whether the peer has sent its FIN, and all before it is read.
  [[nodiscard]] bool peer_has_ended() const;
  /// True when decrypted or received bytes are waiting: wait_readable() returns at once.
  [[nodiscard]] bool has_pending() const;
  /// Sends close_notify if that is possible without waiting, then closes.
  void close();
  /// Ends every waiting operation with ErrorKind::timeout; the stream is of no further use.
  void cancel();

  [[nodiscard]] Socket& socket();
  [[nodiscard]] ssl_st* ssl();  ///< null for plain bytes

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace edge::tls
