// Hands requests to a script and its answers back; a Realm that reached a limit is replaced.
#include "bindings/worker.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>

#include "bindings/all.h"
#include "bindings/cf.h"
#include "bindings/exchange.h"
#include "bindings/origin.h"
#include "bindings/service.h"
#include "runtime/base/compatibility.h"
#include "runtime/base/log.h"
#include "runtime/js/engine.h"
#include "runtime/js/exception.h"
#include "runtime/js/turn.h"
#include "runtime/server/error_page.h"
#include "runtime/tls/connector.h"

namespace edge::bindings {

Worker::Worker(boost::asio::io_context& io, TimerWheel& wheel, WorkerSettings settings)
    : settings_(std::move(settings)),
      world_{
          .io = io,
          .wheel = wheel,
          .site = settings_.site,
          .limits = settings_.limits,
          .client = settings_.client.get(),
          .origin_client = settings_.origin_client ? settings_.origin_client.get() : settings_.client.get(),
          .certificates = &settings_.certificates,
          .handler_of = settings_.handler_of,
          .rate_counters = settings_.rate_counters ? settings_.rate_counters : RateCounters::make()},
      type_script_(settings_.cache_folder),
      self_(std::make_shared<Worker*>(this)) {
  check(world_.rate_counters != nullptr);
}

Worker::~Worker() = default;

Result<std::unique_ptr<Worker>> Worker::make(boost::asio::io_context& io, TimerWheel& wheel,
                                             WorkerSettings settings) {
  std::unique_ptr<Worker> worker(new Worker(io, wheel, std::move(settings)));
  const SiteConfig& site = worker->settings_.site;
  if (!site.origin.empty()) {
    auto origin = origin_of(site.origin);
    if (!origin) return std::unexpected(std::move(origin.error()));
    worker->world_.origin = std::move(*origin);
    auto forwarding = http::Forwarding::make(site);
    if (!forwarding) return std::unexpected(std::move(forwarding.error()));
    worker->world_.forwarding = std::move(*forwarding);
  }
  for (const KvNamespace& kv : site.kv) {
    auto space = store::open_sqlite(worker->settings_.kv_path, kv.id);
    if (!space) return std::unexpected(std::move(space.error()));
    worker->world_.namespaces[kv.id] = std::move(*space);
  }
  auto incarnation = worker->incarnate();
  if (!incarnation) return std::unexpected(std::move(incarnation.error()));
  worker->current_ = std::move(*incarnation);
  return worker;
}

js::RealmOptions Worker::realm_options() {
  const Limits& limits = settings_.limits;
  return {.heap_bytes = limits.heap_bytes,
          .stack_bytes = limits.stack_bytes,
          .turn_cpu = limits.request_cpu,
          .event_cpu = limits.request_cpu,
          .startup_cpu = limits.startup_cpu,
          .rules = settings_.site.rules,
          .nodejs_compat = is_compatible(settings_.site, "nodejs_compat"),
          .strip_types =
              [this](const std::string& path, const std::string& source) {
                auto code = type_script_.strip(path, source);
                // The files of a start follow each other.
                if (!is_starting_) type_script_.rest();
                return code;
              },
          .frozen_clock = settings_.site.frozen_clock};
}

Result<std::unique_ptr<Worker::Incarnation>> Worker::incarnate() {
  auto incarnation = std::make_unique<Incarnation>(world_);
  auto realm =
      js::Realm::make(world_.io, builtins(), settings_.snapshot, realm_options(), &incarnation->host);
  if (!realm) return std::unexpected(std::move(realm.error()));
  incarnation->realm = std::move(*realm);
  incarnation->host.attach(*incarnation->realm);
  if (settings_.devtools) {
    const SiteConfig& site = settings_.site;
    incarnation->inspector = std::make_unique<js::Inspector>(*incarnation->realm, site.name);
    incarnation->debugged =
        std::make_unique<Debugged>(*settings_.devtools, *incarnation->inspector, site.name, site.script);
  }
  {
    // A service-worker script reads variables and namespaces as globals at its top level already.
    js::Turn turn(*incarnation->realm);
    static_cast<void>(turn.call("configure", {}));
  }
  incarnation->realm->when_limited(
      [host = &incarnation->host](js::EventId event) { host->limit_reached(event); });
  const std::string& script = settings_.site.script;
  is_starting_ = true;
  auto loaded = settings_.source ? incarnation->realm->load_source(script, *settings_.source)
                                 : incarnation->realm->load_script(script);
  is_starting_ = false;
  type_script_.rest();
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  // Posted: it is called while the Realm that is to be dropped still works.
  incarnation->host.emptied = [io = &world_.io, self = std::weak_ptr(self_)] {
    boost::asio::post(*io, [self] {
      if (auto worker = self.lock()) (*worker)->drop_old();
    });
  };
  return incarnation;
}

bool Worker::busy() const {
  return current_->host.open_exchanges() > 0 || std::ranges::any_of(old_, [](const auto& incarnation) {
           return incarnation->host.open_exchanges() > 0;
         });
}

std::vector<std::string> Worker::files() const {
  // A script in service-worker syntax is no module.
  std::vector<std::string> files = current_->realm->files();
  files.push_back(settings_.site.script);
  return files;
}

Host& Worker::host() { return current_->host; }

Host* Worker::ready_host() {
  if (!current_->realm->condemned()) return &current_->host;
  auto next = incarnate();
  if (!next) {
    log::write(LogLevel::error, "script.restart", next.error().message, {{"site", settings_.site.name}});
    return nullptr;
  }
  log::write(LogLevel::info, "script.restart", "the script was started anew after a limit was reached",
             {{"site", settings_.site.name}});
  old_.push_back(std::exchange(current_, std::move(*next)));
  drop_old();
  return &current_->host;
}

void Worker::drop_old() {
  std::erase_if(old_, [](const auto& incarnation) { return incarnation->host.open_exchanges() == 0; });
}

namespace {

/// The visit that begins an event. What the entry itself throws is the answer.
template <class MakeArguments>
void begin_visit(Host& host, Exchange& exchange, std::string_view entry, MakeArguments make_arguments) {
  {
    js::Turn turn(host.realm(), exchange.event());
    auto arguments = make_arguments(turn.isolate());
    if (turn.call(entry, arguments).IsEmpty() && !turn.terminated() && !exchange.is_answered()) {
      log::write(LogLevel::error, "script.exception", turn.failure(), {{"site", host.world.site.name}});
      exchange.fail(server::Failure::exception);
    }
  }
  // Microtasks ran when the visit ended, and a limit may have ended them. Nothing else can have condemned the
  // Realm: it was chosen for this event because it was not.
  if (host.realm().condemned()) exchange.limit_reached();
}

v8::Local<v8::Value> one_byte(v8::Isolate* isolate, std::string_view text, v8::NewStringType type) {
  return v8::String::NewFromOneByte(isolate, reinterpret_cast<const std::uint8_t*>(text.data()), type,
                                    static_cast<int>(text.size()))
      .ToLocalChecked();
}

}  // namespace

void Worker::visit(Host& host, Exchange& exchange) {
  if (const auto method = rpc_method_of(exchange.request())) {
    begin_visit(host, exchange, "rpcEvent", [&](v8::Isolate* isolate) {
      return std::array<v8::Local<v8::Value>, 3>{v8::Integer::NewFromUnsigned(isolate, exchange.event()),
                                                 js::string_of(isolate, method->entrypoint),
                                                 js::string_of(isolate, method->name)};
    });
    return;
  }
  begin_visit(host, exchange, "fetch", [&](v8::Isolate* isolate) {
    const http::Request& request = exchange.request();
    return std::array<v8::Local<v8::Value>, 6>{
        v8::Integer::NewFromUnsigned(isolate, exchange.event()),
        v8::Number::New(isolate, cf_number(host, request)),
        one_byte(isolate, request.method, v8::NewStringType::kInternalized),
        one_byte(isolate, request.url(), v8::NewStringType::kNormal),
        v8::Boolean::New(isolate, !request.body.is_null()),
        request.entrypoint.empty() ? v8::String::Empty(isolate) : js::string_of(isolate, request.entrypoint)};
  });
}

namespace {

Task<http::Response> at_once(http::Response answer) { co_return std::move(answer); }

}  // namespace

class Worker::Lease {
 public:
  Lease(const std::shared_ptr<Worker*>& worker, Host& host, Exchange& exchange)
      : worker_(worker), host_(host), exchange_(exchange) {}
  Lease(Lease&&) = default;
  ~Lease() {
    if (worker_.expired()) return;
    if (!answered_ || exchange_.is_over()) {
      host_.end(exchange_);
    } else {
      exchange_.linger();
    }
  }
  [[nodiscard]] Host& host() const { return host_; }
  [[nodiscard]] Exchange& exchange() const { return exchange_; }
  void answered() { answered_ = true; }

 private:
  std::weak_ptr<Worker*> worker_;  ///< gone where the lease was moved from
  Host& host_;
  Exchange& exchange_;
  bool answered_ = false;
};

server::Begun Worker::begin(http::Request&& request) {
  Host* host = ready_host();
  if (!host) return {.answer = server::error_page(server::Failure::unavailable), .rest = {}};
  Lease lease(self_, *host, host->begin(std::move(request)));
  Exchange& exchange = lease.exchange();
  visit(*host, exchange);
  if (!exchange.is_answered() || exchange.passes_through())
    return {.answer = {}, .rest = answer_of(std::move(lease))};
  lease.answered();
  return {.answer = exchange.take_answer(), .rest = {}};
}

Task<http::Response> Worker::fetch(http::Request&& request) {
  server::Begun begun = begin(std::move(request));
  return begun.answer ? at_once(std::move(*begun.answer)) : std::move(begun.rest);
}

Task<http::Response> Worker::answer_of(Lease lease) {
  Exchange& exchange = lease.exchange();
  if (!exchange.is_answered()) co_await exchange.answered(world_.limits.handler_timeout);
  if (exchange.passes_through() && world_.client && world_.origin) {
    http::Request original = exchange.take_request();
    http::Request client;
    client.authority = original.authority;
    client.peer = original.peer;
    client.first_of_connection = original.first_of_connection;
    address_to_origin(original, client, *world_.forwarding, *world_.origin);
    (void)exchange.take_answer();
    lease.answered();
    auto response = co_await world_.origin_client->send(std::move(original), *world_.origin);
    co_return response ? std::move(*response) : server::error_page(server::Failure::bad_origin);
  }
  lease.answered();
  co_return exchange.take_answer();
}

Task<Result<>> Worker::scheduled(server::ScheduledRun run) {
  return this->run("scheduled", [run = std::move(run)](Host& host, Exchange& exchange) {
    begin_visit(host, exchange, "scheduled", [&](v8::Isolate* isolate) {
      return std::array<v8::Local<v8::Value>, 3>{v8::Integer::NewFromUnsigned(isolate, exchange.event()),
                                                 one_byte(isolate, run.cron, v8::NewStringType::kNormal),
                                                 v8::Number::New(isolate, static_cast<double>(run.time_ms))};
    });
  });
}

Task<Result<>> Worker::certificate_expiring(std::string facts) {
  return run("certificateExpiring", [facts = std::move(facts)](Host& host, Exchange& exchange) {
    begin_visit(host, exchange, "certificateExpiring", [&](v8::Isolate* isolate) {
      return std::array<v8::Local<v8::Value>, 2>{v8::Integer::NewFromUnsigned(isolate, exchange.event()),
                                                 js::string_of(isolate, facts)};
    });
  });
}

Task<Result<>> Worker::run(std::string name, std::function<void(Host&, Exchange&)> begin) {
  Host* host = ready_host();
  if (!host) co_return edge::fail(ErrorKind::script, "the script cannot be started anew");
  Exchange& exchange = host->begin({});
  Lease lease(self_, *host, exchange);
  begin(*host, exchange);
  if (!exchange.is_answered()) co_await exchange.answered(world_.limits.scheduled_timeout);
  const bool failed = exchange.has_failed();
  lease.answered();
  (void)exchange.take_answer();
  if (failed) co_return edge::fail(ErrorKind::script, "the " + name + " handler failed");
  co_return Result<>();
}

}  // namespace edge::bindings
