// What the platform itself answers: what is refused and with which words, what has which value where standards leave
// room. Each member of an answer is one question.
import { ofFetch } from "./platform_fetch.js";
import { ofStores } from "./platform_stores.js";
import { answers, bytes, text } from "./questions.js";

const parts = {
  ...ofFetch,
  ...ofStores,
  url: () => ({
    relative: () => new URL("a"),
    relativeBase: () => new URL("a", "b"),
    canParse: () => URL.canParse("a"),
    parse: () => URL.parse("a"),
    port: () => new URL("http://a:99999/"),
    host: () => new URL("https://ex%41mple.com:443/%7e?%7e#%7e").href,
    unicode: () => new URL("https://grüße.example/ü?ü#ü").href,
    address: () => new URL("http://0x7f.1/").host,
    badAddress: () => new URL("http://1.2.3.4.5/"),
    parameters: () => `${new URLSearchParams([["a", "b c"], ["ü", "&="]])}`,
    parametersSize: () => new URLSearchParams("a=1&a=2&b").size,
    parametersHas: () => new URLSearchParams("a=1").has("a", "2"),
    pattern: () => new URLPattern({ pathname: "/:a/*" }).exec("https://x/b/c/d").pathname.groups,
    patternTest: () => new URLPattern("/a", "https://x").test("https://x/b"),
    patternBad: () => new URLPattern("(").pathname,
  }),
  text: () => ({
    fatal: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes(0xff)),
    replaced: () => new TextDecoder().decode(bytes(0x61, 0xff, 0x62)),
    label: () => new TextDecoder("latin1").encoding,
    unknown: () => new TextDecoder("no"),
    shiftJis: () => new TextDecoder("shift_jis").decode(bytes(0x83, 0x65, 0x83, 0x58)),
    utf16: () => new TextDecoder("utf-16le").decode(bytes(0x61, 0, 0x62)),
    keepsMark: () => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes(0xef, 0xbb, 0xbf, 0x61)).length,
    encodeInto: () => ({ ...new TextEncoder().encodeInto("aü", new Uint8Array(2)) }),
    surrogate: () => [...new TextEncoder().encode("\ud800")],
    atobBad: () => atob("a"),
    atobSpaces: () => atob(" YQ = ="),
    atobUnpadded: () => atob("YQ"),
    btoaBad: () => btoa("\u0100"),
    btoa: () => btoa("\xff\x00"),
  }),
  streams: () => ({
    tee: async () => Promise.all(new Response("a").body.tee().map(text)),
    locked: () => {
      const { body } = new Response("a");
      body.getReader();
      return body.getReader();
    },
    byob: async () => {
      const reader = new Response("abc").body.getReader({ mode: "byob" });
      const { value, done } = await reader.read(new Uint8Array(2));
      return [[...value], done];
    },
    transform: () => text(new Response("a").body.pipeThrough(new TransformStream({
      transform: (chunk, controller) => (controller.enqueue(chunk), controller.enqueue(chunk)),
    }))),
    identity: async () => {
      const { readable, writable } = new IdentityTransformStream();
      const writer = writable.getWriter();
      writer.write(bytes(0x61)).then(() => writer.close());
      return text(readable);
    },
    gzip: async () => text(new Response("hello".repeat(100)).body.pipeThrough(new CompressionStream("gzip"))
      .pipeThrough(new DecompressionStream("gzip"))),
    format: () => new CompressionStream("no"),
    broken: () => text(new Response("hello").body.pipeThrough(new DecompressionStream("gzip"))),
    textDecoder: () => text(new Response("grüße").body.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextEncoderStream())),
    iterate: async () => {
      const lengths = [];
      for await (const part of new Response("abc").body) lengths.push(part.length);
      return lengths;
    },
    from: () => typeof ReadableStream.from,
    errored: () => text(new ReadableStream({ start: (controller) => controller.error(new RangeError("no")) })),
    cancelled: async () => {
      const stream = new ReadableStream();
      await stream.cancel("a");
      return text(stream);
    },
  }),
  events: () => ({
    dispatch: () => {
      const target = new EventTarget(), heard = [];
      target.addEventListener("a", ({ type }) => heard.push(type), { once: true });
      target.dispatchEvent(new Event("a"));
      target.dispatchEvent(new Event("a"));
      return heard;
    },
    custom: () => new CustomEvent("a", { detail: 5 }).detail,
    noEvent: () => new EventTarget().dispatchEvent({}),
    abort: () => `${AbortSignal.abort().reason}`,
    abortReason: () => AbortSignal.abort(5).reason,
    throwIfAborted: () => AbortSignal.abort().throwIfAborted(),
    any: () => AbortSignal.any([AbortSignal.abort("a"), new AbortController().signal]).reason,
    timeout: async () => {
      const signal = AbortSignal.timeout(1);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return `${signal.reason}`;
    },
    exception: () => [new DOMException("a", "AbortError").code, new DOMException().name],
    wait: () => scheduler.wait(1),
    waitAborted: () => scheduler.wait(1000, { signal: AbortSignal.abort() }),
    timer: () => new Promise((resolve) => setTimeout(resolve, 1, "later")),
    microtask: () => queueMicrotask(5),
    report: () => typeof reportError,
  }),
  clone: () => ({
    function: () => structuredClone(() => {}),
    symbol: () => structuredClone(Symbol("a")),
    map: () => [...structuredClone(new Map([[1, new Set([2])]]))].map(([key, value]) => [key, [...value]]),
    date: () => structuredClone(new Date(5)).getTime(),
    error: () => {
      const { name, message } = structuredClone(new RangeError("a"));
      return [name, message];
    },
    cycle: () => {
      const one = {};
      one.one = one;
      const other = structuredClone(one);
      return other.one === other;
    },
    transfer: () => {
      const buffer = new ArrayBuffer(2);
      const moved = structuredClone(buffer, { transfer: [buffer] });
      return [buffer.byteLength, moved.byteLength];
    },
    bigint: () => `${structuredClone(5n)}`,
    prototype: () => structuredClone(new (class A { a = 1; })()).constructor === Object,
  }),
  globals: () => ({
    agent: () => navigator.userAgent,
    eval: () => eval("1"),
    function: () => new Function("return 1")(),
    origin: () => typeof performance.timeOrigin,
    names: () => ["fetch", "caches", "crypto", "WebSocketPair", "HTMLRewriter", "EventSource",
      "MessageChannel", "process",
      "Buffer", "global", "window", "require", "importScripts", "WebSocket", "URLPattern", "WritableStream",
      "CompressionStream", "Blob", "File", "scheduler", "FixedLengthStream"]
      .map((name) => `${name}: ${typeof globalThis[name]}`),
    self: () => self === globalThis,
    pair: () => Object.keys(new WebSocketPair()),
    rewriter: async () => new HTMLRewriter().on("a", { element: (element) => element.setAttribute("b", "c") })
      .transform(new Response("<a>d</a>")).text(),
  }),
  client: ({ cf }) => ({
    auth: () => {
      const { cert, ...auth } = cf.tlsClientAuth;
      return { ...auth, cert: cert.state };
    },
    frozen: () => {
      cf.tlsClientAuth.certVerified = "SUCCESS";
    },
    tls: () => [cf.tlsVersion, cf.tlsCipher, cf.httpProtocol],
  }),
};

export default {
  async fetch(request, env) {
    const part = parts[new URL(request.url).pathname.slice(1)];
    return Response.json(await answers(part(request, env)));
  },
};
