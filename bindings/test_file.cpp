// Runs one file of policy tests in a Realm of its own.
#include "bindings/test_file.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "bindings/all.h"
#include "bindings/debugged.h"
#include "bindings/host.h"
#include "bindings/type_script.h"
#include "runtime/base/compatibility.h"
#include "runtime/js/code_cache.h"
#include "runtime/js/turn.h"

namespace edge::bindings {
namespace {

using std::chrono::milliseconds;

/// Hands results on, and knows which test runs and when the last one ended.
class FileRun : public TestRun {
 public:
  FileRun(const TestFileSettings& settings, TestListener& listener)
      : settings_(settings), listener_(listener) {}
  std::string settings() override {
    return boost::json::serialize(boost::json::object{{"path", settings_.path},
                                                      {"root", settings_.root},
                                                      {"filter", settings_.filter},
                                                      {"timeout", settings_.timeout.count()},
                                                      {"update", settings_.update},
                                                      {"bail", settings_.bail}});
  }
  void start(std::string name) override { running = std::move(name); }
  void report(TestResult result) override { listener_.report(std::move(result)); }
  void obsolete(std::vector<std::string> snapshots) override { listener_.obsolete(std::move(snapshots)); }
  std::string script() override { return settings_.site.script; }
  void done(std::string problem) override {
    finished = true;
    this->problem = std::move(problem);
  }
  std::string running;
  bool finished = false;
  std::string problem;

 private:
  const TestFileSettings& settings_;
  TestListener& listener_;
};

/// A test that computes for ever is ended some time after its timeout would have ended one that waits.
milliseconds cpu_limit(const TestFileSettings& settings) {
  return std::max(2 * settings.timeout, milliseconds(1'000));
}

/// The test that was running cannot go on, nor can what would have come after it.
std::unexpected<Error> stopped(const TestFileSettings& settings, FileRun& run, const js::Realm& realm) {
  const bool by_memory = realm.condemned_why() == "memory";
  const std::string why =
      by_memory ? "it needs more memory than scripts have"
                : "it used more than " + std::to_string(cpu_limit(settings).count()) + " ms of CPU time";
  if (run.running.empty()) return fail(ErrorKind::script, "the file was stopped before its tests: " + why);
  run.report({run.running, TestOutcome::fail, why, 0});
  return fail(ErrorKind::script, "the tests after \"" + run.running + "\" were not run");
}

Result<> open_namespaces(World& world) {
  for (const KvNamespace& kv : world.site.kv) {
    auto space = store::open_sqlite(":memory:", kv.id);
    if (!space) return std::unexpected(std::move(space.error()));
    world.namespaces[kv.id] = std::move(*space);
  }
  return {};
}

/// Debuggers, and what counts the lines that run, look into a Realm in one way.
class Look {
 public:
  /// Waits for the debugger that the settings ask for.
  static Result<std::unique_ptr<Look>> into(js::Realm& realm, const TestFileSettings& settings) {
    std::unique_ptr<Look> look(new Look);
    if (settings.coverage || settings.devtools) look->inspector_.emplace(realm, "test");
    if (settings.coverage) {
      look->inspector_->ask(R"({"id":1,"method":"Profiler.enable"})");
      look->inspector_->ask(
          R"({"id":2,"method":"Profiler.startPreciseCoverage","params":{"callCount":true,"detailed":true}})");
    }
    if (!settings.devtools) return look;
    auto devtools = settings.devtools();
    if (!devtools) return std::unexpected(std::move(devtools.error()));
    look->devtools_ = std::move(*devtools);
    look->debugged_.emplace(*look->devtools_, *look->inspector_, "test", settings.path);
    look->inspector_->wait_for_debugger();
    return look;
  }
  std::string coverage() { return inspector_->ask(R"({"id":3,"method":"Profiler.takePreciseCoverage"})"); }

 private:
  Look() = default;
  std::unique_ptr<http::DevTools> devtools_;
  std::optional<js::Inspector> inspector_;
  std::optional<Debugged> debugged_;
};

/// What the file's tests were made of.
std::vector<std::string> files_of(const js::Realm& realm, const TestFileSettings& settings,
                                  const std::string& start) {
  std::vector<std::string> files = realm.files();
  std::erase(files, start);
  for (const std::string& one : {settings.path, settings.site.script})
    if (!one.empty() && !std::ranges::contains(files, one)) files.push_back(one);
  return files;
}

class TestFile {
 public:
  TestFile(const TestFileSettings& settings, TestListener& listener)
      : settings_(settings), listener_(listener), run_(settings, listener) {
    world_.test_run = &run_;
    if (settings.site.ratelimits.empty()) return;
    world_.rate_counters = RateCounters::make();
    check(world_.rate_counters != nullptr);
  }
  Result<> run();

 private:
  Result<> load();
  Result<> run_tests();

  const TestFileSettings& settings_;
  TestListener& listener_;
  FileRun run_;
  boost::asio::io_context io_{1};
  TimerWheel wheel_{io_};
  const Limits limits_;
  World world_{.io = io_, .wheel = wheel_, .site = settings_.site, .limits = limits_};
  Host host_{world_};
  TypeScript type_script_{settings_.cache_folder};
  std::unique_ptr<js::Realm> realm_;
  std::unique_ptr<Look> look_;
  const std::string start_ = settings_.path + " (start)";
};

Result<> TestFile::run() {
  if (auto opened = open_namespaces(world_); !opened) return opened;
  const js::RealmOptions options{
      .turn_cpu = cpu_limit(settings_),
      .startup_cpu = cpu_limit(settings_),
      .imports = js::ImportsAfterStart::anywhere,
      .rules = settings_.site.rules,
      .nodejs_compat = is_compatible(settings_.site, "nodejs_compat"),
      .strip_types = [&](const std::string& path,
                         const std::string& source) { return type_script_.strip(path, source); },
      .code_cache = {.specifier = test_library, .bytes = settings_.library_code}};
  auto realm = js::Realm::make(io_, test_builtins(), settings_.snapshot, options, &host_);
  if (!realm) return std::unexpected(std::move(realm.error()));
  realm_ = std::move(*realm);
  host_.attach(*realm_);
  if (auto loaded = load(); !loaded) return loaded;
  return run_tests();
}

Result<> TestFile::load() {
  {
    js::Turn turn(*realm_);
    static_cast<void>(turn.call("configure", {}));
  }
  auto look = Look::into(*realm_, settings_);
  if (!look) return std::unexpected(std::move(look.error()));
  look_ = std::move(*look);
  // The library imports the file, in an event: there tests may wait, and use random numbers.
  return realm_->load_source(start_, "import \"edge-run:test\";");
}

Result<> TestFile::run_tests() {
  const js::EventId event = realm_->begin_event();
  {
    js::Turn turn(*realm_, event);
    v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(turn.isolate(), event)};
    if (turn.call("runTests", arguments).IsEmpty()) run_.done(turn.failure());
  }
  while (!run_.finished && !realm_->condemned()) io_.run_one_for(milliseconds(100));
  host_.end_event(event);
  listener_.files(files_of(*realm_, settings_, start_));
  if (settings_.coverage) listener_.coverage(look_->coverage());
  if (!run_.finished) return stopped(settings_, run_, *realm_);
  if (!run_.problem.empty()) return fail(ErrorKind::script, run_.problem);
  if (!settings_.make_library_code) return {};
  return js::make_code_cache(*realm_, test_library).transform([&](std::string code) {
    listener_.library_code(std::move(code));
  });
}

}  // namespace

void run_test_file(const TestFileSettings& settings, TestListener& listener) {
  TestFile file(settings, listener);
  listener.done(file.run());
}

}  // namespace edge::bindings
