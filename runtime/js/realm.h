// A Realm: one isolate and one context, made from the startup snapshot, living on one worker's thread.
#pragma once

#include <v8.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/base/task.h"
#include "runtime/js/native.h"

namespace edge::js {

/// A module that is part of the program. It finds natives through `import.meta.builtins`, which is what the
/// bootstrap returned under `entries.builtins`, and may import other built-in modules.
struct BuiltInModule {
  std::string_view specifier;  ///< "node:events"; those of "node:" need the compatibility flag nodejs_compat
  std::string_view source;
};

/// All native functions (bindings/all.cpp), and the script that builds the globals from them: a function
/// expression
/// `(native) => entries`, where `native` is an object with every native as a property and `entries` an object
/// of functions that C++ calls. They are looked up once, at the first call of each.
struct Builtins {
  std::span<const std::span<const Native>> natives;
  std::string_view bootstrap;
  std::span<const BuiltInModule> modules;
};

/// A snapshot blob with the header that says what it fits (js/snapshot.h). Empty: the Realm runs the
/// bootstrap itself.
using SnapshotView = std::span<const char>;

/// A built-in module's bytecode (js/code_cache.h).
struct CodeCache {
  std::string_view specifier;
  std::span<const char> bytes;  ///< aligned as pointers are
};

/// Which files `import()` may name once the script has started.
enum class ImportsAfterStart : std::uint8_t { below_the_script, anywhere };

struct RealmOptions {
  std::size_t heap_bytes = 128 * 1024 * 1024;
  std::size_t stack_bytes = 512 * 1024;
  std::chrono::milliseconds turn_cpu = std::chrono::minutes(1);  ///< CPU time of one visit
  std::chrono::milliseconds event_cpu{0};  ///< of one event in all its visits; 0: as much as it likes
  std::chrono::milliseconds startup_cpu = std::chrono::minutes(1);
  ImportsAfterStart imports =
      ImportsAfterStart::below_the_script;  ///< anywhere: for tests, which are trusted
  std::vector<ModuleRule> rules = {};       ///< for imports, before the extension is looked at
  bool nodejs_compat = false;               ///< modules of "node:" can be imported
  /// Makes JavaScript of TypeScript, each place where it was; empty: TypeScript is refused. It must not visit
  /// this Realm.
  std::function<edge::Result<std::string>(const std::string& path, const std::string& source)> strip_types =
      {};
  bool makes_wasm = false;    ///< scripts make WebAssembly of bytes too; else it comes by import
  CodeCache code_cache = {};  ///< borrowed; none: every module is compiled
  bool frozen_clock = false;  ///< the time that scripts see is that of their visit's begin
};

/// Numbers a request or another event inside its Realm. Natives that wait belong to the event in whose turn
/// they were called (it follows promises); when the event ends, what it still waits for is cancelled and
/// never settles.
using EventId = std::uint32_t;
inline constexpr EventId no_event = 0;

class Realm {
 public:
  /// `host` is what natives find through Scope: bindings::Host. Borrowed.
  static edge::Result<std::unique_ptr<Realm>> make(boost::asio::io_context& io, const Builtins& builtins,
                                                   SnapshotView snapshot, const RealmOptions& options,
                                                   void* host);
  ~Realm();
  Realm(const Realm&) = delete;

  /// Loads the script and runs its top level, waiting for top-level awaits without I/O. Fails with the
  /// script's message and stack. Its exports are handed to `entries.start(namespace or null)`.
  edge::Result<> load_script(const std::string& path);
  /// As above, from memory; `path` is its name in stacks and the base of relative imports.
  edge::Result<> load_source(const std::string& path, std::string source);

  [[nodiscard]] EventId begin_event();
  /// Cancels what the event waits for; its promises never settle.
  void end_event(EventId event);

  /// For an event that is many (the messages of a WebSocket): its CPU time is counted anew.
  void renew_cpu(EventId event);

  /// The event whose turn, or whose promise's continuation, is running; no_event at the top level of scripts.
  [[nodiscard]] EventId current_event() const;
  /// False for events that ended, and for no_event.
  [[nodiscard]] bool is_alive(EventId event) const;

  /// True after a limit was hit: no new events; the owner makes another Realm and drops this one when its
  /// events ended.
  [[nodiscard]] bool condemned() const;
  [[nodiscard]] std::string_view condemned_why() const;  ///< "CPU", "memory", "" …
  /// Calls `callback` from the io_context each time a limit has ended a visit, with that visit's event: also
  /// for visits that nobody's call waits for, such as the continuation of a promise.
  void when_limited(std::function<void(EventId)> callback);
  [[nodiscard]] void* host() const;
  [[nodiscard]] boost::asio::io_context& io();
  [[nodiscard]] v8::Isolate* isolate();
  /// The main script and what it imported: a change of one is a change of the script.
  [[nodiscard]] std::vector<std::string> files() const;
  /// Tasks and Deferreds that have not ended yet, those of dead events included; for tests.
  [[nodiscard]] std::size_t pending_operations() const;
  /// V8 found nothing wrong with the code cache of the module that was imported; for tests.
  [[nodiscard]] bool took_code_cache() const;

  struct State;
  [[nodiscard]] State& state() { return *state_; }

 private:
  Realm();
  std::unique_ptr<State> state_;
};

}  // namespace edge::js
