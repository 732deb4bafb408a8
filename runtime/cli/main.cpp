// The program: runs the command that the arguments name. The only place where failures become exit codes.
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "runtime/base/log.h"
#include "runtime/cli/commands.h"

namespace {

int exit_code(edge::ErrorKind kind) {
  using enum edge::ErrorKind;
  switch (kind) {
    case usage:
      return 2;
    case config:
    case script:
      return 3;
    case bind:
      return 4;
    default:
      return 1;
  }
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + (count > 0 ? 1 : 0), words + count);
  const auto code = edge::cli::run_command(arguments);
  edge::log::flush();
  if (code) return *code;
  const bool colours = edge::cli::colours(STDERR_FILENO);
  std::fprintf(stderr, "%sedge-run: error:%s %s\n", colours ? "\x1b[31m" : "", colours ? "\x1b[0m" : "",
               code.error().message.c_str());
  if (code.error().kind == edge::ErrorKind::usage)
    std::fputs("Try 'edge-run help', or 'edge-run help serve' for all options.\n", stderr);
  return exit_code(code.error().kind);
}
