// Running the bootstrap script: makes the globals and `entries` in a fresh context.
#pragma once

#include <v8.h>

#include <cstdint>
#include <vector>

#include "runtime/js/realm.h"

namespace edge::js {

/// Addresses of all natives in the table's order, ended by 0.
std::vector<std::intptr_t> external_references(const Builtins& builtins);
/// What the script names in stacks.
inline constexpr std::string_view bootstrap_name = "edge-run:bootstrap";
/// Inside the context: gives `entries`.
edge::Result<v8::Local<v8::Object>> run_bootstrap(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                                  const Builtins& builtins);

}  // namespace edge::js
