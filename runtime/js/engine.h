// V8 in this process: flags, platform, watchdog thread. Started once, before the first Realm.
#pragma once

#include <cstddef>

namespace edge::js {

struct EngineOptions {
  std::size_t stack_bytes = 512 * 1024;
};

/// Sets V8's flags (each is checked: V8 ignores a misspelt one), starts the platform. Starting twice is no error.
/// `--rehash-snapshot` is among them: without it the seed of V8's string hashes is a public constant.
void start_engine(const EngineOptions& options);
/// Ends the platform and its threads; no Realm may be left.
void stop_engine();

}  // namespace edge::js
