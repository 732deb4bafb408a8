// Bytecode of a built-in module, made when the program is built, so that it need not be compiled each time it
// is imported.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/error.h"
#include "runtime/js/realm.h"

namespace edge::js {

/// Compiles every function of the built-in module `specifier` in an isolate of `snapshot`. V8 takes the
/// result only where its version, its flags and the snapshot are the same as here, and otherwise compiles the
/// source: so the engine is to be started as the program will start it.
edge::Result<std::string> make_code_cache(const Builtins& builtins, SnapshotView snapshot,
                                          std::string_view specifier);

}  // namespace edge::js
