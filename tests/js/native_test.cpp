// Conversion of arguments and results of natives.
#include "runtime/js/native.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/js/test_realm.h"

using namespace edge;
using edge::js::Scope;
using edge::js::test::TestRealm;

namespace {

int counters_alive = 0;

struct Counter : js::Held {
  int value = 0;
  Counter() { ++counters_alive; }
  ~Counter() override { --counters_alive; }
};
struct Other : js::Held {};

void take_three(Scope& scope, double number, std::string text, bool flag) {
  const auto rounded = std::to_string(static_cast<int>(number));
  js::test::say(scope, "called(" + rounded + "," + text + "," + (flag ? "y" : "n") + ")");
}
double sum(BytesView bytes, double) {
  double total = 0;
  for (auto byte : bytes) total += byte;
  return total;
}
void fill(js::MutableBytesView bytes, std::int32_t with) {
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(with);
}
std::string join(std::vector<std::string> parts) {
  std::string joined;
  for (const auto& part : parts) joined += part + ";";
  return joined;
}
std::string optional_kind(std::optional<std::string> text, std::optional<double> number) {
  return (text ? *text : "none") + "/" + (number ? "number" : "none");
}
std::uint32_t as_uint32(std::uint32_t number) { return number; }
std::int32_t as_int32(std::int32_t number) { return number; }
std::string utf8_length(const std::string& text) { return std::to_string(text.size()); }
js::OneByte latin(js::OneByte text) { return {text.text + "\xE9"}; }
std::string_view view_back(std::string_view text) { return text; }
Bytes big_bytes(std::uint32_t size) { return Bytes(size, 7); }
std::unique_ptr<Counter> counter_open() { return std::make_unique<Counter>(); }
std::unique_ptr<Counter> counter_none() { return nullptr; }
std::int32_t counter_add(Counter& counter, std::int32_t by) { return counter.value += by; }
bool counter_given(Counter* counter) { return counter != nullptr; }
std::unique_ptr<Other> other_open() { return std::make_unique<Other>(); }
std::tuple<std::int32_t, std::string, std::unique_ptr<Counter>, std::vector<std::string>> several() {
  return {1, "two", nullptr, std::vector<std::string>{"a", "b"}};
}
std::optional<std::tuple<bool, double>> perhaps(bool give) {
  if (!give) return std::nullopt;
  return std::tuple{true, 0.5};
}
js::Result<std::string> refuse(std::int32_t how) {
  if (how == 1) return js::type_error("wrong type");
  if (how == 2) return js::range_error("wrong range");
  if (how == 3) return js::dom_exception("AbortError", "was aborted");
  if (how == 4) return js::plain_error("plain");
  return "fine";
}
v8::Local<v8::Value> same(v8::Local<v8::Value> value) { return value; }
bool takes_function(v8::Local<v8::Function>) { return true; }

constexpr js::Native natives[] = {
    js::native<&take_three>("takeThree"),
    js::native<&sum>("sum"),
    js::native<&fill>("fill"),
    js::native<&join>("join"),
    js::native<&optional_kind>("optionalKind"),
    js::native<&as_uint32>("asUint32"),
    js::native<&as_int32>("asInt32"),
    js::native<&utf8_length>("utf8Length"),
    js::native<&latin>("latin"),
    js::native<&view_back>("viewBack"),
    js::native<&big_bytes>("bigBytes"),
    js::native<&counter_open>("counterOpen"),
    js::native<&counter_none>("counterNone"),
    js::native<&counter_add>("counterAdd"),
    js::native<&counter_given>("counterGiven"),
    js::native<&other_open>("otherOpen"),
    js::native<&several>("several"),
    js::native<&perhaps>("perhaps"),
    js::native<&refuse>("refuse"),
    js::native<&same>("same"),
    js::native<&takes_function>("takesFunction"),
};

std::string said_by(const std::string& script) {
  TestRealm test(natives);
  REQUIRE(test.problem == "");
  CHECK(test.load(script + "\nexport {};") == "");
  return test.said_text();
}

/// The exception's text of each expression that throws.
std::string thrown_by(const std::string& expression) {
  return said_by("try { " + expression + "; say('nothing') } catch (e) { say(String(e)) }");
}

}  // namespace

TEST_CASE("arguments are converted in their order, and all before the function runs") {
  CHECK(said_by(R"(native.takeThree(
          { valueOf() { say("first"); return 7 } },
          { toString() { say("second"); return "text" } },
          "third");)") == "first second called(7,text,y)");
}

TEST_CASE("an argument that throws stops the conversion of those after it, and the call") {
  CHECK(said_by(R"(try {
          native.takeThree({ valueOf() { say("first"); throw new Error("stop") } },
                           { toString() { say("never"); return "" } });
        } catch (e) { say(e.message) })") == "first stop");
}

TEST_CASE("a later argument cannot take the bytes of an earlier one away") {
  CHECK(said_by(R"(const bytes = new Uint8Array(100000).fill(1);
                   say(native.sum(bytes, { valueOf() { bytes.buffer.transfer(); return 1 } }));)") == "0");
}

TEST_CASE("bytes are taken from buffers, views and views of views, where they begin and end") {
  CHECK(said_by(R"(const buffer = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer;
                   say(native.sum(buffer));
                   say(native.sum(new Uint8Array(buffer, 1, 2)));
                   say(native.sum(new DataView(buffer, 6)));
                   say(native.sum(new Uint16Array([256, 1])));
                   say(native.sum(new Uint8Array()));
                   say(native.sum(new ArrayBuffer(0)));)") == "36 5 15 2 0 0");
  CHECK(thrown_by("native.sum([1, 2])") ==
        "TypeError: sum: argument 1 is not an ArrayBuffer or a view of one");
}

TEST_CASE("bytes are written in place, in small and in large buffers") {
  CHECK(said_by(R"(for (const size of [4, 4000]) {
                     const bytes = new Uint8Array(size);
                     native.fill(bytes.subarray(1, 3), 9);
                     say(bytes.slice(0, 4).join(""));
                   })") == "0990 0990");
}

TEST_CASE("numbers convert as JavaScript converts them") {
  CHECK(said_by(R"(say(native.asUint32(-1)); say(native.asInt32(4294967295)); say(native.asInt32("12"));
                   say(native.asInt32()); say(native.asUint32(1e10));)") == "4294967295 -1 12 0 1410065408");
  CHECK(thrown_by("native.asInt32(1n)").starts_with("TypeError: Cannot convert a BigInt"));
  CHECK(thrown_by("native.asInt32(Symbol())").starts_with("TypeError: Cannot convert a Symbol"));
}

TEST_CASE("text crosses as UTF-8, and a lone surrogate is replaced") {
  CHECK(said_by(R"(say(native.utf8Length("\u00e9\u{1F600}\uD800"));
                   say(native.viewBack("\uD800x") === "\uFFFDx");
                   say(native.viewBack("snow \u2603") === "snow \u2603");)") == "9 true true");
}

TEST_CASE("one-byte text crosses unchanged, and refuses other characters") {
  CHECK(said_by(R"(say(native.latin("\u00ff") === "\u00ff\u00e9");)") == "true");
  CHECK(thrown_by(R"(native.latin("\u0100"))") ==
        "TypeError: latin: argument 1 is not text of characters below U+0100");
}

TEST_CASE("an optional parameter is nothing for undefined and null, and converts all else") {
  CHECK(
      said_by(
          R"(say(native.optionalKind()); say(native.optionalKind(null, 0)); say(native.optionalKind(5)))") ==
      "none/none none/number 5/none");
}

TEST_CASE("an array's elements are converted one by one, and only arrays are taken") {
  CHECK(said_by("say(native.join([1, 'b', null]))") == "1;b;null;");
  CHECK(thrown_by("native.join('abc')") == "TypeError: join: argument 1 is not an Array");
}

TEST_CASE("bytes become a Uint8Array, copied or moved") {
  CHECK(said_by(R"(for (const size of [0, 10, 100000]) {
                     const bytes = native.bigBytes(size);
                     say(bytes instanceof Uint8Array && bytes.length === size && bytes.every((b) => b === 7));
                   })") == "true true true");
}

TEST_CASE("tuples and vectors become arrays, and nothing becomes null") {
  CHECK(said_by(R"(say(JSON.stringify(native.several())); say(JSON.stringify(native.perhaps(true)));
                   say(native.perhaps(false)); say(native.counterNone());)") ==
        R"([1,"two",null,["a","b"]] [true,0.5] null null)");
}

TEST_CASE("a Result throws the exception it holds") {
  CHECK(thrown_by("native.refuse(1)") == "TypeError: wrong type");
  CHECK(thrown_by("native.refuse(2)") == "RangeError: wrong range");
  CHECK(thrown_by("native.refuse(3)") == "AbortError: was aborted");
  CHECK(thrown_by("native.refuse(4)") == "Error: plain");
  CHECK(said_by(
            "say(native.refuse(0)); try { native.refuse(3) } catch (e) { say(e instanceof DOMException) }") ==
        "fine true");
}

TEST_CASE("a handle is known by its kind and cannot be forged") {
  CHECK(said_by(R"(const counter = native.counterOpen(); native.counterAdd(counter, 2);
                   say(native.counterAdd(counter, 3)); say(native.counterGiven(counter));
                   say(native.counterGiven(null)); say(native.counterGiven());)") == "5 true false false");
  const std::string refusal = "TypeError: counterAdd: argument 1 is not a handle of the right kind";
  CHECK(thrown_by("native.counterAdd(native.otherOpen(), 1)") == refusal);
  CHECK(thrown_by("native.counterAdd({}, 1)") == refusal);
  CHECK(thrown_by("native.counterAdd(Promise.resolve(), 1)") == refusal);
  CHECK(thrown_by("native.counterAdd(new ArrayBuffer(8), 1)") == refusal);
  CHECK(thrown_by("native.counterAdd(Object.create(native.counterOpen()), 1)") == refusal);
  CHECK(thrown_by("native.counterAdd(new Proxy(native.counterOpen(), {}), 1)") == refusal);
  CHECK(thrown_by("native.counterAdd(new (native.counterOpen().constructor)(), 1)") == refusal);
}

TEST_CASE("the collector frees objects behind handles, and the end of the Realm frees the rest") {
  counters_alive = 0;
  {
    TestRealm test(natives);
    REQUIRE(test.load(R"(globalThis.kept = native.counterOpen();
                         export function make() { for (let i = 0; i < 100; ++i) native.counterOpen(); })") ==
            "");
    CHECK(test.run("make") == "");
    CHECK(counters_alive > 1);
    {
      js::Turn turn(*test.realm);
      turn.isolate()->LowMemoryNotification();
    }
    CHECK(counters_alive == 1);
  }
  CHECK(counters_alive == 0);
}

TEST_CASE("any value passes as it is, and a function must be one") {
  CHECK(said_by("const o = {}; say(native.same(o) === o); say(native.takesFunction(() => 1))") ==
        "true true");
  CHECK(thrown_by("native.takesFunction({})") ==
        "TypeError: takesFunction: argument 1 is not a value of the right kind");
}

TEST_CASE("a native is no constructor and has its JavaScript name") {
  CHECK(said_by("say(native.takeThree.name)") == "takeThree");
  CHECK(thrown_by("new native.takeThree()") == "TypeError: native.takeThree is not a constructor");
}
