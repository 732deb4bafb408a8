// Writes the startup snapshot, and the bytecode of the test library that fits it: steps of the build.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "bindings/all.h"
#include "bindings/test_file.h"
#include "runtime/js/engine.h"
#include "runtime/js/snapshot.h"

namespace {

using edge::Result;

Result<std::string> make_snapshot() {
  edge::js::start_engine(edge::js::snapshot_engine);
  return edge::js::make_snapshot(edge::bindings::builtins());
}

/// Keeps the bytecode, and the first reason why there is none.
class LibraryCode : public edge::bindings::TestListener {
 public:
  void report(edge::bindings::TestResult result) override {
    if (result.outcome == edge::bindings::TestOutcome::fail && code)
      code = edge::fail(edge::ErrorKind::script, result.name + ": " + result.message);
  }
  void obsolete(std::vector<std::string>) override {}
  void coverage(std::string) override {}
  void files(std::vector<std::string>) override {}
  void library_code(std::string bytes) override {
    if (code) code = std::move(bytes);
  }
  void done(const Result<>& outcome) override {
    if (!outcome) code = std::unexpected(outcome.error());
  }
  Result<std::string> code;
};

/// With the engine of `edge-run test`: V8 compares its flags.
Result<std::string> compile_test_library(const char* snapshot_path, const char* tests_path) {
  std::ifstream file(snapshot_path, std::ios::binary);
  const std::string snapshot(std::istreambuf_iterator<char>(file), {});
  edge::js::start_engine(edge::js::test_engine);
  edge::bindings::TestFileSettings settings;
  settings.path = tests_path;
  settings.snapshot = snapshot;
  settings.make_library_code = true;
  LibraryCode made;
  edge::bindings::run_test_file(settings, made);
  return std::move(made.code);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2 && count != 4) {
    std::fprintf(
        stderr,
        "usage: edge-run-snapshot SNAPSHOT                 write the snapshot\n"
        "       edge-run-snapshot SNAPSHOT TESTS CODE     read it, run the file of tests, write the\n"
        "                                                 bytecode of what ran of the test library\n");
    return 2;
  }
  const auto made = count == 2 ? make_snapshot() : compile_test_library(arguments[1], arguments[2]);
  edge::js::stop_engine();
  if (!made) {
    std::fprintf(stderr, "edge-run-snapshot: %s\n", made.error().message.c_str());
    return 1;
  }
  const char* path = arguments[count - 1];
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(made->data(), static_cast<std::streamsize>(made->size()));
  file.close();
  if (!file) {
    std::fprintf(stderr, "edge-run-snapshot: %s cannot be written\n", path);
    return 1;
  }
  return 0;
}
