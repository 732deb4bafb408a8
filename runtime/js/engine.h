// V8 in this process: flags, platform, watchdog thread. Started once, before the first Realm.
#pragma once

#include <cstddef>

namespace edge::js {

/// How this process ends, at once, when a script did what V8 cannot recover from, or when it does not come
/// back after its CPU time is over. The supervisor starts another.
inline constexpr int fatal_exit_code = 70;

struct EngineOptions {
  std::size_t stack_bytes = 512 * 1024;
  bool fixed_seeds =
      false;  ///< for the program that makes the snapshot: the same blob each time. Never when serving
};

/// Sets V8's flags (each is checked: V8 ignores a misspelt one) and starts the platform. Starting twice is no
/// error. It starts threads, so fork before it.
/// `--rehash-snapshot` is among them: without it the seed of V8's string hashes is a public constant.
void start_engine(const EngineOptions& options);
/// Ends the platform and its threads; no Realm may be left.
void stop_engine();

}  // namespace edge::js
