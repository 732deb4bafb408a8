// KV namespaces and variables as a script finds them.
#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>

#include "tests/support/test_worker.h"

using edge::test::TestSettings;
using edge::test::TestWorker;

namespace edge::bindings {
namespace {

/// A folder that goes with the test.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() /
      ("edge-kv-" + std::to_string(tls::next_peer_id()) + "-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

TestSettings with_namespace(const Folder& folder) {
  TestSettings settings;
  settings.site.kv = {{.binding = "CRL", .id = "CRL"}};
  settings.site.vars = {{"MODE", "strict"}, {"__proto__", "x"}};
  settings.kv_path = (folder.path / "kv.sqlite").string();
  return settings;
}

}  // namespace

TEST_CASE("kv: what was put is got, with its metadata, by another Worker too") {
  const Folder folder;
  {
    TestWorker writer(R"(export default { async fetch(request, env) {
      await env.CRL.put("list", new Uint8Array([0, 255, 1]), { metadata: { number: 7 } });
      await env.CRL.put("text", "grüße");
      return new Response("put");
    } };
)",
                      with_namespace(folder));
    CHECK(writer.fetch().body == "put");
  }
  TestWorker reader(R"(export default { async fetch(request, env) {
    const { value, metadata } = await env.CRL.getWithMetadata("list", "arrayBuffer");
    const { keys, list_complete } = await env.CRL.list();
    await env.CRL.delete("text");
    return Response.json([[...new Uint8Array(value)], metadata, keys, list_complete,
      await env.CRL.get("text"), await env.CRL.get("none")]);
  } };
)",
                    with_namespace(folder));
  CHECK(
      reader.fetch().body ==
      R"([[0,255,1],{"number":7},[{"name":"list","metadata":{"number":7}},{"name":"text"}],true,null,null])");
}

TEST_CASE(
    "T37: a name out of a certificate is a key like any other, whatever it means to SQL, LDAP or paths") {
  const Folder folder;
  TestWorker worker(R"(export default { async fetch(request, env) {
    const names = ["'; DROP TABLE entries; --", "\" OR 1=1 --", "%", "_", "*)(uid=*))(|(uid=*", "../../etc/passwd",
      "CN=a,OU=b", "constructor", "a\\'b"];
    for (const name of names) await env.CRL.put(name, "value of " + name);
    const wrong = [];
    for (const name of names) {
      if (await env.CRL.get(name) !== "value of " + name) wrong.push(name);
      const { keys } = await env.CRL.list({ prefix: name });
      if (keys.length !== 1 || keys[0].name !== name) wrong.push("list of " + name);
    }
    await env.CRL.delete("%");
    return Response.json([wrong, (await env.CRL.list()).keys.length]);
  } };
)",
                    with_namespace(folder));
  CHECK(worker.fetch().body == "[[],8]");
}

TEST_CASE("T81: a variable's name is only a name") {
  const Folder folder;
  TestWorker worker(R"(export default { fetch(request, env) {
    return Response.json([env.MODE, Object.keys(env),
      env.constructor === Object || env.constructor === undefined, ({}).x]);
  } };
)",
                    with_namespace(folder));
  CHECK(worker.fetch().body.starts_with(R"(["strict",)"));
}

}  // namespace edge::bindings
