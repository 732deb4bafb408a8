// V8 in this process: flags, platform, watchdog thread.
#include "runtime/js/engine.h"

#include <v8.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/js/platform.h"
#include "runtime/js/watchdog.h"

namespace edge::js {

namespace {

// Outlives everything but stop_engine(): V8's threads may use it until the process ends.
Platform* the_platform = nullptr;

void set_flags(const EngineOptions& options) {
  std::vector<std::string> flags{
      "edge-run",
      // Isolates of a process share strings, and so the seed: also those of another snapshot, or of none.
      options.hash_seed == HashSeed::secret ? "--rehash-snapshot" : "--no-rehash-snapshot",
      // 128 MiB: WebAssembly's memories count for no heap limit.
      "--wasm-max-mem-pages=2048",
      "--stack-size=" + std::to_string(options.stack_bytes / 1024),
      // Workers are processes, one for each core: helpers of one would take the core of another.
      "--single-threaded-gc",
  };
  if (options.fixed_random) flags.push_back("--random-seed=1");
  std::vector<char*> arguments;
  for (auto& flag : flags) arguments.push_back(flag.data());
  int count = static_cast<int>(arguments.size());
  v8::V8::SetFlagsFromCommandLine(&count, arguments.data(), true);
  check(count == 1);  // V8 leaves what it does not know
}

}  // namespace

Platform& platform() {
  check(the_platform);
  return *the_platform;
}

void start_engine(const EngineOptions& options) {
  if (the_platform) return;
  set_flags(options);
  the_platform = new Platform(1);
  v8::V8::InitializePlatform(the_platform);
  check(v8::V8::Initialize());
  start_watchdog();
}

void stop_engine() {
  if (!the_platform) return;
  stop_watchdog();
  v8::V8::Dispose();
  v8::V8::DisposePlatform();
  delete the_platform;
  the_platform = nullptr;
}

}  // namespace edge::js
