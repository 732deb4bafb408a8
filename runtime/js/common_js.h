// CommonJS modules: what they put into module.exports is their default export, and require() is theirs alone.
#pragma once

#include <v8.h>

#include "runtime/js/modules.h"

namespace edge::js {

/// A module that runs `source` when it is evaluated, or before, when another one requires it. Its only export
/// is `default`. Empty, with an exception pending, where the source is no function's body.
/// https://nodejs.org/api/modules.html
v8::MaybeLocal<v8::Module> make_common_js(Scope& scope, ModuleRecord& record, std::string_view source);

}  // namespace edge::js
