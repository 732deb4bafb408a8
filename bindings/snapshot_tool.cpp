// Writes the startup snapshot: a step of the build.
#include <cstdio>
#include <fstream>

#include "bindings/all.h"
#include "runtime/js/engine.h"
#include "runtime/js/snapshot.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: edge-run-snapshot FILE\n");
    return 2;
  }
  edge::js::start_engine({.fixed_seeds = true});
  auto snapshot = edge::js::make_snapshot(edge::bindings::builtins());
  edge::js::stop_engine();
  if (!snapshot) {
    std::fprintf(stderr, "edge-run-snapshot: %s\n", snapshot.error().message.c_str());
    return 1;
  }
  std::ofstream file(arguments[1], std::ios::binary | std::ios::trunc);
  file.write(snapshot->data(), static_cast<std::streamsize>(snapshot->size()));
  file.close();
  if (!file) {
    std::fprintf(stderr, "edge-run-snapshot: %s cannot be written\n", arguments[1]);
    return 1;
  }
  return 0;
}
