// KV's limits and words, as Cloudflare has them; each case is a call and what it must say.
#include <doctest/doctest.h>

#include "tests/support/test_worker.h"

using edge::test::TestSettings;
using edge::test::TestWorker;

namespace edge::bindings {
namespace {

/// The answer of a script that has `kv`, a namespace, and `said(promise)`, the message of its rejection.
std::string answer(const std::string& body) {
  TestSettings settings;
  settings.site.kv = {{.binding = "KV", .id = "KV"}};
  settings.kv_path = ":memory:";
  TestWorker worker(
      "const said = (promise) => promise.then(() => 'fine', (error) => error.message);\n"
      "export default { async fetch(request, { KV: kv }) {\n" +
          body + "\n} };\n",
      std::move(settings));
  return worker.fetch().body;
}

void check_says(const std::string& call, const std::string& words) {
  CAPTURE(call);
  CHECK(answer("return new Response(await said(" + call + "));") == words);
}

}  // namespace

TEST_CASE("kv: names of keys are checked") {
  check_says("kv.get('')", "Key name cannot be empty.");
  check_says("kv.put('.', 'x')", "\".\" is not allowed as a key name.");
  check_says("kv.delete('..')", "\"..\" is not allowed as a key name.");
  check_says("kv.get('x'.repeat(513))",
             "KV GET failed: 414 UTF-8 encoded length of 513 exceeds key length limit of 512.");
  check_says("kv.put('\\u00fc'.repeat(257), 'x')",
             "KV PUT failed: 414 UTF-8 encoded length of 514 exceeds key length limit of 512.");
  check_says("kv.put('x'.repeat(512), 'x')", "fine");
}

TEST_CASE("kv: lifetimes are checked") {
  check_says("kv.put('k', 'v', { expirationTtl: 30 })",
             "KV PUT failed: 400 Invalid expiration_ttl of 30. Expiration TTL must be at least 60.");
  check_says("kv.put('k', 'v', { expirationTtl: 0 })",
             "KV PUT failed: 400 Invalid expiration_ttl of 0. Please specify integer greater than 0.");
  check_says("kv.put('k', 'v', { expiration: 100 })",
             "KV PUT failed: 400 Invalid expiration of 100. Please specify integer greater than the current "
             "number of "
             "seconds since the UNIX epoch.");
  check_says("kv.put('k', 'v', { expirationTtl: 60, expiration: 100 })", "fine");
  check_says("kv.get('k', { cacheTtl: 29 })",
             "KV GET failed: 400 Invalid cache_ttl of 29. Cache TTL must be at least 30.");
  check_says("kv.get('k', { cacheTtl: 30 })", "fine");
}

TEST_CASE("kv: sizes and types are checked") {
  check_says("kv.put('k', 'v', { metadata: 'x'.repeat(1023) })",
             "KV PUT failed: 413 Metadata length of 1025 exceeds limit of 1024.");
  check_says("kv.put('k', new Uint8Array(26214401))",
             "KV PUT failed: 413 Value length of 26214401 exceeds limit of 26214400.");
  check_says("kv.put('k')", "KV put() needs 2 arguments, but only 1 given.");
  check_says("kv.put('k', undefined)",
             "KV put() accepts only strings, ArrayBuffers, ArrayBufferViews, and ReadableStreams as values.");
  check_says("kv.put('k', [7])",
             "KV put() accepts only strings, ArrayBuffers, ArrayBufferViews, and ReadableStreams as values.");
  check_says(
      "kv.get('k', 'yaml')",
      "Unknown response type. Possible types are \"text\", \"arrayBuffer\", \"json\", and \"stream\".");
}

TEST_CASE("kv: a stream is given up when it is too much, however long it would be") {
  CHECK(answer(R"(let cancelled = false, sent = 0;
    const endless = new ReadableStream({
      pull(controller) { sent += 1; controller.enqueue(new Uint8Array(1024 * 1024)); },
      cancel() { cancelled = true; },
    });
    const problem = await said(kv.put("k", endless));
    return new Response([problem.slice(0, 33), cancelled, sent < 30].join());)") ==
        "KV PUT failed: 413 Value length o,true,true");
}

TEST_CASE("kv: every type of value comes back") {
  CHECK(answer(R"(await kv.put("k", '{"a":[1]}', { metadata: { b: 2 }, expirationTtl: 3600 });
    await kv.put("s", new Response("streamed").body);
    await kv.put("v", new Uint8Array([1, 2, 3]).subarray(1));
    const { value, metadata, cacheStatus } = await kv.getWithMetadata("k", "json");
    const stream = await kv.get("k", { type: "stream" });
    return Response.json([await kv.get("k"), value, metadata, cacheStatus, await new Response(stream).text(),
      await kv.get("s"), [...new Uint8Array(await kv.get("v", "arrayBuffer"))], await kv.get("none", "json"),
      await kv.getWithMetadata("none")]);)") ==
        R"(["{\"a\":[1]}",{"a":[1]},{"b":2},null,"{\"a\":[1]}","streamed",[2,3],null,)"
        R"({"value":null,"metadata":null,"cacheStatus":null}])");
}

TEST_CASE("kv: a number is kept as its text, as Cloudflare does it") {
  CHECK(answer(R"(await kv.put("n", 5);
    await kv.put("t", true);
    await kv.put("0", null);
    return Response.json([await kv.get("n", "json"), await kv.get("t"), await kv.get("0")]);)") ==
        R"([5,"true","null"])");
}

TEST_CASE("kv: many keys at once, up to a hundred") {
  CHECK(answer(R"(await kv.put("a", "1", { metadata: "m" });
    const some = await kv.get(["a", "b"]);
    const both = await kv.getWithMetadata(["a"], "json");
    return Response.json([some instanceof Map, [...some], [...both],
      await said(kv.get(Array(101).fill("k"))), await said(kv.get([])), await said(kv.get(["a"], "stream"))]);)") ==
        R"([true,[["a","1"],["b",null]],[["a",{"value":1,"metadata":"m"}]],)"
        R"("KV GET_BULK failed: 400 You can request a maximum of 100 keys",)"
        R"("KV GET_BULK failed: 400 You must request a minimum of 1 key",)"
        R"("KV GET_BULK failed: 400 \"stream\" is not a valid type. Use \"json\" or \"text\""])");
}

TEST_CASE("kv: list() goes through keys in the order of bytes, page by page") {
  CHECK(answer(R"(for (const key of ["b", "a:2", "a:1", "\u00fc", "a:3"]) await kv.put(key, "x");
    const names = ({ keys }) => keys.map((key) => key.name);
    const first = await kv.list({ prefix: "a:", limit: 2 });
    const second = await kv.list({ prefix: "a:", limit: 2, cursor: first.cursor });
    return Response.json([names(await kv.list()), names(first), first.list_complete, names(second),
      second.list_complete, "cursor" in second, first.cacheStatus,
      names(await kv.list({ limit: 0 })).length, await said(kv.list({ limit: 1001 })),
      await said(kv.list({ cursor: "!" }))]);)") ==
        "[[\"a:1\",\"a:2\",\"a:3\",\"b\",\"\u00fc\"],[\"a:1\",\"a:2\"],false,[\"a:3\"],true,false,null,"
        "5,\"KV GET failed: 400 Invalid key_count_limit of 1001. Please specify an integer less than 1000.\","
        "\"KV LIST failed: the cursor is of no listing with this prefix\"]");
}

}  // namespace edge::bindings
