// Natives as scripts meet them: text, base64, URLs, digests, clones. What JavaScript adds is tested in
// JavaScript.
#include <doctest/doctest.h>

#include "tests/support/test_worker.h"

using edge::test::TestWorker;

namespace edge::bindings {
namespace {

/// The JSON of a script's expression; an exception is its name and message.
std::string value_of(const std::string& expression) {
  TestWorker worker(
      "export default { async fetch() {\n try { return Response.json(await (" + expression +
      "));\n } catch (error) { return Response.json(`${error.name}: ${error.message}`); } } };\n");
  return worker.fetch().body;
}

}  // namespace

TEST_CASE("base64: what is not Latin-1 or not base64 is an InvalidCharacterError") {
  CHECK(value_of("btoa('\\u0100')").starts_with("\"InvalidCharacterError: "));
  CHECK(value_of("atob('a')").starts_with("\"InvalidCharacterError: "));
  CHECK(value_of("atob('\\u0141A==')").starts_with("\"InvalidCharacterError: "));
  CHECK(value_of("[btoa('\\xff\\0'), atob(' /w A= ').charCodeAt(0), atob('').length]") ==
        R"(["/wA=",255,0])");
}

TEST_CASE("text: encoding replaces lone surrogates, and encodeInto stops between characters") {
  CHECK(value_of("[...new TextEncoder().encode('a\\ud800€')]") == "[97,239,191,189,226,130,172]");
  CHECK(value_of("new TextEncoder().encodeInto('a€b', new Uint8Array(3))") == R"({"read":1,"written":1})");
  CHECK(value_of("new TextEncoder().encodeInto('😀x', new Uint8Array(9).subarray(2))") ==
        R"({"read":3,"written":5})");
  CHECK(value_of("new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255]))")
            .starts_with("\"TypeError: "));
  CHECK(value_of("new TextDecoder('latin0')").starts_with("\"RangeError: "));
}

TEST_CASE("url: parsed, resolved and changed by the URL standard") {
  CHECK(value_of("new URL('../x?y#z', 'https://u:p@EXAMPLE.com:443/a/b/c').href") ==
        R"("https://u:p@example.com/a/x?y#z")");
  CHECK(value_of("new URL('no')").starts_with("\"TypeError: "));
  CHECK(
      value_of(
          "(() => { const url = new URL('http://a/'); url.host = 'b:81'; url.port = 'x'; url.search = 'q=ä'; "
          "return url.href; })()") == R"("http://b:81/?q=%C3%A4")");
}

TEST_CASE("crypto: digests, HMAC and constant-time comparison") {
  const std::string hex =
      "((b) => [...new Uint8Array(b)].map((x) => x.toString(16).padStart(2, '0')).join(''))";
  CHECK(value_of(hex + "(await crypto.subtle.digest('SHA-256', new Uint8Array(0)))") ==
        R"("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")");
  CHECK(value_of("crypto.subtle.timingSafeEqual(new Uint8Array([1, 2]), new Uint8Array([1, 2]))") == "true");
  CHECK(value_of("crypto.subtle.timingSafeEqual(new Uint8Array(2), new Uint8Array(3))")
            .starts_with("\"TypeError: "));
  CHECK(value_of("/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/"
                 ".test(crypto.randomUUID())") == "true");
  CHECK(value_of("crypto.getRandomValues(new Uint8Array(64)).some((x) => x !== 0)") == "true");
}

TEST_CASE("structuredClone: cycles, maps and moved buffers; what cannot be cloned is a DataCloneError") {
  CHECK(value_of(
            "(() => { const a = { m: new Map([[1, new Date(0)]]) }; a.a = a; const b = structuredClone(a); "
            "return [b.a === b, b !== a, b.m.get(1).getTime()]; })()") == "[true,true,0]");
  CHECK(value_of(
            "(() => { const a = new Uint8Array([7]).buffer; const b = structuredClone(a, { transfer: [a] }); "
            "return [a.byteLength, b.byteLength]; })()") == "[0,1]");
  CHECK(value_of("structuredClone(() => {})").starts_with("\"DataCloneError: "));
  CHECK(value_of("structuredClone(Symbol())").starts_with("\"DataCloneError: "));
  CHECK(value_of("structuredClone({ get x() { throw new RangeError('mine'); } })") ==
        R"("RangeError: mine")");
}

}  // namespace edge::bindings
