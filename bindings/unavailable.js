// What other Workers runtimes have and this one has not yet, where a script is better told so than left with
// "undefined": code that tests for these names expects a Worker to have them.
const refuse = (name) => { throw new Error(`${name} is not available in edge-run yet`); };

// https://developers.cloudflare.com/workers/runtime-apis/cache/
export const caches = Object.freeze({
  get default() { return refuse("caches.default"); },
  async open() { return refuse("caches.open()"); },
});

export class WebSocketPair {
  constructor() { refuse("WebSocketPair"); }
}

export class HTMLRewriter {
  constructor() { refuse("HTMLRewriter"); }
}
