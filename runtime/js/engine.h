// V8 in this process: flags, platform, watchdog thread. Started once, before the first Realm.
#pragma once

#include <cstddef>

namespace edge::js {

/// How this process ends, at once, when a script did what V8 cannot recover from, or when it does not come
/// back after its CPU time is over. The supervisor starts another.
inline constexpr int fatal_exit_code = 70;

/// The seed of string hashes. Bytecode made ahead of time fits one choice only.
enum class HashSeed {
  secret,     ///< a new one for each Realm: nobody can compute keys that collide
  of_library  ///< a constant of V8's library, ready at once. For keys that no client chooses
};

struct EngineOptions {
  std::size_t stack_bytes = 512 * 1024;
  HashSeed hash_seed = HashSeed::secret;
  bool fixed_random = false;  ///< the same random numbers each time. Never when serving
};

/// The engine of `edge-run test`: V8 needs 7 ms for a secret seed, a tenth of what a file of tests takes.
inline constexpr EngineOptions test_engine{.hash_seed = HashSeed::of_library};
/// The engine of the program that makes the snapshot: the same blob each time.
inline constexpr EngineOptions snapshot_engine{.hash_seed = HashSeed::of_library, .fixed_random = true};

/// Sets V8's flags (each is checked: V8 ignores a misspelt one) and starts the platform. Starting twice is no
/// error. It starts threads, so fork before it.
void start_engine(const EngineOptions& options);
/// Ends the platform and its threads; no Realm may be left.
void stop_engine();

}  // namespace edge::js
