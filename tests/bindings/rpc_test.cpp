// Methods of other scripts: what is refused and how it is said, then what crosses and how errors come back.
#include <doctest/doctest.h>

#include "bindings/service.h"
#include "tests/support/test_worker.h"

using edge::test::TestSettings;
using edge::test::TestWorker;

namespace edge::bindings {
namespace {

/// What others may call, by way of the binding API; the rest of the script asks.
const std::string api = R"(import { WorkerEntrypoint } from "cloudflare:workers";
class Base extends WorkerEntrypoint { inherited() { return "inherited"; } }
export class Api extends Base {
  own = () => "own";
  #secret() { return "secret"; }
  get computed() { return () => "computed"; }
  static fixed() { return "fixed"; }
  add(a, b) { return a + b; }
  echo(...values) { return values; }
  async late(value) { await null; return { value, env: this.env.MODE, ctx: typeof this.ctx.waitUntil }; }
  nothing() {}
  callback() { return () => 1; }
  response() { return new Response("x"); }
  fails(name) {
    if (name === "type") throw new TypeError("no such type");
    if (name === "dom") throw new DOMException("gone", "NotFoundError");
    if (name === "own") { const error = new Error("mine"); error.name = "OwnError"; throw error; }
    if (name === "value") throw { code: 7 };
    if (name === "function") throw () => 1;
    throw Object.defineProperty(new Error("x"), "message", { get() { throw 1; } });
  }
  alarm() { return "alarm"; }
  huge() { return "x".repeat(33 * 1024 * 1024); }
  async forever() { await new Promise(() => {}); }
}
export class Plain { add() { return "plain"; } }
)";

/// A script that calls itself: `ask` is the body of an async function of (API, env), its result is shown as
/// JSON.
struct Asked {
  std::unique_ptr<TestWorker> worker;
  std::string answer(const std::string& ask, std::string entrypoint = "Api",
                     Limits limits = test::ample_limits()) {
    TestSettings settings;
    settings.limits = limits;
    settings.site.vars = {{"MODE", "strict"}};
    settings.site.services = {{.binding = "API", .service = "self", .entrypoint = std::move(entrypoint)}};
    settings.handler_of = [this](std::string_view) { return &worker->worker(); };
    worker = std::make_unique<TestWorker>(api + "const ask = async (API, env) => {" + ask + R"(};
export default { async fetch(request, env) {
  const titled = (error) => `${error.constructor.name} ${error.name}: ${error.message}`;
  const shown = (error) => (error instanceof Error ? titled(error) : error);
  return ask(env.API, env).then((value) => new Response(JSON.stringify(value)), (error) => Response.json(shown(error)));
} };
)",
                                          std::move(settings));
    return worker->fetch().body;
  }
};

std::string answer(const std::string& ask, std::string entrypoint = "Api",
                   Limits limits = test::ample_limits()) {
  return Asked().answer(ask, std::move(entrypoint), limits);
}

}  // namespace

TEST_CASE("rpc: what is no method of the class is not called") {
  for (const char* name :
       {"own", "computed", "fixed", "secret", "#secret", "missing", "env", "ctx", "__proto__2", "a b"}) {
    CAPTURE(name);
    CHECK(answer("return API[" + std::string("\"") + name + "\"]()") ==
          R"("TypeError TypeError: The RPC receiver does not implement the method \")" + std::string(name) +
              "\\\".\"");
  }
}

TEST_CASE("rpc: reserved names are refused, and a binding is no promise") {
  for (const char* name :
       {"dup", "connect", "alarm", "webSocketMessage", "webSocketClose", "webSocketError"}) {
    CAPTURE(name);
    CHECK(answer("return API." + std::string(name) + "()") ==
          "\"TypeError TypeError: \\\"" + std::string(name) +
              "\\\" is a reserved name and cannot be called by RPC.\"");
  }
  CHECK(answer("return [typeof API.then, typeof API.toJSON, API.constructor.name, typeof API.anything, "
               "(await API) === API, `${API}`]") ==
        R"(["undefined","undefined","Fetcher","function",true,"[object Fetcher]"])");
}

TEST_CASE("rpc: an entrypoint that is no WorkerEntrypoint has no methods") {
  for (const char* name : {"", "Plain", "missing"}) {
    CAPTURE(name);
    CHECK(answer("return API.add(1, 2)", name)
              .contains("that extends WorkerEntrypoint: there are no methods."));
  }
}

TEST_CASE(
    "rpc: functions, streams and objects of the platform do not cross, and the message says which way") {
  CHECK(answer("return API.echo(() => 1)") ==
        "\"DOMException DataCloneError: API.echo(): an argument cannot cross to another script: "
        "() => 1 could not be cloned.\"");
  CHECK(answer("return API.echo({ a: [new ReadableStream()] })")
            .contains("an argument cannot cross to another script: Could not serialize object of type "
                      "\\\"ReadableStream\\\"."));
  for (const char* value : {"new Request('https://x.test')", "new Headers()", "new Blob([])", "API",
                            "Symbol()", "new SharedArrayBuffer(1)"}) {
    CAPTURE(value);
    CHECK(answer(std::string("return API.echo(") + value + ")")
              .contains("DataCloneError: API.echo(): an argument"));
  }
  CHECK(answer("return API.callback()").contains("DataCloneError: callback(): the result cannot cross"));
  CHECK(answer("return API.response()").contains("Could not serialize object of type \\\"Response\\\"."));
  CHECK(
      answer("return API.huge()").contains("RangeError: the results of an RPC call are larger than 32 MiB"));
  CHECK(answer("return API.echo('x'.repeat(33 * 1024 * 1024))")
            .contains("RangeError: the arguments of an RPC call are larger than 32 MiB"));
}

TEST_CASE("rpc: what a method throws is thrown, with its name and message, and marked") {
  CHECK(answer("return API.fails('type')") == R"("TypeError TypeError: no such type")");
  CHECK(answer("return API.fails('dom')") == R"("DOMException NotFoundError: gone")");
  CHECK(answer("return API.fails('own')") == R"("Error OwnError: mine")");
  CHECK(answer("return API.fails('value')") == R"({"code":7})");
  CHECK(answer("return API.fails('function')") ==
        R"("Error Error: an exception that cannot cross to another script")");
  CHECK(answer("return API.fails('')") ==
        R"("Error Error: an exception that cannot cross to another script")");
  CHECK(answer("try { await API.fails('type') } catch (error) { return [error.remote, "
               "error.stack.includes('fails')] }") == "[true,false]");
}

TEST_CASE("rpc: a script that gives no answer is an error of the caller's") {
  TestSettings slow;
  slow.limits.handler_timeout = std::chrono::milliseconds(200);
  TestWorker callee(api, std::move(slow));
  TestSettings settings;
  settings.site.services = {{.binding = "API", .service = "slow", .entrypoint = "Api"}};
  settings.handler_of = [&](std::string_view) { return &callee.worker(); };
  TestWorker caller(R"(export default { fetch(request, env) {
    return env.API.forever().catch((error) => new Response(error.message));
  } };
)",
                    std::move(settings));
  auto answered = caller.start({});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!answered->has_value() && std::chrono::steady_clock::now() < end) {
    caller.run_for(std::chrono::milliseconds(5));
    callee.run_for(std::chrono::milliseconds(5));
  }
  REQUIRE(answered->has_value());
  CHECK((*answered)->body == "the script of the site 'slow' gave no answer: status 504");
}

TEST_CASE("rpc: calls count as subrequests, and one outside of a request is refused") {
  Limits limits = test::ample_limits();
  limits.subrequests = 2;
  CHECK(answer("await API.add(1, 2); await API.add(1, 2); return API.add(1, 2)", "Api", limits)
            .contains("Too many subrequests"));
  TestSettings settings;
  settings.site.services = {{.binding = "API", .service = "self", .entrypoint = ""}};
  CHECK(TestWorker::load_failure("import { env } from 'cloudflare:workers';\nawait env.API.add(1, 2);\n"
                                 "export default { fetch() {} };\n",
                                 std::move(settings))
            .contains("Disallowed operation called within global scope"));
}

TEST_CASE("rpc: no request of a client calls a method") {
  http::Request request;
  CHECK_FALSE(rpc_method_of(request));
  request.entrypoint = "Api";
  CHECK_FALSE(rpc_method_of(request));
  request.entrypoint = entrypoint_of({.entrypoint = "Api", .name = std::string("a\0b", 3)});
  const auto method = rpc_method_of(request);
  REQUIRE(method);
  CHECK(method->entrypoint == "Api");
  CHECK(method->name.size() == 3);
}

TEST_CASE("rpc: arguments and results cross as structured clones") {
  CHECK(answer("return [await API.add(1, 2), await API.add('a', 'b'), await API.inherited()]") ==
        R"([3,"ab","inherited"])");
  CHECK(answer("return API.late(7)") == R"({"value":7,"env":"strict","ctx":"function"})");
  CHECK(answer("return [await API.nothing() === undefined, (await API.echo()).length]") == "[true,0]");
  CHECK(
      answer("const date = new Date(5), map = new Map([[1, new Set([2])]]), bytes = new Uint8Array([1, 2]);\n"
             "const [a, b, c, d, e] = await API.echo(date, map, bytes, new RangeError('r'), 10n);\n"
             "return [a.getTime(), b.get(1).has(2), c[1], a !== date, d.name, d.message, typeof e]") ==
      R"([5,true,2,true,"RangeError","r","bigint"])");
  CHECK(answer("const circle = {}; circle.self = circle; const [back] = await API.echo(circle);\n"
               "return back.self === back && back !== circle") == "true");
  CHECK(answer("const { add } = API; return add(1, 2)") == "3");
}

TEST_CASE("rpc: a script of another isolate answers, also one that has no fetch()") {
  TestWorker counter(R"(import { WorkerEntrypoint } from "cloudflare:workers";
let count = 0;
export default class extends WorkerEntrypoint { next(step) { count += step; return { count, when: new Date(0) }; } }
)");
  TestSettings settings;
  settings.site.services = {{.binding = "COUNTER", .service = "counter", .entrypoint = ""}};
  settings.handler_of = [&](std::string_view) { return &counter.worker(); };
  TestWorker worker(R"(export default { async fetch(request, env) {
    await env.COUNTER.next(2);
    const { count, when } = await env.COUNTER.next(3);
    return new Response(`${count} ${when instanceof Date}`);
  } };
)",
                    std::move(settings));
  CHECK(worker.fetch().body == "5 true");
  CHECK(counter.fetch().status == 500);
}

}  // namespace edge::bindings
