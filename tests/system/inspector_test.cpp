// `--inspect` with a real debugger: breakpoints, console, profiles, heap snapshots, over a WebSocket.
#include <doctest/doctest.h>

#include <thread>

#include "tests/support/devtools_client.h"
#include "tests/system/edge_run.h"

using namespace edge::testing;

namespace {

const std::string policy =
    "export default {\n"
    "  async fetch(request) {\n"
    "    const who = request.cf.tlsClientAuth.certVerified;\n"
    "    console.log('asked by', who);\n"
    "    return new Response(`${who}\\n`);\n"
    "  },\n"
    "};\n";

std::string inspect(std::uint16_t port) { return "--inspect=127.0.0.1:" + std::to_string(port); }

Arguments served(const TemporaryFolder& folder, const std::string& script, std::uint16_t port) {
  make_cfssl_pki(folder);
  return {folder.write("policy.js", script),
          inspect(port),
          "--tls-cert",
          folder.file("server.pem"),
          "--tls-key",
          folder.file("server-key.pem"),
          "--client-ca",
          folder.file("ca.pem")};
}

/// The answer of one request, asked on a thread of its own: it waits where the script does.
class Request {
 public:
  Request(const TemporaryFolder& folder, const Server& server)
      : thread_([this, &folder, &server] { answer_ = curl(folder, server.url(), ""); }) {}
  ~Request() {
    if (thread_.joinable()) thread_.join();
  }
  std::string answer() {
    thread_.join();
    return answer_;
  }

 private:
  std::string answer_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a debugger is not let in unless asked for, and never by a page") {
  const TemporaryFolder folder;
  const auto port = free_port();
  Server server(folder, served(folder, policy, port));
  REQUIRE(server.listening());
  CHECK(server.process().output().contains("debuggers can attach at 127.0.0.1:" + std::to_string(port)));
  CHECK(devtools_get(port, "/json/list", "Host: evil.example").starts_with("403"));
  const auto several = run({edge_run(), folder.file("policy.js"), inspect(port), "--workers", "2"}, {},
                           std::chrono::seconds(30), folder.path());
  CHECK(several.exit_code == 2);
  CHECK(several.err.contains("--inspect debugs one process"));
}

TEST_CASE("a request stops at a breakpoint, shows its variables, and is answered when the script goes on") {
  const TemporaryFolder folder;
  const auto port = free_port();
  Server server(folder, served(folder, policy, port));
  REQUIRE(server.listening());
  DevToolsClient debugger(port);
  debugger.ask("Runtime.enable");
  debugger.ask("Debugger.enable");
  const std::string set =
      debugger.ask("Debugger.setBreakpointByUrl", R"({"lineNumber":3,"urlRegex":".*policy\\.js"})");
  CHECK(set.contains("\"lineNumber\":3"));
  Request request(folder, server);
  const std::string paused = debugger.wait_for("Debugger.paused");
  CHECK(paused.contains("\"lineNumber\":3"));
  // Longer than a request may compute.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const std::string value =
      debugger.ask("Debugger.evaluateOnCallFrame",
                   R"({"callFrameId":")" + member_of(paused, "callFrameId") + R"(","expression":"who"})");
  CHECK(value.contains("\"value\":\"NONE\""));
  debugger.send("Debugger.resume");
  const std::string logged = debugger.wait_for("Runtime.consoleAPICalled");
  CHECK(logged.contains("asked by"));
  CHECK(logged.contains("policy.js"));
  CHECK(request.answer() == "200 NONE");
  CHECK(server.process().wait_for("asked by NONE"));
}

TEST_CASE("profiles and heap snapshots are taken") {
  const TemporaryFolder folder;
  const auto port = free_port();
  Server server(folder, served(folder, policy, port));
  REQUIRE(server.listening());
  DevToolsClient debugger(port);
  debugger.ask("Profiler.enable");
  debugger.ask("Profiler.start");
  CHECK(curl(folder, server.url(), "") == "200 NONE");
  CHECK(debugger.ask("Profiler.stop").contains("\"nodes\":["));
  debugger.send("HeapProfiler.takeHeapSnapshot");
  CHECK(debugger.wait_for("HeapProfiler.addHeapSnapshotChunk").contains("snapshot"));
}

TEST_CASE("a paused server ends by the first signal") {
  const TemporaryFolder folder;
  const auto port = free_port();
  Server server(folder,
                served(folder, "export default { fetch() { debugger; return new Response(); } };", port));
  REQUIRE(server.listening());
  DevToolsClient debugger(port);
  debugger.ask("Debugger.enable");
  Request request(folder, server);
  debugger.wait_for("Debugger.paused");
  // V8 tells of the pause just before it begins; what is answered now is answered in it.
  debugger.ask("Runtime.enable");
  server.process().send_signal(15);
  CHECK(server.process().wait() == 128 + 15);
}

TEST_CASE("tests wait for the debugger that was asked for") {
  const TemporaryFolder folder;
  const auto port = free_port();
  folder.write("a.test.js",
               "import { expect, it } from \"edge-run:test\";\nit(\"adds\", () => {\n  const sum = 1 + 1;\n"
               "  expect(sum).toBe(2);\n});\n");
  Background tests({edge_run(), "test", inspect(port)}, folder.path());
  REQUIRE(tests.wait_for("debuggers can attach"));
  DevToolsClient debugger(port);
  debugger.ask("Debugger.enable");
  debugger.ask("Debugger.setBreakpointByUrl", R"({"lineNumber":3,"urlRegex":".*a\\.test\\.js"})");
  debugger.send("Runtime.runIfWaitingForDebugger");
  const std::string paused = debugger.wait_for("Debugger.paused");
  CHECK(debugger
            .ask("Debugger.evaluateOnCallFrame",
                 R"({"callFrameId":")" + member_of(paused, "callFrameId") + R"(","expression":"sum"})")
            .contains("\"value\":2"));
  debugger.send("Debugger.resume");
  CHECK(tests.wait() == 0);
  CHECK(tests.output().contains("pass adds"));
}
