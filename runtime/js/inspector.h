// V8's inspector for one Realm: sessions of debuggers speak the DevTools protocol with it, and a script that
// pauses waits here until one of them lets it go on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/js/realm.h"

namespace edge::js {

/// The way to the inspector of a Realm, for any thread. It may outlive the Realm, and is deaf then.
class Debuggee {
 public:
  using Session = std::uint32_t;
  /// Takes messages to a debugger; called on the Realm's thread.
  using Send = std::function<void(std::string message)>;

  virtual ~Debuggee() = default;
  /// Begins a session; nothing is sent before the first message was received.
  virtual Session connect(Send send) = 0;
  virtual void receive(Session session, std::string message) = 0;
  virtual void disconnect(Session session) = 0;
};

/// One for a Realm, on its thread; must be gone before the Realm is. While a session is open no limit of CPU
/// time applies; while the script is paused, nothing else of the thread goes on.
class Inspector {
 public:
  /// `name` is what debuggers show.
  Inspector(Realm& realm, std::string_view name);
  ~Inspector();
  Inspector(const Inspector&) = delete;

  [[nodiscard]] std::shared_ptr<Debuggee> debuggee() const;
  /// Blocks until a debugger sends Runtime.runIfWaitingForDebugger.
  void wait_for_debugger();
  /// Pauses at the next statement that runs, when a debugger is there.
  void pause_soon(std::string_view reason);
  /// The answer to one message of a session that lasts as long as the Inspector, for tools of ours. Not
  /// inside a visit.
  std::string ask(std::string_view message);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace edge::js
