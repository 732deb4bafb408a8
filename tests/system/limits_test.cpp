// Scripts that misbehave, and bodies that are large: what the server does to stay up.
#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "tests/system/edge_run.h"

using namespace edge::testing;

namespace {

constexpr const char* misbehaving = R"js(
export default {
  async fetch(request) {
    switch (new URL(request.url).pathname) {
      case "/loop": while (true);
      case "/throw": throw new Error("policy is broken");
      case "/nonsense": return { status: 200 };
      case "/nothing": return;
      case "/never": return new Promise(() => {});
      case "/heap": { const all = []; while (true) all.push({ text: `item ${all.length}` }); }
      case "/array": return new Response(String(new Array(1e8).fill(0).length));
      case "/deep": { const deep = () => deep() + 1; return new Response(String(deep())); }
      default: return new Response("fine");
    }
  },
};
)js";

}  // namespace

TEST_CASE(
    "T80 T85 T86 T87: a script that loops, throws, hangs or answers nonsense denies, and the next request is "
    "served") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const std::string script = folder.write("misbehaving.js", misbehaving);
  Server server(folder,
                {script, "--tls-cert", folder.file("server.pem"), "--tls-key", folder.file("server-key.pem"),
                 "--client-ca", folder.file("ca.pem"), "--handler-timeout", "1s", "--workers", "1"});
  REQUIRE(server.listening());
  const auto status = [&](const std::string& path) {
    return curl(folder, server.url(path), "client").substr(0, 3);
  };
  CHECK(status("/throw") == "500");
  CHECK(status("/nonsense") == "500");
  CHECK(status("/nothing") == "500");
  CHECK(status("/never") == "504");
  CHECK(status("/loop") == "503");
  CHECK(status("/") == "200");
  CHECK(status("/heap") == "503");
  CHECK(status("/") == "200");
  CHECK(status("/deep") == "500");
  CHECK(status("/") == "200");
  // One allocation over the heap's limit ends V8's process whatever one does: the worker is replaced.
  CHECK(status("/array") != "200");
  std::string after;
  for (int attempt = 0; attempt < 50 && after != "200"; ++attempt) after = status("/");
  CHECK(after == "200");
  CHECK(server.process().output().find("policy is broken") != std::string::npos);
  CHECK(server.process().output().find("misbehaving.js:6") != std::string::npos);
}

TEST_CASE("a response of 1 GiB passes from the origin at constant memory") {
  const TemporaryFolder folder;
  make_cfssl_pki(folder);
  const auto origin_port = free_port();
  std::ofstream(folder.file("big")).close();
  REQUIRE(truncate(folder.file("big").c_str(), 1L << 30) == 0);
  Nginx origin(folder, "sendfile on; server { listen 127.0.0.1:" + std::to_string(origin_port) + "; root " +
                           folder.path() + "; }");
  const std::string pass = folder.write("pass.js", "export default { fetch: (request) => fetch(request) };");
  Server server(folder, {pass, "--tls-cert", folder.file("server.pem"), "--tls-key",
                         folder.file("server-key.pem"), "--client-ca", folder.file("ca.pem"), "--origin",
                         "http://127.0.0.1:" + std::to_string(origin_port), "--workers", "1"});
  REQUIRE(server.listening());
  CHECK(curl(folder, server.url("/nginx.conf"), "client").starts_with("200 "));
  const auto workers = children_of(server.process().id());
  REQUIRE(workers.size() == 1);
  const long before = peak_memory_kib(workers[0]);
  const Finished done = run({tool("curl"), "-sS", "--cacert", folder.file("ca.pem"), "-o", "/dev/null", "-w",
                             "%{size_download}", server.url("/big")},
                            {}, std::chrono::seconds(120));
  CHECK(done.out == std::to_string(1L << 30));
  CHECK(peak_memory_kib(workers[0]) - before < 16 * 1024);
}
