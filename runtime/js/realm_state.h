// What a Realm owns. Seen by runtime/js alone; here, and in what it includes, are all handles that outlive a
// visit.
#pragma once

#include <v8.h>

#include <boost/asio/cancellation_signal.hpp>
#include <forward_list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/js/bootstrap.h"
#include "runtime/js/memory.h"
#include "runtime/js/modules.h"
#include "runtime/js/platform.h"
#include "runtime/js/promise.h"
#include "runtime/js/realm.h"
#include "runtime/js/watchdog.h"

namespace edge::js {

/// A promise that C++ owes. Linked to its event while that is alive, to State::ended after.
struct Operation {
  Realm::State* state = nullptr;  ///< null when the Realm is gone
  EventId event = no_event;
  v8::Global<v8::Promise::Resolver> resolver;  ///< empty when the promise will never settle
  boost::asio::cancellation_signal cancellation;
  Pins pins;
  std::weak_ptr<Operation> self;
  Operation* next = nullptr;
  Operation** link = nullptr;

  void link_to(Operation*& first);
  void unlink();
};

/// A C++ object that JavaScript holds.
struct HeldSlot {
  Realm::State& state;
  std::shared_ptr<Held> object;
  const void* kind;
  v8::Global<v8::Object> handle;
  HeldSlot* next = nullptr;
  HeldSlot** link = nullptr;
};

/// A rejection that nobody has handled yet.
struct Rejection {
  v8::Global<v8::Promise> promise;
  v8::Global<v8::Value> reason;
  EventId event;
};

struct Entry {
  std::string name;
  v8::Global<v8::Function> function;
};

/// What an event has cost, and what it waits for.
struct EventRecord {
  Operation* operations = nullptr;
  std::chrono::nanoseconds time{};  ///< in visits; at least the CPU time of them
  std::chrono::nanoseconds cpu{};   ///< of the visits since `time` has come near the limit
};

struct Realm::State {
  State(Realm& realm, boost::asio::io_context& io, const Builtins& builtins, const RealmOptions& options,
        void* host);
  ~State();

  /// `entries[name]`; empty where there is none.
  v8::Local<v8::Function> entry(v8::Local<v8::Context> context, std::string_view name);
  [[nodiscard]] BuiltInModules built_in_modules() const {
    return {.all = builtins.modules, .nodejs_compat = options.nodejs_compat};
  }
  /// True from the moment a limit was hit in the running visit.
  [[nodiscard]] bool limit_was_hit() const { return heap_is_full || watch->expired(); }
  /// The outermost Turn.
  void begin_visit(EventId event);
  void end_visit();
  void run_microtasks();
  void report_rejections();
  /// Tells the bootstrap script's `entry_name`; false where it has none.
  bool tell(const char* entry_name, Rejection& rejection);
  void report_rejection(Rejection& rejection);
  void condemn(std::string_view why);
  /// Of visits from now on, the running one included.
  void limit_cpu(std::chrono::nanoseconds limit);
  /// While a debugger looks, no limit of CPU time applies.
  void suspend_cpu_limit();
  void resume_cpu_limit();

  Realm& realm;
  boost::asio::io_context& io;
  const Builtins builtins;
  const RealmOptions options;
  void* const host;
  std::shared_ptr<BoundedAllocator> allocator;
  bool took_code_cache = false;
  BootstrapReferences references;                 ///< V8 keeps a pointer to them, and to the blob
  std::forward_list<ProgramText> built_in_texts;  ///< of the modules that are loaded
  v8::StartupData blob{};
  v8::Isolate* isolate = nullptr;
  std::shared_ptr<ForegroundTasks> tasks;
  std::unique_ptr<Watch> watch;
  v8::Global<v8::Context> context;
  v8::Global<v8::Object> entries;
  std::vector<Entry> entry_functions;
  v8::Global<v8::FunctionTemplate> held_class;
  v8::Global<v8::ObjectTemplate> context_class;  ///< js/async_context.h
  std::unique_ptr<Modules> modules;
  std::vector<Rejection> rejections;
  std::vector<Rejection> handled_late;  ///< whose handler came after they had been reported

  std::vector<std::shared_ptr<void>> interrupters;  ///< whom V8 may call as long as the isolate lives

  bool importing_wasm = false;
  int depth = 0;                   ///< Turns inside each other
  EventId visit_event = no_event;  ///< of the outermost Turn
  std::string_view condemned_why;
  std::shared_ptr<std::function<void(EventId)>> when_limited;  ///< what is posted does not keep it
  bool heap_is_full = false;
  int headroom_grants = 0;
  std::chrono::nanoseconds cpu_limit{};
  bool cpu_limit_is_suspended = false;

  EventId last_event = no_event;
  std::unordered_map<EventId, EventRecord> events;  ///< those that are alive; no_event for ever
  std::chrono::steady_clock::time_point visit_begun;
  std::optional<std::chrono::nanoseconds> cpu_at_begin;  ///< where the CPU time of the visit is measured
  Operation* ended = nullptr;                            ///< operations of dead events, until they end too
  std::size_t pending = 0;
  HeldSlot* held = nullptr;
  std::vector<std::shared_ptr<Held>>
      garbage;  ///< found by the collector, which may not run destructors of ours
};

/// The Realm of an isolate; null while a snapshot is made.
inline Realm* realm_of(v8::Isolate* isolate) { return static_cast<Realm*>(isolate->GetData(0)); }

/// The class of handles, made anew for each isolate.
v8::Local<v8::FunctionTemplate> make_held_class(v8::Isolate* isolate);
void release_all_held(Realm::State& state);
/// Before an isolate is disposed of: this thread may still be in it.
void leave_for_good(v8::Isolate* isolate);
/// Cancels what the event waits for.
void end_operations(Realm::State& state, Operation*& first);
void abandon_operations(Realm::State& state);

}  // namespace edge::js
