// Writes the startup snapshot, and the bytecode of the test library that fits it: steps of the build.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "bindings/all.h"
#include "runtime/js/code_cache.h"
#include "runtime/js/engine.h"
#include "runtime/js/snapshot.h"

namespace {

using edge::Result;

Result<std::string> make_snapshot() {
  edge::js::start_engine({.fixed_seeds = true});
  return edge::js::make_snapshot(edge::bindings::builtins());
}

/// The engine has the flags of `edge-run test`: fixed seeds are among what V8 compares.
Result<std::string> compile_test_library(const char* snapshot_path) {
  std::ifstream file(snapshot_path, std::ios::binary);
  const std::string snapshot(std::istreambuf_iterator<char>(file), {});
  edge::js::start_engine({});
  return edge::js::make_code_cache(edge::bindings::test_builtins(), snapshot, edge::bindings::test_library);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2 && count != 3) {
    std::fprintf(stderr,
                 "usage: edge-run-snapshot SNAPSHOT          write the snapshot\n"
                 "       edge-run-snapshot SNAPSHOT CODE     read it, write the test library's bytecode\n");
    return 2;
  }
  const auto made = count == 2 ? make_snapshot() : compile_test_library(arguments[1]);
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
