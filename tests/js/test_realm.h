// What the tests of runtime/js share: a small bootstrap, a Realm made of it, and child processes for what
// ends them.
#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/js/engine.h"
#include "runtime/js/native.h"
#include "runtime/js/realm.h"
#include "runtime/js/turn.h"

namespace edge::js::test {

/// What scripts of tests say, in order.
struct Said {
  std::vector<std::string> lines;
  [[nodiscard]] std::string text() const {
    std::string text;
    for (const auto& line : lines) text += (text.empty() ? "" : " ") + line;
    return text;
  }
};

inline void say(Scope& scope, std::string line) {
  static_cast<Said*>(scope.realm.host())->lines.push_back(line);
}
inline std::uint32_t current_event(Scope& scope) { return scope.realm.current_event(); }
inline constexpr Native said_natives[] = {native<&say>("say"), native<&current_event>("currentEvent")};

/// `native` is a global of the scripts; exports of a loaded script are too, so that run() finds them.
inline constexpr std::string_view bootstrap = R"((native) => {
  class DOMException extends Error {
    constructor(message, name) { super(message); this.name = name; }
  }
  class Shape { constructor(name) { this.name = name; } describe() { return "a " + this.name; } }
  globalThis.native = native;
  globalThis.say = native.say;
  globalThis.DOMException = DOMException;
  globalThis.Shape = Shape;
  globalThis.shared = new Shape("square");
  return {
    start(namespace) {
      if (namespace === null) native.say("classic");
      else Object.assign(globalThis, namespace);
      if (namespace?.refuse) throw new Error("refused by start");
    },
    run(name, ...rest) { return globalThis[name](...rest); },
    makeDOMException(message, name) { return new DOMException(message, name); },
    builtins: { secret: 42 },
  };
})";

inline constexpr BuiltInModule builtin_modules[] = {
    {"edge-run:sample",
     "export const secret = import.meta.builtins.secret; export const url = import.meta.url;"},
    {"node:sample", "export { secret } from 'edge-run:sample'; export default 'node';"},
    {"cloudflare:sample", "export { default } from 'node:sample';"},
    {"cloudflare:foreign", "export default 'é';"},
};

struct Tables {
  std::array<std::span<const Native>, 2> tables;
  [[nodiscard]] Builtins builtins() const { return {tables, bootstrap, builtin_modules}; }
};

class TestRealm {
 public:
  explicit TestRealm(std::span<const Native> natives = {}, const RealmOptions& options = {},
                     SnapshotView snapshot = {})
      : tables{{std::span<const Native>(said_natives), natives}} {
    start_engine({});
    auto made = Realm::make(io, tables.builtins(), snapshot, options, &said);
    if (made) {
      realm = std::move(*made);
    } else {
      problem = made.error().message;
    }
  }

  /// "" or why loading failed.
  std::string load(std::string source, const std::string& path = "test.js") {
    auto loaded = realm->load_source(path, std::move(source));
    return loaded ? "" : loaded.error().message;
  }
  /// Calls a function that the script exported, in an event. "" or its failure.
  std::string run(std::string_view name, EventId event = no_event) {
    Turn turn(*realm, event);
    auto scope = turn.scope();
    v8::Local<v8::Value> argument = to_js(scope, name);
    const bool ran = !turn.call("run", {&argument, 1}).IsEmpty();
    terminated = turn.terminated();
    return ran ? "" : turn.failure();
  }
  std::string said_text() const { return said.text(); }

  Tables tables;
  boost::asio::io_context io;
  Said said;
  std::string problem;
  bool terminated = false;
  std::unique_ptr<Realm> realm;
};

/// A folder that is gone after the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-js-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  std::string write(const std::string& name, std::string_view content) const {
    const auto file = std::filesystem::path(path) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }
  std::string path;
};

struct Ended {
  int exit_code;
  std::string output;
};

/// Runs one (skipped) test case of this program in a process of its own; output is both streams'.
inline Ended run_in_child(const std::string& test_case) {
  int ends[2];
  if (::pipe(ends) != 0) return {-1, "no pipe"};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  std::string program = "/proc/self/exe";
  std::string filter = "--test-case=" + test_case;
  std::string no_skip = "--no-skip";
  char* arguments[] = {program.data(), filter.data(), no_skip.data(), nullptr};
  pid_t child = 0;
  const int failed = posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  Ended ended{-1, {}};
  std::array<char, 4096> buffer;
  for (ssize_t got = 0; !failed && (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    ended.output.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  if (!failed && ::waitpid(child, &status, 0) == child && WIFEXITED(status))
    ended.exit_code = WEXITSTATUS(status);
  return ended;
}

}  // namespace edge::js::test
