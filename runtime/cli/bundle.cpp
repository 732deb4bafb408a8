// `edge-run bundle`: one file out of a script and its packages, by esbuild, which is the author's own.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "runtime/cli/commands.h"

namespace edge::cli {
namespace {

namespace fs = std::filesystem;

struct Job {
  std::string script, out;
  std::vector<std::string> more;  ///< for esbuild, what follows "--"
};

std::unexpected<Error> misused(std::string message) { return fail(ErrorKind::usage, std::move(message)); }

Result<Job> job_of(Arguments arguments) {
  Job job;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") {
      job.more.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      break;
    }
    if (word == "-o" || word == "--out") {
      if (++i == arguments.size()) return misused(word + " needs a value: FILE");
      job.out = arguments[i];
    } else if (word.starts_with("-")) {
      return misused("bundle has no option " + word + ": what is for esbuild follows --");
    } else if (!job.script.empty()) {
      return misused("there are two scripts, " + job.script + " and " + word);
    } else {
      job.script = word;
    }
  }
  if (job.script.empty()) return misused("there is nothing to bundle: edge-run bundle SCRIPT -o bundle.js");
  if (!fs::exists(job.script)) return fail(ErrorKind::config, job.script + " does not exist");
  if (job.out.empty()) job.out = fs::path(job.script).replace_extension(".bundle.js").string();
  return job;
}

bool is_program(const fs::path& path) { return access(path.c_str(), X_OK) == 0 && fs::is_regular_file(path); }

/// The project's own esbuild, of the script's folder or one above it; else that of the PATH.
std::optional<std::string> find_esbuild(const std::string& script) {
  for (fs::path folder = fs::absolute(script).parent_path();; folder = folder.parent_path()) {
    const fs::path own = folder / "node_modules/.bin/esbuild";
    if (is_program(own)) return own.string();
    if (!folder.has_relative_path()) break;
  }
  const char* path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "" : path;
  while (!folders.empty()) {
    const auto end = std::min(folders.find(':'), folders.size());
    const fs::path candidate = fs::path(folders.substr(0, end)) / "esbuild";
    if (is_program(candidate)) return candidate.string();
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return std::nullopt;
}

/// As wrangler bundles: packages' versions for Workers first; what edge-run has itself stays an import; text
/// becomes a string, and what else is no script is laid beside the bundle.
std::vector<std::string> command_line(const std::string& esbuild, const Job& job) {
  std::vector<std::string> words{esbuild,
                                 job.script,
                                 "--bundle",
                                 "--format=esm",
                                 "--platform=neutral",
                                 "--target=es2024",
                                 "--conditions=workerd,worker,browser",
                                 "--main-fields=browser,module,main",
                                 "--external:node:*",
                                 "--external:cloudflare:*",
                                 "--external:edge-run:*",
                                 "--loader:.html=text",
                                 "--loader:.sql=text",
                                 "--loader:.wasm=copy",
                                 "--loader:.bin=copy",
                                 "--sourcemap=linked",
                                 "--log-level=warning",
                                 "--outfile=" + job.out};
  words.insert(words.end(), job.more.begin(), job.more.end());
  return words;
}

Result<int> run_to_end(std::vector<std::string> words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  if (const int error = posix_spawn(&child, pointers[0], nullptr, nullptr, pointers.data(), environ);
      error != 0)
    return fail(ErrorKind::io, words[0] + " cannot be started: " + std::strerror(error));
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return fail(ErrorKind::io, "esbuild cannot be waited for");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

Result<int> run_bundle(Arguments arguments) {
  const auto job = job_of(arguments);
  if (!job) return std::unexpected(job.error());
  const auto esbuild = find_esbuild(job->script);
  if (!esbuild)
    return fail(ErrorKind::config, "esbuild is neither in a node_modules folder of " + job->script +
                                       " nor on the PATH: install it with: npm install --save-dev esbuild");
  const auto code = run_to_end(command_line(*esbuild, *job));
  if (!code) return std::unexpected(code.error());
  if (*code != 0) return fail(ErrorKind::script, job->script + " cannot be bundled: esbuild says why above");
  std::printf("%s\n", job->out.c_str());
  return 0;
}

}  // namespace edge::cli
