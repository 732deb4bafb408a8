// WebAssembly.compileStreaming and instantiateStreaming: a module out of a Response.
// https://webassembly.github.io/spec/web-api/#streaming-modules
import { defineProperty, keys, resolved } from "./primordials.js";
import { extractMimeType } from "./mime_type.js";
import { responseState } from "./response.js";

// https://webassembly.github.io/spec/web-api/#compile-a-potential-webassembly-response
async function bytesOf(source) {
  const response = await resolved(source);
  if (responseState(response) === undefined) throw new TypeError("WebAssembly: the source is no Response.");
  const type = extractMimeType(response.headers.get("content-type"));
  if (type?.essence !== "application/wasm" || type.parameters.size > 0) {
    throw new TypeError('WebAssembly: the response has not the type "application/wasm".');
  }
  if (!response.ok) throw new TypeError(`WebAssembly: the response has the status ${response.status}.`);
  return response.arrayBuffer();
}

/// V8 makes the namespace when a Realm begins, so the snapshot cannot hold it.
export function addWasmStreaming() {
  const { compile, instantiate } = WebAssembly;
  const streaming = {
    async compileStreaming(source) { return compile(await bytesOf(source)); },
    async instantiateStreaming(source, imports = undefined) { return instantiate(await bytesOf(source), imports); },
  };
  for (const name of keys(streaming)) {
    const method = { value: streaming[name], writable: true, enumerable: true, configurable: true };
    defineProperty(WebAssembly, name, method);
  }
}
