// V8's inspector: messages come from other threads by a queue, which the Realm's thread empties between
// visits, inside a running script, or while that is paused.
#include "runtime/js/inspector.h"

#include <v8-inspector.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/base/log.h"
#include "runtime/js/exception.h"
#include "runtime/js/inspector_text.h"
#include "runtime/js/module_source.h"
#include "runtime/js/realm_state.h"
#include "runtime/js/signals_end.h"
#include "runtime/js/turn.h"

namespace edge::js {
namespace {

constexpr int context_group = 1;

/// What debuggers want, in the order in which they said it.
struct Wish {
  enum class Kind : std::uint8_t { connect, message, disconnect } kind;
  Debuggee::Session session;
  std::string message;
  Debuggee::Send send;
};

/// The queue of wishes. It wakes the Realm's thread wherever that is.
class Mailbox : public Debuggee, public std::enable_shared_from_this<Mailbox> {
 public:
  using Empty = void (*)(void* owner);
  Mailbox(boost::asio::io_context& io, v8::Isolate* isolate, void* owner, Empty empty)
      : io_(io), isolate_(isolate), owner_(owner), empty_(empty) {}

  Session connect(Send send) override {
    const Session session = ++last_session_;
    put({Wish::Kind::connect, session, {}, std::move(send)});
    return session;
  }
  void receive(Session session, std::string message) override {
    put({Wish::Kind::message, session, std::move(message), {}});
  }
  void disconnect(Session session) override { put({Wish::Kind::disconnect, session, {}, {}}); }

  std::optional<Wish> take() {
    std::lock_guard lock(mutex_);
    if (wishes_.empty()) return std::nullopt;
    Wish first = std::move(wishes_.front());
    wishes_.pop_front();
    return first;
  }
  /// Blocks until there is a wish.
  void wait() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !wishes_.empty(); });
  }
  void close() {
    std::lock_guard lock(mutex_);
    owner_ = nullptr;
    wishes_.clear();
  }

 private:
  void put(Wish wish) {
    std::lock_guard lock(mutex_);
    if (owner_ == nullptr) return;
    wishes_.push_back(std::move(wish));
    arrived_.notify_one();
    // A script that runs is interrupted; whichever comes first empties the queue.
    auto look = [self = shared_from_this()] { self->look(); };
    boost::asio::post(io_, look);
    isolate_->RequestInterrupt([](v8::Isolate*, void* self) { static_cast<Mailbox*>(self)->look(); }, this);
  }
  void look() {
    if (void* owner = owner_) empty_(owner);
  }

  boost::asio::io_context& io_;
  v8::Isolate* isolate_;
  void* owner_;  ///< null when the Inspector is gone; changed on its thread alone
  const Empty empty_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Wish> wishes_;
  std::atomic<Session> last_session_{0};
};

/// One debugger.
class Channel : public v8_inspector::V8Inspector::Channel {
 public:
  explicit Channel(Debuggee::Send send) : send_(std::move(send)) {}
  void sendResponse(int, std::unique_ptr<v8_inspector::StringBuffer> message) override {
    send_(utf8_of(message->string()));
  }
  void sendNotification(std::unique_ptr<v8_inspector::StringBuffer> message) override {
    send_(utf8_of(message->string()));
  }
  void flushProtocolNotifications() override {}

 private:
  Debuggee::Send send_;
};

struct Session {
  std::unique_ptr<Channel> channel;
  std::unique_ptr<v8_inspector::V8InspectorSession> session;  ///< uses the channel until its end
};

}  // namespace

class Inspector::Implementation : public v8_inspector::V8InspectorClient {
 public:
  Implementation(Realm& realm, std::string_view name)
      : realm_(realm),
        state_(realm.state()),
        inspector_(v8_inspector::V8Inspector::create(state_.isolate, this)),
        mailbox_(std::make_shared<Mailbox>(state_.io, state_.isolate, this,
                                           [](void* self) { static_cast<Implementation*>(self)->serve(); })) {
    state_.interrupters.push_back(mailbox_);
    Turn turn(realm_);
    const Utf16 label(name);
    v8_inspector::V8ContextInfo info(turn.context(), context_group, label.view());
    constexpr std::string_view is_default = R"({"isDefault":true})";
    info.auxData = ascii(is_default);
    inspector_->contextCreated(info);
    show_console(turn);
  }
  ~Implementation() override {
    mailbox_->close();
    Turn turn(realm_);
    sessions_.clear();
    inspector_->contextDestroyed(turn.context());
  }

  std::shared_ptr<Debuggee> debuggee() { return mailbox_; }

  void wait_for_debugger() {
    waiting_ = true;
    const SignalsEndIt while_nothing_else_can;
    while (waiting_) {
      mailbox_->wait();
      serve();
    }
  }
  void pause_soon(std::string_view reason) {
    for (auto& [number, session] : sessions_)
      session.session->schedulePauseOnNextStatement(ascii(reason), ascii("{}"));
  }
  std::string ask(std::string_view message) {
    Turn turn(realm_);
    if (!own_.session) own_ = begin([this](std::string text) { answer_ = std::move(text); });
    dispatch(own_, message);
    return std::exchange(answer_, {});
  }

  // What V8 asks of us.
  void runMessageLoopOnPause(int) override {
    if (paused_) return;
    paused_ = true;
    const SignalsEndIt while_nothing_else_can;
    while (paused_ && !sessions_.empty()) {
      mailbox_->wait();
      serve();
    }
    paused_ = false;
  }
  void quitMessageLoopOnPause() override { paused_ = false; }
  void runIfWaitingForDebugger(int) override { waiting_ = false; }
  v8::Local<v8::Context> ensureDefaultContextInGroup(int) override {
    return state_.context.Get(state_.isolate);
  }
  double currentTimeMS() override {
    return std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  std::unique_ptr<v8_inspector::StringBuffer> resourceNameToUrl(
      const v8_inspector::StringView& name) override {
    const std::string path = utf8_of(name);
    // Modules of ours ("edge-run:test") and URLs stay what they are.
    if (path.empty() || path.contains(':')) return nullptr;
    return v8_inspector::StringBuffer::create(Utf16(file_url(path)).view());
  }

 private:
  /// Fulfils what was wished for so far.
  void serve() {
    while (auto wish = mailbox_->take()) {
      Turn turn(realm_);
      fulfil(*wish);
    }
  }
  void fulfil(Wish& wish) {
    if (wish.kind == Wish::Kind::connect) {
      sessions_[wish.session] = begin(std::move(wish.send));
      state_.suspend_cpu_limit();
    } else if (auto found = sessions_.find(wish.session); found == sessions_.end()) {
      return;
    } else if (wish.kind == Wish::Kind::message) {
      dispatch(found->second, wish.message);
    } else {
      end(std::move(found->second));
      sessions_.erase(found);
      if (sessions_.empty()) state_.resume_cpu_limit();
    }
  }
  /// A session may end while V8 handles a message of it: what that runs can pause.
  void end(Session session) {
    session.session->stop();
    if (dispatching_ > 0) ended_.push_back(std::move(session));
  }
  Session begin(Debuggee::Send send) {
    Session session;
    session.channel = std::make_unique<Channel>(std::move(send));
    session.session = inspector_->connect(context_group, session.channel.get(), {},
                                          v8_inspector::V8Inspector::kFullyTrusted);
    return session;
  }
  void dispatch(Session& session, std::string_view message) {
    const Utf16 text(message);
    ++dispatching_;
    session.session->dispatchProtocolMessage(text.view());
    if (--dispatching_ == 0) ended_.clear();
  }

  /// Our console writes to the log; debuggers learn of it by V8's own. A function of C++ that calls both
  /// leaves no frame between the script and what is shown.
  void show_console(Turn& turn) {
    if (state_.entry(turn.context(), "showConsole").IsEmpty()) return;
    const auto both = [](const v8::FunctionCallbackInfo<v8::Value>& info) {
      auto* isolate = info.GetIsolate();
      auto context = isolate->GetCurrentContext();
      auto pair = info.Data().As<v8::Array>();
      v8::LocalVector<v8::Value> given(isolate);
      for (int i = 0; i < info.Length(); ++i) given.push_back(info[i]);
      for (std::uint32_t i = 0; i < 2; ++i) {
        v8::Local<v8::Value> one;
        if (!pair->Get(context, i).ToLocal(&one) || !one->IsFunction()) continue;
        if (one.As<v8::Function>()->Call(context, info.This(), info.Length(), given.data()).IsEmpty()) return;
      }
    };
    const auto join = [](const v8::FunctionCallbackInfo<v8::Value>& info) {
      v8::Local<v8::Value> pair[] = {info[0], info[1]};
      v8::Local<v8::Function> joined;
      auto callback = *static_cast<v8::FunctionCallback*>(info.Data().As<v8::External>()->Value());
      if (v8::Function::New(info.GetIsolate()->GetCurrentContext(), callback,
                            v8::Array::New(info.GetIsolate(), pair, 2))
              .ToLocal(&joined))
        info.GetReturnValue().Set(joined);
    };
    static v8::FunctionCallback callback = both;
    v8::Local<v8::Function> joiner;
    if (!v8::Function::New(turn.context(), join, v8::External::New(turn.isolate(), &callback))
             .ToLocal(&joiner))
      return;
    v8::Local<v8::Value> argument = joiner;
    if (turn.call("showConsole", {&argument, 1}).IsEmpty())
      log::write(LogLevel::warn, "inspector.console", turn.failure());
  }

  Realm& realm_;
  Realm::State& state_;
  std::unique_ptr<v8_inspector::V8Inspector> inspector_;
  std::shared_ptr<Mailbox> mailbox_;
  std::map<Debuggee::Session, Session> sessions_;
  std::vector<Session> ended_;
  int dispatching_ = 0;
  Session own_;
  std::string answer_;
  bool paused_ = false;
  bool waiting_ = false;
};

Inspector::Inspector(Realm& realm, std::string_view name)
    : implementation_(std::make_unique<Implementation>(realm, name)) {}
Inspector::~Inspector() = default;
std::shared_ptr<Debuggee> Inspector::debuggee() const { return implementation_->debuggee(); }
void Inspector::wait_for_debugger() { implementation_->wait_for_debugger(); }
void Inspector::pause_soon(std::string_view reason) { implementation_->pause_soon(reason); }
std::string Inspector::ask(std::string_view message) { return implementation_->ask(message); }

}  // namespace edge::js
