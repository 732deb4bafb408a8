// What console and reportError() print, and the clocks.
#include "bindings/host.h"
#include "bindings/natives.h"
#include "runtime/base/log.h"
#include "runtime/js/clock.h"
#include "runtime/js/stack.h"

namespace edge::bindings {
namespace {

LogLevel level_of(std::string_view name) {
  if (name == "error") return LogLevel::error;
  if (name == "warn") return LogLevel::warn;
  if (name == "debug") return LogLevel::debug;
  return LogLevel::info;
}

void log(js::Scope& scope, std::string level, std::string text) {
  log::write(level_of(level), "script.console", text, {{"site", Host::of(scope).world.site.name}});
}

void report_error(js::Scope& scope, std::string text) {
  log::write(LogLevel::error, "script.error", text, {{"site", Host::of(scope).world.site.name}});
}

/// A stack with the places of the files that the author wrote.
std::string original_stack(js::Scope& scope, std::string_view stack) {
  return js::original_stack(scope.realm, stack);
}

/// https://w3c.github.io/hr-time/#dfn-time-origin-timestamp: when the Realm was made.
double time_origin(js::Scope& scope) { return Host::of(scope).made_at; }

constexpr js::Native table[] = {
    js::native<&log>("log"),
    js::native<&report_error>("reportError"),
    js::native<&original_stack>("originalStack"),
    js::native<&js::script_time>("now"),
    js::native<&time_origin>("timeOrigin"),
};

}  // namespace

constinit const std::span<const js::Native> console_natives = table;

}  // namespace edge::bindings
