// What Fetch answers: headers, requests, responses, bodies and forms.
import { bytes, text } from "./questions.js";

const ofType = (body, type) => new Response(body, { headers: { "content-type": type } });

export const ofFetch = {
  headers: () => ({
    badName: () => new Headers({ "a b": "c" }),
    badValue: () => new Headers({ a: "b\nc" }),
    undefinedValue: () => new Headers({ a: undefined }).get("a"),
    sorted: () => [...new Headers([["b", "2"], ["A", "1"], ["a", "3"]])],
    cookies: () => new Headers([["set-cookie", "a=1"], ["Set-Cookie", "b=2"]]).getSetCookie(),
    cookiesIterated: () => [...new Headers([["set-cookie", "a=1"], ["x", "y"], ["Set-Cookie", "b=2"]])],
    getAll: () => new Headers().getAll("a"),
    getAllCookies: () => new Headers([["set-cookie", "a=1"], ["Set-Cookie", "b=2"]]).getAll("set-cookie"),
    spaces: () => new Headers({ a: "  b  " }).get("a"),
    notPairs: () => new Headers([["a"]]),
    number: () => new Headers(5),
    string: () => new Headers("a"),
    missing: () => new Headers().get("a"),
    deleteBadName: () => new Headers().delete("a b"),
  }),
  request: (request) => ({
    set: () => request.headers.set("a", "b"),
    append: () => request.headers.append("a", "b"),
    delete: () => request.headers.delete("a"),
    redirect: () => request.redirect,
    method: () => request.method,
    url: () => new URL(request.url).pathname,
    body: () => request.body,
    frozen: () => Object.isFrozen(request.cf),
    copied: () => new Request(request).headers.set("a", "b"),
    copiedCf: () => typeof new Request(request).cf,
    relative: () => new Request("/a"),
    noScheme: () => new Request("a"),
    getWithBody: () => new Request("https://a/", { body: "b" }),
    headWithBody: () => new Request("https://a/", { method: "HEAD", body: "b" }),
    methodCase: () => new Request("https://a/", { method: "post" }).method,
    methodUnknown: () => new Request("https://a/", { method: "patch" }).method,
    methodBad: () => new Request("https://a/", { method: "a b" }).method,
    methodTrace: () => new Request("https://a/", { method: "TRACE" }).method,
    redirectDefault: () => new Request("https://a/").redirect,
    redirectBad: () => new Request("https://a/", { redirect: "no" }),
    redirectError: () => new Request("https://a/", { redirect: "error" }),
    credentials: () => new Request("https://user:pass@a/").url,
    fragment: () => new Request("https://a/#b").url,
    used: async () => {
      const one = new Request("https://a/", { method: "POST", body: "b" });
      await one.text();
      return new Request(one).text();
    },
    usedTwice: async () => {
      const one = new Request("https://a/", { method: "POST", body: "b" });
      await one.text();
      return one.text();
    },
    clonedUsed: async () => {
      const one = new Request("https://a/", { method: "POST", body: "b" });
      await one.text();
      return one.clone();
    },
    signal: () => new Request("https://a/", { signal: AbortSignal.abort() }).signal.aborted,
  }),
  response: () => ({
    low: () => new Response(null, { status: 199 }),
    high: () => new Response(null, { status: 600 }),
    nothing: () => new Response("a", { status: 204 }),
    notModified: () => new Response("a", { status: 304 }),
    switching: () => new Response(null, { status: 101 }),
    statusText: () => new Response(null, { statusText: "a\nb" }),
    statusTextDefault: () => new Response(null, { status: 404 }).statusText,
    redirectStatus: () => Response.redirect("https://a/", 200),
    redirectRelative: () => Response.redirect("/a"),
    redirect: () => [...Response.redirect("https://a/b").headers],
    redirectNumber: () => Response.redirect("https://a/b").status,
    json: () => [...Response.json({ a: 1 }).headers],
    jsonUndefined: () => Response.json(undefined),
    jsonCycle: () => {
      const cycle = {};
      cycle.cycle = cycle;
      return Response.json(cycle);
    },
    error: () => Response.error().status,
    errorType: () => Response.error().type,
    stringType: () => new Response("a").headers.get("content-type"),
    bytesType: () => new Response(bytes(1)).headers.get("content-type"),
    blobType: () => new Response(new Blob(["a"], { type: "a/b" })).headers.get("content-type"),
    parametersType: () => new Response(new URLSearchParams("a=b")).headers.get("content-type"),
    numberBody: () => new Response(5).text(),
    objectBody: () => new Response({}).text(),
    ok: () => new Response(null, { status: 299 }).ok,
    type: () => new Response().type,
    url: () => new Response().url,
    mutable: () => new Response(null, new Response(null, { headers: { a: "b" } })).headers.get("a"),
    noBody: () => new Response().body,
    emptyBody: () => new Response("").body === null,
  }),
  body: () => ({
    twice: async () => {
      const response = new Response("a");
      await response.text();
      return response.text();
    },
    used: async () => {
      const response = new Response("a");
      await response.text();
      return response.bodyUsed;
    },
    badJson: () => new Response("{").json(),
    noJson: () => new Response("").json(),
    nullForm: () => new Response("a").formData(),
    badForm: () => new Response("a", { headers: { "content-type": "multipart/form-data" } }).formData(),
    brokenForm: () => ofType("--a\r\n", "multipart/form-data; boundary=a").formData(),
    blob: async () => (await new Response("a", { headers: { "content-type": "A/B" } }).blob()).type,
    bytes: async () => [...await new Response("a").bytes()],
    locked: () => {
      const response = new Response("a");
      response.body.getReader();
      return response.text();
    },
    cloneUsed: async () => {
      const response = new Response("a");
      await response.text();
      return response.clone();
    },
    mark: () => new Response(bytes(0xef, 0xbb, 0xbf, 0x61)).text(),
    invalid: () => new Response(bytes(0x61, 0xff)).text(),
    stringStream: () => text(new ReadableStream({ start: (controller) => controller.enqueue("a") })),
    tooLong: async () => {
      const { readable, writable } = new FixedLengthStream(2);
      text(readable).catch(() => {});
      return writable.getWriter().write(bytes(1, 2, 3));
    },
    tooShort: async () => {
      const { readable, writable } = new FixedLengthStream(2);
      const read = text(readable).catch(({ name }) => name);
      const writer = writable.getWriter();
      await writer.write(bytes(1));
      await writer.close();
      return `closed: ${await read}`;
    },
  }),
  form: () => ({
    multipart: async () => {
      const data = new FormData();
      data.append("a", "b\r\nc");
      data.append("f", new File(["x"], 'n"ame', { type: "text/x" }));
      const { headers, body } = new Response(data);
      const type = headers.get("content-type").replace(/boundary=.*/, "boundary=B");
      const lines = (await text(body)).split("\r\n").filter((line) => !line.startsWith("--"));
      return [type, lines];
    },
    read: async () => {
      const body = '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B\r\n' +
        'Content-Disposition: form-data; name="f"; filename="g.txt"\r\n' +
        "Content-Type: text/plain\r\n\r\n2\r\n--B--\r\n";
      const data = await ofType(body, "multipart/form-data; boundary=B").formData();
      const file = data.get("f");
      return [data.get("a"), file.name, file.type, await file.text()];
    },
    encoded: async () => {
      const data = await ofType("a=b+c&d=%C3%BC&e", "application/x-www-form-urlencoded").formData();
      return [...data];
    },
    noBlob: () => new FormData().append("a", "b", "c"),
    file: () => {
      const { name, size, type } = new File(["ü"], "a", { type: "A/B" });
      return [name, size, type];
    },
    slice: () => new Blob(["abcdef"]).slice(-3, -1).text(),
    blobParts: () => new Blob("a"),
  }),
  fetching: () => ({
    relative: () => fetch("/a"),
    scheme: () => fetch("ftp://a/"),
    file: () => fetch("file:///etc/passwd"),
    data: async () => (await fetch("data:text/plain,a%20b")).text(),
    aborted: () => fetch("https://a.example/", { signal: AbortSignal.abort() }),
    abortedReason: () => fetch("https://a.example/", { signal: AbortSignal.abort("no") }),
    getBody: () => fetch("https://a.example/", { body: "a" }),
    badMethod: () => fetch("https://a.example/", { method: "a b" }),
    badRedirect: () => fetch("https://a.example/", { redirect: "no" }),
  }),
};
