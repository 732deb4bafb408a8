// The one inventory of what a script finds: native functions, the bootstrap, built-in modules.
#pragma once

#include <string_view>

#include "runtime/js/realm.h"

namespace edge::bindings {

/// The same at build time, for the snapshot, and at run time; what it refers to lives as long as the program.
js::Builtins builtins();
/// As above, and the modules that only files of tests may import.
js::Builtins test_builtins();
/// The one of them that runs the tests; the others hand on its exports.
inline constexpr std::string_view test_library = "edge-run:test";

}  // namespace edge::bindings
