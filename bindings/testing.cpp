// Natives of the module "edge-run:test": what a run is told and what it tells, and the files of snapshots.
#include "bindings/testing.h"

#include <filesystem>
#include <fstream>

#include "bindings/host.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

namespace fs = std::filesystem;

js::Result<TestRun*> run_of(js::Scope& scope) {
  TestRun* run = Host::of(scope).world.test_run;
  if (!run) return js::plain_error("the module \"edge-run:test\" is for `edge-run test` only");
  return run;
}

js::Result<std::string> settings(js::Scope& scope) {
  return run_of(scope).transform([](TestRun* run) { return run->settings(); });
}

js::Result<> start(js::Scope& scope, std::string name) {
  return run_of(scope).transform([&](TestRun* run) { run->start(std::move(name)); });
}

js::Result<> report(js::Scope& scope, std::string name, std::string outcome, std::string message,
                    double milliseconds) {
  const auto found = std::ranges::find(outcome_names, outcome);
  check(found != outcome_names.end());
  const auto kind = static_cast<TestOutcome>(found - outcome_names.begin());
  return run_of(scope).transform(
      [&](TestRun* run) { run->report({std::move(name), kind, std::move(message), milliseconds}); });
}

js::Result<> obsolete(js::Scope& scope, std::vector<std::string> snapshots) {
  return run_of(scope).transform([&](TestRun* run) { run->obsolete(std::move(snapshots)); });
}

js::Result<std::string> script(js::Scope& scope) {
  auto run = run_of(scope);
  if (!run) return std::unexpected(std::move(run.error()));
  std::string path = (*run)->script();
  if (path.empty())
    return js::plain_error(
        "SELF stands for no script: name it with --script FILE, or call the test x.test.js beside x.js");
  return path;
}

js::Result<> done(js::Scope& scope, std::string problem) {
  return run_of(scope).transform([&](TestRun* run) { run->done(std::move(problem)); });
}

/// Null where there is none.
js::Result<std::optional<std::string>> read_file(js::Scope& scope, std::string path) {
  if (auto run = run_of(scope); !run) return std::unexpected(std::move(run.error()));
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

js::Result<> write_file(js::Scope& scope, std::string path, std::string text) {
  if (auto run = run_of(scope); !run) return std::unexpected(std::move(run.error()));
  std::error_code ignored;
  fs::create_directories(fs::path(path).parent_path(), ignored);
  std::ofstream file(path, std::ios::binary);
  if (!(file << text).flush()) return js::plain_error(path + " cannot be written");
  return {};
}

js::Result<> remove_file(js::Scope& scope, std::string path) {
  if (auto run = run_of(scope); !run) return std::unexpected(std::move(run.error()));
  std::error_code error;
  fs::remove(path, error);
  if (error) return js::plain_error(path + " cannot be removed: " + error.message());
  return {};
}

constexpr js::Native table[] = {
    js::native<&settings>("testSettings"),      js::native<&start>("testStart"),
    js::native<&report>("testReport"),          js::native<&obsolete>("testObsolete"),
    js::native<&script>("testScript"),          js::native<&done>("testDone"),
    js::native<&read_file>("testReadFile"),     js::native<&write_file>("testWriteFile"),
    js::native<&remove_file>("testRemoveFile"),
};

}  // namespace

constinit const std::span<const js::Native> testing_natives = table;

}  // namespace edge::bindings
