// Bytecode of a built-in module, made when the program is built, so that it need not be compiled each time it
// is imported.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/error.h"
#include "runtime/js/realm.h"

namespace edge::js {

/// The bytecode of those functions of the built-in module `specifier` that have run in this Realm: others are
/// compiled when they are called. V8 takes it only where its version, its flags and the snapshot are the same
/// as here, and otherwise compiles the source: so the engine is to be started as the program will start it.
/// Fails where the module was not imported.
edge::Result<std::string> make_code_cache(Realm& realm, std::string_view specifier);

}  // namespace edge::js
