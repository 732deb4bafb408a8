// What keys, KV and the Cache API answer.
import { bytes, text, told } from "./questions.js";

const { subtle } = crypto;
const hmacKey = (raw, usage) =>
  subtle.importKey("raw", bytes(...raw), { name: "HMAC", hash: "SHA-256" }, true, [usage]);
const p256 = { name: "ECDSA", namedCurve: "P-256" };
const earlier = "Mon, 01 Jan 2024 00:00:00 GMT";
const later = "Tue, 02 Jan 2024 00:00:00 GMT";

export const ofStores = {
  kv: (_, { STORE }) => ({
    missing: () => STORE.get("no"),
    missingMetadata: () => STORE.getWithMetadata("no"),
    emptyKey: () => STORE.get(""),
    dot: () => STORE.get("."),
    dots: () => STORE.put("..", "a"),
    longKey: () => STORE.get("a".repeat(513)),
    longPut: () => STORE.put("ü".repeat(257), "a"),
    put: () => STORE.put("a", "b", { metadata: { c: [1] } }),
    get: () => STORE.getWithMetadata("a"),
    json: () => STORE.get("a", "json"),
    buffer: async () => [...new Uint8Array(await STORE.get("a", "arrayBuffer"))],
    stream: async () => text(await STORE.get("a", "stream")),
    badType: () => STORE.get("a", "no"),
    ttl: () => STORE.put("a", "b", { expirationTtl: 30 }),
    ttlZero: () => STORE.put("a", "b", { expirationTtl: 0 }),
    ttlText: () => STORE.put("a", "b", { expirationTtl: "no" }),
    past: async () => (await told(() => STORE.put("a", "b", { expiration: 1 }))).replace(/\d+/g, "N"),
    badValue: () => STORE.put("a", 5),
    badObject: () => STORE.put("a", {}),
    noValue: () => STORE.put("a"),
    metadata: () => STORE.put("a", "b", { metadata: "a".repeat(1025) }),
    cacheTtl: () => STORE.get("a", { cacheTtl: 10 }),
    limit: () => STORE.list({ limit: 1001 }),
    limitZero: () => STORE.list({ limit: 0 }),
    list: async () => {
      for (const key of ["p:é", "p:z", "p:Z", "p:\u{1f511}", "p:\uffff"]) await STORE.put(key, "1");
      return (await STORE.list({ prefix: "p:" })).keys.map(({ name }) => name);
    },
    listed: () => STORE.list({ prefix: "a" }),
    page: async () => {
      const { list_complete, cursor, keys } = await STORE.list({ prefix: "p:", limit: 2 });
      return [list_complete, typeof cursor, keys.length, (await STORE.list({ prefix: "p:", cursor })).keys.length];
    },
    many: async () => [...await STORE.get(["a", "no"])],
    tooMany: () => STORE.get(Array.from({ length: 101 }, (_, i) => `${i}`)),
    noneOfMany: async () => [...await STORE.get([])],
    deleteMissing: () => STORE.delete("no"),
    delete: async () => [await STORE.delete("a"), await STORE.get("a")],
    noArguments: () => STORE.get(),
  }),
  cache: () => {
    const at = "https://cache.example/a";
    const kept = (headers, init) => new Response("body", { headers, ...init });
    const cached = { "cache-control": "max-age=60" };
    return {
      missing: () => caches.default.match("https://cache.example/none"),
      relative: () => caches.default.match("/a"),
      post: () => caches.default.put(new Request(at, { method: "POST", body: "a" }), kept(cached)),
      partial: () => caches.default.put(at, kept(cached, { status: 206 })),
      varyAll: () => caches.default.put(at, kept({ ...cached, vary: "*" })),
      put: () => caches.default.put(at, kept({ ...cached, etag: '"1"', "last-modified": earlier })),
      match: async () => (await caches.default.match(at)).text(),
      status: async () => (await caches.default.match(at)).headers.get("cf-cache-status"),
      etag: async () => (await caches.default.match(new Request(at, { headers: { "if-none-match": 'W/"1"' } })))
        .status,
      since: async () =>
        (await caches.default.match(new Request(at, { headers: { "if-modified-since": later } }))).status,
      range: async () => {
        const found = await caches.default.match(new Request(at, { headers: { range: "bytes=1-2" } }));
        return [found.status, found.headers.get("content-range"), await found.text()];
      },
      postMatch: async () => await caches.default.match(new Request(at, { method: "POST" })) === undefined,
      ignoreMethod: async () => (await caches.default.match(new Request(at, { method: "POST" }),
        { ignoreMethod: true })).status,
      delete: async () => [await caches.default.delete(at), await caches.default.delete(at)],
      noStore: async () => {
        await caches.default.put(at, kept({ "cache-control": "no-store" }));
        return await caches.default.match(at) === undefined;
      },
      cookie: async () => {
        await caches.default.put(at, kept({ ...cached, "set-cookie": "a=b" }));
        return await caches.default.match(at) === undefined;
      },
      named: async () => {
        await (await caches.open("other")).put(at, kept(cached));
        return [await caches.default.match(at) === undefined, (await (await caches.open("other")).match(at)).status];
      },
      used: async () => {
        const response = kept(cached);
        await response.text();
        return caches.default.put(at, response);
      },
    };
  },
  crypto: () => ({
    tooMany: () => crypto.getRandomValues(new Uint8Array(65537)),
    floats: () => crypto.getRandomValues(new Float32Array(1)),
    timing: () => subtle.timingSafeEqual(bytes(1), bytes(1, 2)),
    timingTrue: () => subtle.timingSafeEqual(bytes(1), bytes(1)),
    md5: async () => [...new Uint8Array(await subtle.digest("MD5", bytes(1)))],
    sha: async () => new Uint8Array(await subtle.digest({ name: "sha-256" }, bytes(1))).length,
    digestUnknown: () => subtle.digest("SHA-9", bytes(1)),
    digestStream: async () => {
      const stream = new crypto.DigestStream("SHA-1");
      const writer = stream.getWriter();
      await writer.write(bytes(1));
      await writer.close();
      return [(await stream.digest).byteLength, `${stream.bytesWritten}`];
    },
    uuid: () => crypto.randomUUID().length,
    exportRefused: async () => {
      const key = await subtle.generateKey({ name: "AES-GCM", length: 128 }, false, ["encrypt"]);
      return subtle.exportKey("raw", key);
    },
    usageRefused: async () => {
      const key = await subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]);
      return subtle.decrypt({ name: "AES-GCM", iv: bytes(1) }, key, bytes(1));
    },
    badLength: () => subtle.generateKey({ name: "AES-GCM", length: 100 }, true, ["encrypt"]),
    noUsages: () => subtle.generateKey({ name: "AES-GCM", length: 128 }, true, []),
    badUsage: () => subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["sign"]),
    unknown: () => subtle.generateKey({ name: "NO" }, true, ["sign"]),
    hmac: async () => {
      const key = await hmacKey([1], "sign");
      const { name, hash, length } = key.algorithm;
      const signature = await subtle.sign("HMAC", key, bytes(1));
      return [key.type, key.extractable, key.usages, name, hash, length, signature.byteLength];
    },
    jwk: async () => {
      const key = await hmacKey([1, 2], "sign");
      return subtle.exportKey("jwk", key);
    },
    verify: async () => {
      const key = await hmacKey([1], "verify");
      return subtle.verify("HMAC", key, bytes(1), bytes(1));
    },
    ed25519: async () => {
      const { publicKey, privateKey } = await subtle.generateKey("Ed25519", true, ["sign", "verify"]);
      const signature = await subtle.sign("Ed25519", privateKey, bytes(1));
      const verifies = await subtle.verify("Ed25519", publicKey, signature, bytes(1));
      return [publicKey.algorithm, signature.byteLength, verifies];
    },
    badSpki: () => subtle.importKey("spki", bytes(1), p256, true, ["verify"]),
    badJwk: () => subtle.importKey("jwk", { kty: "EC" }, p256, true, ["verify"]),
  }),
};
