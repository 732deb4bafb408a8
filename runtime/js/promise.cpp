// Promises of work that C++ does: started under an event, cancelled with it, settled in a Turn of their own.
#include "runtime/js/promise.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "runtime/base/log.h"
#include "runtime/js/exception.h"
#include "runtime/js/realm_state.h"
#include "runtime/js/turn.h"

namespace edge::js {

namespace asio = boost::asio;

void Operation::link_to(Operation*& first) {
  next = first;
  link = &first;
  if (next) next->link = &next;
  first = this;
}

void Operation::unlink() {
  *link = next;
  if (next) next->link = link;
}

namespace {

/// A new operation of the current event, with its promise; null when that event is dead.
std::shared_ptr<Operation> begin_operation(Scope& scope, v8::Local<v8::Promise::Resolver> resolver) {
  auto& state = scope.realm.state();
  const EventId event = scope.realm.current_event();
  auto list = state.events.find(event);
  if (list == state.events.end()) return nullptr;
  auto operation = std::make_shared<Operation>();
  operation->state = &state;
  operation->event = event;
  operation->self = operation;
  operation->resolver.Reset(scope.isolate, resolver);
  operation->link_to(list->second.operations);
  ++state.pending;
  return operation;
}

void finish(Operation& operation) {
  operation.resolver.Reset();
  if (!operation.state) return;
  operation.unlink();
  --operation.state->pending;
  operation.state = nullptr;
}

/// The end of an operation outside of any visit.
void settle_now(Operation& operation, Settlement& settlement) {
  if (!operation.state || operation.resolver.IsEmpty()) return finish(operation);
  auto& state = *operation.state;
  Turn turn(state.realm, operation.event);
  auto scope = turn.scope();
  auto resolver = operation.resolver.Get(scope.isolate);
  finish(operation);
  if (settlement.rejection) {
    resolver->Reject(scope.context, make_exception(scope, *settlement.rejection)).FromMaybe(false);
    return;
  }
  v8::TryCatch caught(scope.isolate);
  auto value = settlement.value(scope);
  if (!value.IsEmpty()) {
    resolver->Resolve(scope.context, value).FromMaybe(false);
  } else if (caught.HasCaught() && !caught.HasTerminated()) {
    resolver->Reject(scope.context, caught.Exception()).FromMaybe(false);
  }
}

/// A task that ends within the call that started it, or a Deferred settled by a native, is inside a visit:
/// settling there would run its continuations before the script that waits for it has gone on.
void settle_soon(std::shared_ptr<Operation> operation, Settlement settlement) {
  if (!operation->state || operation->state->depth == 0) return settle_now(*operation, settlement);
  auto& io = operation->state->io;
  asio::post(io, [operation = std::move(operation), settlement = std::move(settlement)]() mutable {
    settle_now(*operation, settlement);
  });
}

/// An exception out of a task: its wait was cancelled, or it has a bug.
Settlement failed_task(const Operation& operation, const std::exception_ptr& error) {
  std::string what = "unknown exception";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    what = exception.what();
  } catch (...) {}
  if (!operation.resolver.IsEmpty())
    log::write(LogLevel::error, "native.failed", "a native task threw: " + what);
  return {Exception{ExceptionType::error, "internal error", {}}, {}};
}

}  // namespace

v8::Local<v8::Value> start_operation(Scope& scope, Task<Settlement> task, Pins pins) {
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(scope.context).ToLocal(&resolver)) return {};
  auto operation = begin_operation(scope, resolver);
  if (!operation) return resolver->GetPromise();
  operation->pins = std::move(pins);
  auto ended = [operation](const std::exception_ptr& error, Settlement settlement) {
    settle_soon(operation, error ? failed_task(*operation, error) : std::move(settlement));
  };
  asio::co_spawn(scope.realm.io(), std::move(task),
                 asio::bind_cancellation_slot(operation->cancellation.slot(), std::move(ended)));
  return resolver->GetPromise();
}

void end_operations(Realm::State& state, Operation*& first) {
  while (first) {
    auto operation = first->self.lock();
    operation->unlink();
    operation->link_to(state.ended);
    operation->resolver.Reset();
    operation->cancellation.emit(asio::cancellation_type::terminal);
  }
}

void abandon_operations(Realm::State& state) {
  for (auto& [event, record] : state.events) end_operations(state, record.operations);
  while (Operation* operation = state.ended) {
    operation->unlink();
    operation->state = nullptr;
  }
}

Deferred::Deferred(Scope& scope, v8::Local<v8::Value>& promise) {
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(scope.context).ToLocal(&resolver)) return;
  promise = resolver->GetPromise();
  operation_ = begin_operation(scope, resolver);
}

Deferred::Deferred(Deferred&&) noexcept = default;

Deferred& Deferred::operator=(Deferred&& other) noexcept {
  std::swap(operation_, other.operation_);
  return *this;
}

Deferred::~Deferred() {
  if (operation_) finish(*operation_);
}

void Deferred::settle(Settlement settlement) {
  if (operation_) settle_soon(std::exchange(operation_, nullptr), std::move(settlement));
}

}  // namespace edge::js
