// A script's end of a WebSocket connection.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "bindings/gate.h"
#include "bindings/outlet.h"
#include "runtime/http/web_socket.h"
#include "runtime/js/native.h"
#include "runtime/js/realm.h"

namespace edge::bindings {

/// Between a script, which sends without waiting and takes one message after the other, and a relay to the
/// network.
class ScriptSocket final : public http::WebSocketEnd, public Outlet {
 public:
  /// What a script may have said, in bytes, before somebody takes it.
  static constexpr std::size_t unsent_bytes_max = 16 * 1024 * 1024;

  explicit ScriptSocket(boost::asio::io_context& io) : sent_(io), received_(io), taken_(io) {}

  // The script's side.
  /// Fails when too much is unsent.
  js::Result<> say(http::WebSocketMessage message);
  /// What came next; a close is the last.
  static Task<http::WebSocketMessage> next(std::shared_ptr<ScriptSocket> socket);
  [[nodiscard]] std::size_t unsent_bytes() const { return unsent_bytes_; }

  // The relay's side.
  Task<Result<http::WebSocketMessage>> receive() override;
  Task<Result<>> send(http::WebSocketMessage message) override;
  void shut(std::uint16_t code) override;
  /// Nobody carries messages any more: the script hears of a connection that broke off.
  void drop_relay() { shut(http::close_code::abnormal); }

  [[nodiscard]] bool is_open() const override { return !has_heard_close_ && !is_script_gone_; }
  void fail(std::string why) override;

 private:
  std::deque<http::WebSocketMessage> outgoing_, incoming_;
  std::size_t unsent_bytes_ = 0;
  bool has_heard_close_ = false, is_script_gone_ = false;
  Gate sent_, received_, taken_;  ///< by the script; for it; by it
};

/// What JavaScript holds: a script's end, or an end that a peer of ours gave and that no script has accepted
/// yet.
class SocketHandle : public js::Held {
 public:
  SocketHandle(std::shared_ptr<ScriptSocket> script, js::EventId event)
      : script(std::move(script)), event(event) {}
  SocketHandle(std::shared_ptr<http::WebSocketEnd> end, js::EventId event)
      : end_(std::move(end)), event(event) {}
  ~SocketHandle() override;
  /// The other end of what the script says and hears here, or what the peer gave. Once; null from then on.
  std::shared_ptr<http::WebSocketEnd> take_end();

  std::shared_ptr<ScriptSocket> script;  ///< null until it was accepted

 private:
  std::shared_ptr<http::WebSocketEnd> end_;
  bool is_taken_ = false;

 public:
  const js::EventId event;  ///< whose it is: nobody else uses it
};

}  // namespace edge::bindings
