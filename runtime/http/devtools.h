// Where debuggers come in: tells what can be debugged, and carries the DevTools protocol over WebSockets. Has
// a thread of its own, so that it answers while a script is paused.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "runtime/base/config.h"
#include "runtime/base/error.h"

namespace edge::http {

/// Something that can be debugged. Its functions are called on the thread of DevTools.
struct DevToolsTarget {
  std::string title, url;  ///< what debuggers show
  /// Begins a session and gives its number; `send` takes messages to the debugger, from any thread.
  std::function<std::uint32_t(std::function<void(std::string message)> send)> connect;
  std::function<void(std::uint32_t session, std::string message)> receive;
  std::function<void(std::uint32_t session)> disconnect;
};

/// Whoever reaches it can run code here: it listens on loopback unless told otherwise, answers only to names
/// that no page of a browser can take for itself (DNS rebinding), and no page may open its WebSockets.
class DevTools {
 public:
  /// Starts the thread; fork before.
  static Result<std::unique_ptr<DevTools>> listen(const ListenAddress& address);
  ~DevTools();
  DevTools(const DevTools&) = delete;

  /// Any thread may add and remove; the id that is given back cannot be guessed.
  std::string add(DevToolsTarget target);
  /// Ends the target's sessions.
  void remove(const std::string& id);
  /// "127.0.0.1:9229", with the port that was chosen where 0 was asked for.
  [[nodiscard]] const std::string& address() const;

 private:
  class Server;
  explicit DevTools(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace edge::http
