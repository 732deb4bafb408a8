// The startup snapshot: the context after the bootstrap ran, made at build time, checked before it is used.
#pragma once

#include <string>

#include "runtime/base/error.h"
#include "runtime/js/realm.h"

namespace edge::js {

/// Runs the bootstrap in a fresh isolate and returns header and blob. The header holds V8's version and the
/// build id of its library, a digest of the natives' names and the bootstrap, and a SHA-256 over everything:
/// V8 itself checks nothing. In an engine with fixed seeds the result is the same each time; one is started
/// when none is.
edge::Result<std::string> make_snapshot(const Builtins& builtins);

/// Why `snapshot` cannot be used by this process; empty when it can.
std::string snapshot_problem(SnapshotView snapshot, const Builtins& builtins);

/// What V8 gets of a snapshot that has no problem.
SnapshotView snapshot_blob(SnapshotView snapshot);

}  // namespace edge::js
