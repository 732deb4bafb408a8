// What edge-run and miniflare are known to answer differently, and why. What stands here must differ.

const rules = [];
/// `names`: "status", "header x", "body", or "body.x" of a JSON object. `where`: { app, path }; without a path it is
/// any. `onlyWords`: both are an error of the same name.
const because = (reason, where, names) =>
  rules.push(...names.map((name) => ({ ...where, name, reason, used: false })));

const toOrigins = { app: "crl_worker" };
because("edge-run tells origins of the client, as Cloudflare does and miniflare does not", toOrigins, [
  "body.headers.cf-connecting-ip", "body.headers.cf-ray", "body.headers.cf-visitor", "body.headers.x-forwarded-for",
  "body.headers.x-forwarded-proto", "body.headers.x-real-ip",
]);
because("miniflare's own client adds headers, which its Workers pass on", toOrigins, [
  "body.headers.accept", "body.headers.accept-encoding", "body.headers.accept-language", "body.headers.mf-cf-blob",
  "body.headers.sec-fetch-mode", "body.headers.user-agent",
]);
because("there is no zone here that the header could name", toOrigins, ["body.headers.cf-worker"]);
because("edge-run keeps the length of a body that it hands on; miniflare sends it in chunks", toOrigins, [
  "body.headers.content-length", "body.headers.transfer-encoding",
]);

const questions = (part, names) =>
  [{ app: "platform", path: `/${part}` }, names.split(" ").map((name) => `body.${name}`)];

because("edge-run follows the Fetch standard", ...questions("request", "methodTrace credentials redirectError"));
because("edge-run follows the Fetch standard", ...questions("response", "statusTextDefault jsonUndefined"));
because("edge-run follows the standard of forms, which ends them with a line",
  ...questions("form", "multipart"));
because("edge-run follows the XMLHttpRequest standard", ...questions("form", "noBlob"));
because("a write of too much, and a close() too early, fail here too, not only what is read",
  ...questions("body", "tooLong tooShort"));
because("Workers have an EventSource client, edge-run has none", ...questions("globals", "names"));
because("edge-run has no HTMLRewriter", ...questions("globals", "rewriter"));

const inOwnWords = (part, names) => {
  const [where, of] = questions(part, names);
  because("the error is the same, and says more of what is wrong", { ...where, onlyWords: true }, of);
};
inOwnWords("headers", "notPairs number string");
inOwnWords("request", "redirectBad clonedUsed");
inOwnWords("body", "badForm brokenForm cloneUsed stringStream");
inOwnWords("url", "relative relativeBase port badAddress patternBad");
inOwnWords("text", "fatal unknown atobBad");
inOwnWords("crypto",
  "floats digestUnknown exportRefused usageRefused badLength noUsages badUsage unknown badSpki badJwk");
inOwnWords("kv", "ttlText noValue noArguments");
inOwnWords("cache", "relative");
inOwnWords("streams", "locked format broken");
inOwnWords("events", "noEvent microtask");
inOwnWords("form", "blobParts");
inOwnWords("fetching", "badRedirect");

export const differences = rules;
