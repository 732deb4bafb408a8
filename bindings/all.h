// The one inventory of what a script finds: native functions, the bootstrap, built-in modules.
#pragma once

#include "runtime/js/realm.h"

namespace edge::bindings {

/// The same at build time, for the snapshot, and at run time; what it refers to lives as long as the program.
js::Builtins builtins();

}  // namespace edge::bindings
