// A Realm: one isolate and one context, made from the startup snapshot, living on one worker's thread.
#include "runtime/js/realm.h"

#include <algorithm>
#include <utility>

#include "runtime/base/log.h"
#include "runtime/js/async_context.h"
#include "runtime/js/bootstrap.h"
#include "runtime/js/exception.h"
#include "runtime/js/realm_state.h"
#include "runtime/js/snapshot.h"
#include "runtime/js/turn.h"

namespace edge::js {

namespace {

void promise_rejected(v8::PromiseRejectMessage message) {
  Realm* realm = realm_of(v8::Isolate::GetCurrent());
  auto& state = realm->state();
  auto promise = message.GetPromise();
  if (message.GetEvent() == v8::kPromiseRejectWithNoHandler) {
    state.rejections.push_back(
        {{state.isolate, promise}, {state.isolate, message.GetValue()}, realm->current_event()});
  } else if (message.GetEvent() == v8::kPromiseHandlerAddedAfterReject) {
    const auto same = [&](const Rejection& rejection) { return rejection.promise == promise; };
    if (std::erase_if(state.rejections, same) > 0) return;
    state.handled_late.push_back(
        {{state.isolate, promise}, {state.isolate, promise->Result()}, realm->current_event()});
  }
}

/// What no caller catches: exceptions of microtasks.
void uncaught(v8::Local<v8::Message> message, v8::Local<v8::Value> exception) {
  auto* isolate = v8::Isolate::GetCurrent();
  log::write(LogLevel::error, "script.uncaught",
             describe(isolate, isolate->GetCurrentContext(), exception, message));
}

/// Modules come by import: bytes that a request brought are not compiled.
bool may_compile_wasm(v8::Local<v8::Context>, v8::Local<v8::String>) {
  const auto& state = realm_of(v8::Isolate::GetCurrent())->state();
  return state.importing_wasm || state.options.makes_wasm;
}

void configure(Realm::State& state) {
  auto* isolate = state.isolate;
  isolate->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  isolate->SetStackLimit(stack_limit(state.options.stack_bytes));
  isolate->SetPromiseRejectCallback(promise_rejected);
  isolate->AddMessageListener(uncaught);
  isolate->SetAllowWasmCodeGenerationCallback(may_compile_wasm);
  install_memory_limits(state);
  install_module_callbacks(isolate);
}

void refuse_eval(v8::Local<v8::Context> context, v8::Isolate* isolate) {
  context->AllowCodeGenerationFromStrings(false);
  context->SetErrorMessageForCodeGenerationFromStrings(
      v8::String::NewFromUtf8Literal(isolate, "Code generation from strings disallowed for this context"));
}

void make_isolate(Realm::State& state, SnapshotView snapshot) {
  v8::Isolate::CreateParams parameters;
  parameters.array_buffer_allocator_shared = state.allocator;
  parameters.constraints = constraints_of(state.options);
  parameters.external_references = state.references.data();
  parameters.allow_atomics_wait = false;
  if (!snapshot.empty()) {
    state.blob = {snapshot.data(), static_cast<int>(snapshot.size())};
    parameters.snapshot_blob = &state.blob;
  }
  auto enter = [&state](const std::function<void()>& run) {
    Turn turn(state.realm);
    run();
  };
  state.isolate = v8::Isolate::Allocate();
  state.tasks = std::make_shared<ForegroundTasks>(platform().threads(), &state.io, enter);
  platform().add(state.isolate, state.tasks);
  v8::Isolate::Initialize(state.isolate, parameters);
  state.isolate->SetData(0, &state.realm);
}

edge::Result<> make_context(Realm::State& state) {
  auto* isolate = state.isolate;
  v8::Isolate::Scope isolate_scope(isolate);
  v8::HandleScope handles(isolate);
  v8::Local<v8::Context> context;
  v8::Local<v8::Object> entries;
  if (state.blob.data) {
    if (!v8::Context::FromSnapshot(isolate, 0).ToLocal(&context) ||
        !context->GetDataFromSnapshotOnce<v8::Object>(0).ToLocal(&entries)) {
      return fail(ErrorKind::io, "the startup snapshot has no context");
    }
  } else {
    context = v8::Context::New(isolate);
    v8::Context::Scope context_scope(context);
    auto made = run_bootstrap(isolate, context, state.builtins, state.references.text());
    if (!made) return std::unexpected(made.error());
    entries = *made;
  }
  refuse_eval(context, isolate);
  state.context.Reset(isolate, context);
  state.entries.Reset(isolate, entries);
  state.held_class.Reset(isolate, make_held_class(isolate));
  state.context_class.Reset(isolate, make_context_class(isolate));
  return {};
}

}  // namespace

Realm::State::State(Realm& realm, boost::asio::io_context& io, const Builtins& builtins,
                    const RealmOptions& options, void* host)
    : realm(realm),
      io(io),
      builtins(builtins),
      options(options),
      host(host),
      allocator(std::make_shared<BoundedAllocator>(options.heap_bytes)),
      references(builtins),
      modules(std::make_unique<Modules>(this->options)) {
  events.try_emplace(no_event);
}

Realm::State::~State() {
  abandon_operations(*this);
  release_all_held(*this);
  rejections.clear();
  entry_functions.clear();
  modules.reset();
  entries.Reset();
  held_class.Reset();
  context_class.Reset();
  context.Reset();
  watch.reset();
  if (!isolate) return;
  tasks->close();
  leave_for_good(isolate);
  isolate->SetData(0, nullptr);
  isolate->Dispose();
  platform().remove(isolate);
}

v8::Local<v8::Function> Realm::State::entry(v8::Local<v8::Context> context, std::string_view name) {
  auto found = std::ranges::find(entry_functions, name, &Entry::name);
  if (found != entry_functions.end()) return found->function.Get(isolate);
  v8::Local<v8::Value> value;
  if (entries.IsEmpty()) return {};
  if (!entries.Get(isolate)->Get(context, string_of(isolate, name)).ToLocal(&value)) return {};
  if (!value->IsFunction()) return {};
  auto function = value.As<v8::Function>();
  entry_functions.push_back({std::string(name), {isolate, function}});
  return function;
}

Realm::Realm() = default;
Realm::~Realm() = default;

edge::Result<std::unique_ptr<Realm>> Realm::make(boost::asio::io_context& io, const Builtins& builtins,
                                                 SnapshotView snapshot, const RealmOptions& options,
                                                 void* host) {
  std::unique_ptr<Realm> realm(new Realm);
  realm->state_ = std::make_unique<State>(*realm, io, builtins, options, host);
  auto& state = *realm->state_;
  if (!snapshot.empty()) {
    if (auto problem = snapshot_problem(snapshot, builtins); !problem.empty()) {
      log::write(LogLevel::warn, "snapshot.unused",
                 "starting slowly, without the startup snapshot: " + problem);
      snapshot = {};
    } else {
      snapshot = snapshot_blob(snapshot);
    }
  }
  make_isolate(state, snapshot);
  configure(state);
  state.watch = std::make_unique<Watch>(state.isolate, options.turn_cpu);
  state.cpu_limit = options.turn_cpu;
  if (auto made = make_context(state); !made) return std::unexpected(made.error());
  return realm;
}

EventId Realm::begin_event() {
  constexpr EventId event_max = 0x3fffffff;  // a small integer for V8
  EventId& last = state_->last_event;
  do {
    last = last % event_max + 1;
  } while (state_->events.contains(last));
  state_->events.try_emplace(last);
  return last;
}

void Realm::end_event(EventId event) {
  if (event == no_event) return;
  auto found = state_->events.find(event);
  if (found == state_->events.end()) return;
  Operation* first = nullptr;
  // The event is gone before its tasks hear of it: what they do last is not done for it.
  if (found->second.operations) {
    first = found->second.operations;
    first->link = &first;
  }
  state_->events.erase(found);
  end_operations(*state_, first);
}

void Realm::renew_cpu(EventId event) {
  const auto found = state_->events.find(event);
  if (found == state_->events.end()) return;
  found->second.time = found->second.cpu = {};
}

EventId Realm::current_event() const { return running_event(state_->isolate); }

bool Realm::is_alive(EventId event) const { return event != no_event && state_->events.contains(event); }
bool Realm::condemned() const { return !state_->condemned_why.empty(); }
std::string_view Realm::condemned_why() const { return state_->condemned_why; }
void Realm::when_limited(std::function<void(EventId)> callback) {
  state_->when_limited = std::make_shared<std::function<void(EventId)>>(std::move(callback));
}
void* Realm::host() const { return state_->host; }
boost::asio::io_context& Realm::io() { return state_->io; }
v8::Isolate* Realm::isolate() { return state_->isolate; }
std::vector<std::string> Realm::files() const { return state_->modules->files(); }
std::size_t Realm::pending_operations() const { return state_->pending; }
bool Realm::took_code_cache() const { return state_->took_code_cache; }

}  // namespace edge::js
