// What a Stream is made of: the socket, OpenSSL over it, and the steps of both that never wait.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/tls/stream.h"

struct bio_st;
struct bio_method_st;

namespace edge::tls {

/// Received by a wait itself, so that most requests, and many answers of origins, are one system call. There
/// are many more clients that are idle.
inline constexpr std::size_t early_bytes_of_client = 512, early_bytes_of_origin = 2048;
/// Encrypted at a time: so much a connection holds whose client does not read.
inline constexpr std::size_t flight_bytes = 64 * 1024;
/// Moved by one stream without ever waiting; then the others get their turn.
inline constexpr std::size_t turn_bytes = 512 * 1024;

/// Nothing when the operation would have to wait.
using Step = Result<std::optional<std::size_t>>;

struct Stream::State {
  Socket socket;
  SslPtr ssl;
  std::string unsent;  ///< ciphertext that the kernel did not take yet, from `unsent_from` on
  std::size_t unsent_from = 0;
  std::unique_ptr<char[]> early;  ///< what the last wait received
  std::size_t early_size = 0, early_from = 0, early_end = 0;
  std::size_t moved = 0;  ///< since the last wait
  int error_number = 0;   ///< of the recv or send that failed
  bool ended = false;     ///< the peer's FIN was seen
  bool failed = false;
  bool cancelled = false;

  explicit State(Socket s);

  void attach(SslPtr taken);
  Step read(std::span<char> into);
  Step handshake_step();
  Result<> encrypt(std::string_view bytes);
  Result<> flush();
  void send_unsent();
  std::size_t send_now(std::string_view bytes);
  std::unexpected<Error> broken();
  Result<> after_wait(const boost::system::error_code& ec);
  Task<Result<>> wait_read();
  Task<Result<>> drain();
  Task<> give_way();
  void end_tls();
  bool is_turn_over() const { return moved > turn_bytes; }
  void count(std::size_t bytes);

  std::size_t receive(char* into, std::size_t size);
  static const bio_method_st* bio_method();
  static int bio_read(bio_st* bio, char* into, int size);
  static int bio_write(bio_st* bio, const char* from, int size);
  static long bio_control(bio_st* bio, int command, long, void*);
};

}  // namespace edge::tls
