// The groups of web-platform-tests that are run, and our targets: the best that workerd, deno and Node.js reach.

/// `paths` are folders of the suite; `target` is what the best of the three passes and how many subtests it ran. The
/// first seven are in complete checkouts of web-platform-tests alone (EDGE_WPT names one) and left out without.
export const groups = [
  { name: "fetch headers", paths: ["fetch/api/headers"], target: "102/142" },
  { name: "fetch request", paths: ["fetch/api/request"], target: "183/323" },
  { name: "fetch response", paths: ["fetch/api/response"], target: "188/223" },
  { name: "fetch body", paths: ["fetch/api/body"], target: "23/23" },
  { name: "data URLs", paths: ["fetch/data-urls"], target: "146/154" },
  { name: "formdata", paths: ["xhr/formdata"], target: "39/39" },
  { name: "mimesniff", paths: ["mimesniff"], target: "1285/1898" },
  { name: "url", paths: ["url"], target: "2023/2048" },
  { name: "urlpattern", paths: ["urlpattern"], target: "740/799" },
  { name: "encoding", paths: ["encoding"], target: "11624/11651" },
  { name: "streams", paths: ["streams"], target: "1102/1119" },
  { name: "compression", paths: ["compression"], target: "299/317" },
  { name: "structured-clone", paths: ["html/webappapis/structured-clone"], target: "107/107" },
  {
    name: "timers, atob, microtask",
    paths: ["html/webappapis/timers", "html/webappapis/atob", "html/webappapis/microtask-queuing"],
    target: "298/299",
  },
  { name: "blob + file", paths: ["FileAPI"], target: "304/350" },
  { name: "console + hr-time", paths: ["console", "hr-time"], target: "30/32" },
  { name: "abort", paths: ["dom/abort"], target: "35/35" },
  { name: "events", paths: ["dom/events"], target: "38/41" },
  { name: "webidl", paths: ["webidl"], target: "" },
  { name: "wasm/jsapi", paths: ["wasm/jsapi"], target: "567/597" },
  { name: "webcrypto", paths: ["WebCryptoAPI"], target: "29128/29832" },
];
