// What scripts hand strangers' bytes to: URL, URLSearchParams, FormData, TextDecoder, atob, Headers,
// import(). Each refuses with the exception that its standard names, or gives what survives being written and
// read again.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "bindings/worker.h"
#include "runtime/js/engine.h"

namespace {

using namespace edge;

/// Answers 204; a throw, and so an answer of 500, is a finding.
constexpr const char* script = R"js(
const encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-2", "shift_jis", "euc-jp", "iso-2022-jp",
  "gbk", "gb18030", "big5", "euc-kr", "koi8-r", "x-user-defined", "replacement", "macintosh"];

function same(one, other, what) {
  if (one !== other) throw new Error(`${what}: ${JSON.stringify(one)} became ${JSON.stringify(other)}`);
}
/// `action()`, or undefined when it throws one of `names`.
function orRefused(action, ...names) {
  try {
    return action();
  } catch (error) {
    if (!names.includes(error.name)) throw error;
    return undefined;
  }
}

/// Few inputs begin like a URL of their own accord.
const beginnings = ["", "https://", "http://a:", "file:", "data:", "x:", "//", "https://[", "?", "/"];

function url(text) {
  const parsed = orRefused(() => new URL(text, "https://base.example/a/b?c#d"), "TypeError");
  if (parsed === undefined) return;
  same(new URL(parsed.href).href, parsed.href, "URL");
  for (const name of ["pathname", "search", "hash", "host", "username", "port", "protocol"]) parsed[name] = text;
  same(new URL(parsed.href).href, parsed.href, "URL after setters");
}
function parameters(text) {
  const written = new URLSearchParams(text).toString();
  same(new URLSearchParams(written).toString(), written, "URLSearchParams");
}
async function entriesOf(data) {
  const entries = [];
  for (const [name, value] of data) {
    if (typeof value === "string") entries.push([name, value]);
    else entries.push([name, value.name, value.type, [...new Uint8Array(await value.arrayBuffer())]]);
  }
  return JSON.stringify(entries);
}
/// What stands before and after the input in a body; with the first the input is all of it.
const frames = [
  ["", ""],
  ["--B\r\n", "\r\n--B--"],
  ['--B\r\nContent-Disposition: form-data; name="', '"\r\n\r\na\r\n--B--'],
  ['--B\r\nContent-Disposition: form-data; name="a"; filename="', '"\r\nContent-Type: a/b\r\n\r\na\r\n--B--'],
  ['--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n', "\r\n--B--\r\n"],
];

async function form(bytes, selector) {
  const [before, after] = frames[selector % frames.length];
  const body = new Blob([before, bytes, after]);
  for (const contentType of ["multipart/form-data; boundary=B", "application/x-www-form-urlencoded"]) {
    const headers = { "Content-Type": contentType };
    const read = await new Response(body, { headers }).formData().catch((error) => {
      if (error.name !== "TypeError") throw error;
    });
    if (read === undefined) continue;
    // Writing makes every line end CRLF, and a quote of a name what stands for it: once written, all stays.
    const written = await new Response(read).formData();
    same(`${[...written].length}`, `${[...read].length}`, "entries of FormData");
    same(await entriesOf(await new Response(written).formData()), await entriesOf(written), "FormData");
  }
}
function decode(bytes, selector) {
  const label = encodings[selector % encodings.length];
  const text = orRefused(() => new TextDecoder(label).decode(bytes), "RangeError");
  if (text === undefined) return;
  const stream = new TextDecoder(label);
  const half = bytes.length >> 1;
  same(stream.decode(bytes.subarray(0, half), { stream: true }) + stream.decode(bytes.subarray(half)), text, label);
  // What is refused where errors are fatal has a replacement character elsewhere; what is not is the same text.
  const strict = orRefused(() => new TextDecoder(label, { fatal: true }).decode(bytes), "TypeError");
  if (strict !== undefined) same(strict, text, `${label}, fatal`);
  else if (!text.includes("\ufffd")) throw new Error(`${label}: refused without an error: ${JSON.stringify(text)}`);
  const keepsMark = new TextDecoder("utf-8", { ignoreBOM: true });
  same(keepsMark.decode(new TextEncoder().encode(text)), text, "text as UTF-8");
}
function base64(text) {
  const bytes = orRefused(() => atob(text), "InvalidCharacterError");
  if (bytes !== undefined) same(atob(btoa(bytes)), bytes, "base64");
  same(atob(btoa(text)), text, "base64 of bytes");
}
/// The script's folder is empty and the site is without Node.js modules, so that a specifier names nothing, or
/// what is built in for all scripts.
async function module(text) {
  const named = await import(text).catch((error) => {
    if (!["TypeError", "Error", "RangeError"].includes(error.name)) throw error;
  });
  if (named !== undefined && !/^(cloudflare|edge-run):/.test(text)) throw new Error(`imported ${JSON.stringify(text)}`);
}
function headers(text) {
  const list = new Headers();
  orRefused(() => list.append("x-a", text), "TypeError");
  orRefused(() => list.append(text, "b"), "TypeError");
  same(JSON.stringify([...new Headers(list)]), JSON.stringify([...list]), "Headers");
}

export default {
  async fetch(request) {
    const all = new Uint8Array(await request.arrayBuffer());
    const [kind = 0, selector = 0, ...rest] = all;
    const bytes = Uint8Array.from(rest);
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    switch (kind % 7) {
      case 0:
        url(beginnings[(selector >> 1) % beginnings.length] + (selector & 1 ? text : new TextDecoder().decode(bytes)));
        break;
      case 1: parameters(new TextDecoder().decode(bytes)); break;
      case 2: await form(bytes, selector); break;
      case 3: decode(bytes, selector); break;
      case 4: base64(text); break;
      case 5: headers(text); break;
      default: await module((selector & 1 ? "./" : "") + new TextDecoder().decode(bytes));
    }
    return new Response(null, { status: 204 });
  },
};
)js";

class Platform {
 public:
  Platform() {
    js::start_engine({});
    settings_.site.name = "fuzz";
    settings_.site.script = "/nonexistent/fuzz.js";
    settings_.site.compatibility_flags = {"no_nodejs_compat"};
    settings_.source = script;
    settings_.limits.request_cpu = std::chrono::seconds(10);
    settings_.limits.startup_cpu = std::chrono::seconds(60);
    auto made = bindings::Worker::make(io_, wheel_, std::move(settings_));
    if (!made) fail(made.error().message);
    worker_ = std::move(*made);
  }

  void feed(std::string bytes) {
    int status = 0;
    http::Request request;
    request.method = "POST";
    request.authority = "fuzz.example";
    request.body = http::Body(std::move(bytes));
    boost::asio::co_spawn(io_, worker_->fetch(std::move(request)),
                          [&](const std::exception_ptr&, const http::Response& response) {
                            status = response.status;
                            io_.stop();
                          });
    io_.restart();
    io_.run();
    if (status != 204) fail("the script answered with status " + std::to_string(status));
  }

 private:
  [[noreturn]] static void fail(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::abort();
  }

  boost::asio::io_context io_{1};
  TimerWheel wheel_{io_};
  bindings::WorkerSettings settings_;
  std::unique_ptr<bindings::Worker> worker_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Never destroyed: V8 ends with the process.
  static auto* platform = new Platform;
  platform->feed(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
