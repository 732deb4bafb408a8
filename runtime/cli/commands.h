// The commands of edge-run. Each takes the arguments after its name and returns its exit code.
#pragma once

#include <span>
#include <string>

#include "runtime/base/error.h"

namespace edge::cli {

using Arguments = std::span<const std::string>;

/// Serves until SIGTERM or SIGINT.
Result<int> run_serve(Arguments arguments);
/// Says what a configuration would serve, and fails for what would not.
Result<int> run_check(Arguments arguments);
/// Shuts clients out of running servers, and lets them in again.
Result<int> run_deny(Arguments arguments);
/// Makes, revokes, reads and reports certificates; 1 when a report names some.
Result<int> run_certs(Arguments arguments);
/// Says what a server would decide about a client, and why; 1 when it would not let it in.
Result<int> run_explain(Arguments arguments);
/// Reads, checks, compares and fetches revocation lists; 1 when one would not be accepted, or two differ.
Result<int> run_crl(Arguments arguments);
Result<int> run_version(Arguments arguments);
/// Runs a scheduled handler once, now; 1 when it fails.
Result<int> run_trigger(Arguments arguments);
/// Writes the types of a site's env for TypeScript.
Result<int> run_types(Arguments arguments);
/// Calls esbuild.
Result<int> run_bundle(Arguments arguments);
/// Runs test scripts; 1 when one fails.
Result<int> run_test(Arguments arguments);

struct Command {
  std::string_view name;
  std::string_view arguments;  ///< what the help shows after the name
  std::string_view summary;
  std::string_view help;  ///< paragraphs and examples; empty: the command knows --help
  Result<int> (*run)(Arguments);
  bool takes_options;  ///< its help lists the option table
};
std::span<const Command> commands();

/// The command that `arguments` name, `serve` where they begin with a script or an option.
Result<int> run_command(Arguments arguments);

/// Help for all commands, and for one.
std::string overview();
std::string help_of(const Command& command);

/// True when `descriptor` is a terminal and NO_COLOR (no-color.org) is not set.
bool colours(int descriptor);

}  // namespace edge::cli
