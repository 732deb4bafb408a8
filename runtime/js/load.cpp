// Loading a script: module or classic, its top level, and what is said when that fails.
#include <cstdio>

#include "runtime/js/exception.h"
#include "runtime/js/realm_state.h"
#include "runtime/js/turn.h"

namespace edge::js {

namespace {

/// One script on its way into the Realm.
struct Load {
  Realm::State& state;
  Turn& turn;
  const std::string& path;
  const std::string& source;
};

std::unexpected<Error> script_error(std::string message) {
  return fail(ErrorKind::script, std::move(message));
}

/// Why the visit ended, or else what was thrown.
std::unexpected<Error> failure_of(const Load& load, const std::string& thrown) {
  const auto& state = load.state;
  if (state.heap_is_full) {
    return script_error(load.path + ": the script's top level needs more than " +
                        std::to_string(state.options.heap_bytes / (1024 * 1024)) + " MiB of memory");
  }
  if (state.watch->expired()) {
    return script_error(load.path + ": the script's top level used more than " +
                        std::to_string(state.options.startup_cpu.count()) + " ms of CPU time");
  }
  return script_error(thrown);
}

edge::Result<> run_classic(const Load& load, v8::Local<v8::Script> script) {
  v8::TryCatch caught(load.turn.isolate());
  if (script->Run(load.turn.context()).IsEmpty()) {
    return failure_of(load, describe(load.turn.isolate(), load.turn.context(), caught));
  }
  return {};
}

/// Where the awaits stand that nothing will ever end.
std::string stalled_places(v8::Isolate* isolate, v8::Local<v8::Context> context,
                           v8::Local<v8::Module> module) {
  std::string places;
  for (auto message : module->GetStalledTopLevelAwaitMessages(isolate).second) {
    places += places.empty() ? " at " : ", ";
    places += text_of(isolate, message->GetScriptResourceName()) + ":" +
              std::to_string(message->GetLineNumber(context).FromMaybe(0)) + ":" +
              std::to_string(message->GetStartColumn(context).FromMaybe(0) + 1);
  }
  return places;
}

edge::Result<> evaluate(const Load& load, v8::Local<v8::Module> module) {
  auto* isolate = load.turn.isolate();
  auto context = load.turn.context();
  v8::TryCatch caught(isolate);
  v8::Local<v8::Value> evaluation;
  if (!module->Evaluate(context).ToLocal(&evaluation))
    return failure_of(load, describe(isolate, context, caught));
  auto promise = evaluation.As<v8::Promise>();
  promise->MarkAsHandled();
  load.turn.run_microtasks();
  // Nothing here waits for I/O: what V8 itself has to do is all that can bring an await to its end.
  while (promise->State() == v8::Promise::kPending && !load.turn.terminated() &&
         load.state.tasks->run_ready()) {
    load.turn.run_microtasks();
  }
  if (load.turn.terminated()) return failure_of(load, "");
  if (promise->State() == v8::Promise::kRejected) {
    auto reason = promise->Result();
    return script_error(describe(isolate, context, reason, v8::Exception::CreateMessage(isolate, reason)));
  }
  if (promise->State() == v8::Promise::kFulfilled) return {};
  return script_error("a top-level await never settles" + stalled_places(isolate, context, module) +
                      ": it cannot wait for I/O or timers");
}

/// Without imports and exports the file may be a classic script, which calls addEventListener.
bool has_module_syntax(const Load& load, v8::Local<v8::Module> module) {
  if (module->GetModuleRequests()->Length() > 0) return true;
  constexpr auto filter = static_cast<v8::PropertyFilter>(v8::ALL_PROPERTIES | v8::SKIP_SYMBOLS);
  v8::Local<v8::Array> names;
  auto exports = module->GetModuleNamespace().As<v8::Object>();
  return exports->GetOwnPropertyNames(load.turn.context(), filter).ToLocal(&names) && names->Length() > 0;
}

v8::MaybeLocal<v8::Script> as_classic(const Load& load) {
  v8::TryCatch quiet(load.turn.isolate());
  auto scope = load.turn.scope();
  return load.state.modules->add_classic(scope, load.path, load.source);
}

/// Runs the top level; gives the namespace, or null for a classic script.
edge::Result<v8::Local<v8::Value>> run_top_level(const Load& load) {
  auto* isolate = load.turn.isolate();
  auto scope = load.turn.scope();
  v8::TryCatch caught(isolate);
  v8::Local<v8::Module> module;
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> exports = v8::Null(isolate);
  auto classic = [&]() -> edge::Result<v8::Local<v8::Value>> {
    if (auto ran = run_classic(load, script); !ran) return std::unexpected(ran.error());
    return exports;
  };
  if (!load.state.modules->add_main(scope, load.path, load.source).ToLocal(&module)) {
    const bool may_be_classic = main_address(load.path).kind == ModuleKind::script;
    if (may_be_classic && as_classic(load).ToLocal(&script)) return classic();
    return failure_of(load, describe(isolate, scope.context, caught));
  }
  if (!load.state.modules->link(scope, module))
    return failure_of(load, describe(isolate, scope.context, caught));
  if (!has_module_syntax(load, module) && as_classic(load).ToLocal(&script)) return classic();
  if (auto ran = evaluate(load, module); !ran) return std::unexpected(ran.error());
  return module->GetModuleNamespace();
}

edge::Result<> load_and_start(const Load& load) {
  auto exports = run_top_level(load);
  if (!exports) return std::unexpected(exports.error());
  load.state.modules->finish_start();
  v8::Local<v8::Value> argument = *exports;
  if (load.turn.call("start", {&argument, 1}).IsEmpty()) return failure_of(load, load.turn.failure());
  load.turn.run_microtasks();
  return load.turn.terminated() ? failure_of(load, "") : edge::Result<>();
}

}  // namespace

edge::Result<> Realm::load_script(const std::string& path) {
  auto source = read_module(path, "");
  if (!source) return script_error(source.error().message);
  return load_source(path, std::move(*source));
}

edge::Result<> Realm::load_source(const std::string& path, std::string source) {
  check(state_->depth == 0);
  if (auto problem = jsx_problem(path, path)) return script_error(path + " " + *problem);
  auto code = state_->modules->code_of(path, std::move(source));
  if (!code) return std::unexpected(code.error());
  state_->limit_cpu(state_->options.startup_cpu);
  auto loaded = [&] {
    Turn turn(*this);
    return load_and_start({*state_, turn, path, *code});
  }();
  state_->limit_cpu(state_->options.turn_cpu);
  return loaded;
}

}  // namespace edge::js
