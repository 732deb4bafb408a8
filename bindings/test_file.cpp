// Runs one file of policy tests in a Realm of its own.
#include "bindings/test_file.h"

#include <chrono>

#include "bindings/all.h"
#include "bindings/host.h"
#include "runtime/base/compatibility.h"
#include "runtime/js/turn.h"

namespace edge::bindings {
namespace {

constexpr std::chrono::seconds file_timeout{60};

/// Hands results on, and knows when the last one came.
class WatchedRun : public TestRun {
 public:
  explicit WatchedRun(TestRun& run) : run_(run) {}
  bool wanted(std::string_view name) override { return run_.wanted(name); }
  void report(TestResult result) override { run_.report(std::move(result)); }
  std::string script() override { return run_.script(); }
  void done(std::string problem) override {
    finished = true;
    this->problem = std::move(problem);
  }
  bool finished = false;
  std::string problem;

 private:
  TestRun& run_;
};

}  // namespace

Result<> run_test_file(const TestFileSettings& settings, TestRun& run) {
  boost::asio::io_context io{1};
  TimerWheel wheel(io);
  SiteConfig site;
  site.name = "test";
  site.script = settings.path;
  const Limits limits;
  WatchedRun watched(run);
  World world{.io = io, .wheel = wheel, .site = site, .limits = limits};
  world.test_run = &watched;
  world.rate_counters = RateCounters::make();
  Host host(world);
  const js::RealmOptions options{.turn_cpu = file_timeout,
                                 .startup_cpu = file_timeout,
                                 .nodejs_compat = is_compatible(site, "nodejs_compat")};
  auto realm = js::Realm::make(io, builtins(), settings.snapshot, options, &host);
  if (!realm) return std::unexpected(std::move(realm.error()));
  host.attach(**realm);
  {
    js::Turn turn(**realm);
    static_cast<void>(turn.call("configure", {}));
  }
  if (auto loaded = (*realm)->load_script(settings.path); !loaded) return loaded;

  const js::EventId event = (*realm)->begin_event();
  {
    js::Turn turn(**realm, event);
    v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(turn.isolate(), event)};
    if (turn.call("runTests", arguments).IsEmpty()) watched.done(turn.failure());
  }
  const auto end = std::chrono::steady_clock::now() + file_timeout;
  while (!watched.finished && std::chrono::steady_clock::now() < end)
    io.run_one_for(std::chrono::milliseconds(100));
  host.end_event(event);
  if (!watched.finished)
    return fail(ErrorKind::script, settings.path + ": its tests did not end within 60 s");
  if (!watched.problem.empty()) return fail(ErrorKind::script, settings.path + ": " + watched.problem);
  return {};
}

}  // namespace edge::bindings
