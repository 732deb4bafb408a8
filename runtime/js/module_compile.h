// From a file's content to a module of V8: scripts are compiled, other kinds become the default export of a
// module.
#pragma once

#include <v8.h>

#include "runtime/js/modules.h"

namespace edge::js {

/// What V8 is told of a module's source.
v8::ScriptOrigin module_origin(v8::Isolate* isolate, std::string_view path);
/// Fills `record.module` and what belongs to its kind. Empty leaves an exception
/// pending.
v8::MaybeLocal<v8::Module> compile_module(Scope& scope, ModuleRecord& record, std::string_view content);
/// The same of a module that is part of the program.
v8::MaybeLocal<v8::Module> compile_built_in(Scope& scope, ModuleRecord& record);
/// A script that is no module. Fills `record.map_url`.
v8::MaybeLocal<v8::Script> compile_classic(Scope& scope, ModuleRecord& record, std::string_view content);

}  // namespace edge::js
