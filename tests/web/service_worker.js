// A script in service-worker syntax: what service_worker.test.js asks.
const atStart = typeof VAR === "undefined" ? "" : VAR;

addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (pathname === "/sync") event.respondWith(new Response(`sync ${atStart}`));
  if (pathname === "/async") event.respondWith(answer(event));
  if (pathname === "/throws") throw new Error("thrown by the listener");
  if (pathname === "/throws-after") {
    event.respondWith(new Response("let in"));
    throw new Error("thrown by the listener");
  }
  if (pathname === "/rejects") event.respondWith(Promise.reject(new Error("rejected")));
  if (pathname === "/nonsense") event.respondWith("text");
  if (pathname === "/twice") {
    event.respondWith(new Response("once"));
    try {
      event.respondWith(new Response("twice"));
    } catch (error) {
      globalThis.lastError = error;
    }
  }
  if (pathname === "/late") {
    event.respondWith(answer(event));
    globalThis.lastEvent = event;
  }
  if (pathname === "/consumed") request.text();
});

async function answer(event) {
  event.waitUntil(Promise.resolve());
  return new Response(`async ${event.type} ${event.request.method}`);
}
