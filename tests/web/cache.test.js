// The Cache API, with Cloudflare's rules.
import { assert, describe, it } from "edge-run:test";

const cache = caches.default;
let last = 0;
const fresh = () => `https://example.com/${(last += 1)}`;
const rejects = async (promise, type, text) => {
  try {
    await promise;
  } catch (error) {
    assert.instanceOf(error, type);
    return assert.include(error.message, text);
  }
  assert.fail("it did not reject");
};
const stored = async (init, body = "hello") => {
  const url = fresh();
  await cache.put(url, new Response(body, init));
  return url;
};

describe("Cache.put", () => {
  it("refuses what cannot be a key", async () => {
    const problem = "Invalid URL. Cache API keys must be fully-qualified, valid URLs.";
    await rejects(cache.put("/relative", new Response("")), TypeError, problem);
    await rejects(cache.match("nonsense"), TypeError, problem);
  });
  it("refuses other methods than GET", async () => {
    const request = new Request(fresh(), { method: "POST" });
    await rejects(cache.put(request, new Response("")), TypeError, "Cannot cache response to non-GET request.");
  });
  it("refuses partial content and Vary: *", async () => {
    const partial = new Response("part", { status: 206 });
    await rejects(cache.put(fresh(), partial), TypeError,
      "Cannot cache response to a range request (206 Partial Content).");
    const varying = new Response("", { headers: { Vary: "Accept, *" } });
    await rejects(cache.put(fresh(), varying), TypeError, "Cannot cache response with 'Vary: *' header.");
  });
  it("refuses what is no Response, and one that was read", async () => {
    await rejects(cache.put(fresh(), "text"), TypeError, "not a Response");
    const used = new Response("x");
    await used.text();
    await rejects(cache.put(fresh(), used), TypeError, "Body has already been used");
  });
  it.each([
    [{ "Cache-Control": "no-store" }], [{ "Cache-Control": "private" }], [{ "Cache-Control": "no-cache" }],
    [{ "Cache-Control": "max-age=0" }], [{ "Cache-Control": "public, s-maxage=0, max-age=60" }],
    [{ "Cache-Control": "max-age=soon" }], [{ "CDN-Cache-Control": "no-store", "Cache-Control": "max-age=60" }],
    [{ Expires: "Thu, 01 Jan 1970 00:00:00 GMT" }], [{ Expires: "0" }], [{ "Set-Cookie": "a=b" }],
  ])("stores nothing that says %j", async (headers) => {
    assert.equal(await cache.match(await stored({ headers })), undefined);
  });
  it("stores a response without its cookie when it says private=Set-Cookie", async () => {
    const url = await stored({ headers: { "Set-Cookie": "a=b", "Cache-Control": "private=Set-Cookie, max-age=60" } });
    const found = await cache.match(url);
    assert.equal(await found.text(), "hello");
    assert.isFalse(found.headers.has("Set-Cookie"));
  });
  it("keeps a response without lifetime as long as its status deserves", async () => {
    assert.isDefined(await cache.match(await stored({ status: 404 })));
    assert.equal(await cache.match(await stored({ status: 500 })), undefined);
    assert.isDefined(await cache.match(await stored({ status: 500, headers: { "Cache-Control": "max-age=9" } })));
  });
  it("replaces, and resolves to undefined", async () => {
    const url = await stored({});
    assert.equal(await cache.put(url, new Response("newer")), undefined);
    assert.equal(await (await cache.match(url)).text(), "newer");
  });
});

describe("Cache.match", () => {
  it("gives the response back, again and again, with Cloudflare's headers", async () => {
    const headers = { "X-A": "1", "Cache-Control": "max-age=9" };
    const url = await stored({ status: 203, statusText: "Fine", headers });
    for (let i = 0; i < 2; i++) {
      const found = await cache.match(url);
      assert.deepEqual([found.status, found.statusText, found.headers.get("x-a")], [203, "Fine", "1"]);
      assert.equal(found.headers.get("CF-Cache-Status"), "HIT");
      assert.match(found.headers.get("Age"), /^[0-9]$/);
      assert.equal(await found.text(), "hello");
    }
  });
  it("knows nothing of other URLs, caches and methods", async () => {
    const url = await stored({});
    assert.equal(await cache.match(fresh()), undefined);
    assert.equal(await (await caches.open("other")).match(url), undefined);
    const head = new Request(url, { method: "HEAD" });
    assert.equal(await cache.match(head), undefined);
    assert.isDefined(await cache.match(head, { ignoreMethod: true }));
  });
  it("leaves the fragment out of the key, and keeps the query in it", async () => {
    const url = await stored({});
    assert.isDefined(await cache.match(`${url}#part`));
    assert.equal(await cache.match(`${url}?a`), undefined);
  });
  it.each([['"v1"'], ['W/"v1"'], ['"v0", "v1"'], ["*"]])("answers If-None-Match: %s with 304", async (tag) => {
    const url = await stored({ headers: { ETag: '"v1"' } });
    const found = await cache.match(new Request(url, { headers: { "If-None-Match": tag } }));
    assert.equal(found.status, 304);
    assert.equal(found.body, null);
  });
  it("sends the whole for another tag, which weighs more than a date", async () => {
    const date = "Sat, 01 Jan 2022 00:00:00 GMT";
    const url = await stored({ headers: { ETag: '"v1"', "Last-Modified": date } });
    const headers = { "If-None-Match": '"v2"', "If-Modified-Since": date };
    assert.equal((await cache.match(new Request(url, { headers }))).status, 200);
    assert.equal((await cache.match(new Request(url, { headers: { "If-Modified-Since": date } }))).status, 304);
    const before = { "If-Modified-Since": "Fri, 31 Dec 2021 00:00:00 GMT" };
    assert.equal((await cache.match(new Request(url, { headers: before }))).status, 200);
  });
  it.each([
    ["bytes=1-3", "ell", "bytes 1-3/5"], ["bytes=3-", "lo", "bytes 3-4/5"], ["bytes=-2", "lo", "bytes 3-4/5"],
    ["bytes=0-99", "hello", "bytes 0-4/5"],
  ])("answers Range: %s with that part", async (range, text, shown) => {
    const url = await stored({});
    const found = await cache.match(new Request(url, { headers: { Range: range } }));
    assert.equal(found.status, 206);
    assert.equal(found.headers.get("Content-Range"), shown);
    assert.equal(found.headers.get("Content-Length"), `${text.length}`);
    assert.equal(await found.text(), text);
  });
  it("answers a range that is not there with 416, and several or senseless ones with the whole", async () => {
    const url = await stored({});
    const ask = (range) => cache.match(new Request(url, { headers: { Range: range } }));
    for (const range of ["bytes=5-", "bytes=-0"]) {
      const found = await ask(range);
      assert.deepEqual([found.status, found.headers.get("Content-Range")], [416, "bytes */5"]);
    }
    for (const range of ["bytes=0-1,3-4", "bytes=3-1", "lines=1-2", "bytes=-"]) {
      assert.equal((await ask(range)).status, 200);
    }
  });
  it("gives headers that cannot be changed, and a body for a new Response", async () => {
    const found = await cache.match(await stored({}));
    assert.throws(() => found.headers.set("a", "b"), TypeError);
    const copy = new Response(found.body, found);
    copy.headers.set("a", "b");
    assert.equal(await copy.text(), "hello");
  });
});

describe("Cache.delete", () => {
  it("says whether there was something", async () => {
    const url = await stored({});
    assert.isFalse(await cache.delete(new Request(url, { method: "POST" })));
    assert.isTrue(await cache.delete(url));
    assert.isFalse(await cache.delete(url));
    assert.equal(await cache.match(url), undefined);
  });
});

describe("caches", () => {
  it("is a CacheStorage that scripts cannot make", () => {
    assert.instanceOf(caches, CacheStorage);
    assert.instanceOf(cache, Cache);
    assert.throws(() => new Cache(), TypeError);
    assert.throws(() => new CacheStorage(), TypeError);
  });
  it("opens one cache for one name", async () => {
    const url = fresh();
    await (await caches.open("mine")).put(url, new Response("x"));
    assert.isDefined(await (await caches.open("mine")).match(url));
    assert.equal(await cache.match(url), undefined);
  });
});
