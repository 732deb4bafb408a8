// `env`: variables and other bindings of the configuration. Scripts in service-worker syntax see them as globals.
// https://developers.cloudflare.com/workers/runtime-apis/bindings/
import { defineProperty, jsonParse, keys } from "./primordials.js";
import { fetcher, service } from "./fetcher.js";
import { kvNamespace } from "./kv.js";
import { rateLimit } from "./rate_limit.js";

// By the kinds of rows that native.environment() gives.
const makers = {
  __proto__: null, var: (text) => text, json: (text) => jsonParse(text), kv: kvNamespace, fetcher, service, rateLimit,
};

let bindings = null;

/// Reads the configuration, once, and shows it as globals: nobody knows yet which syntax the script has. Called
/// before the script runs.
export function configure() {
  if (bindings !== null) return;
  bindings = {};
  const rows = native.environment();
  for (let i = 0; i < rows.length; i += 3) {
    const [kind, name, value] = [rows[i], rows[i + 1], rows[i + 2]];
    const binding = makers[kind](value);
    defineProperty(bindings, name, { value: binding, writable: true, enumerable: true, configurable: true });
  }
  showGlobals(true);
}

/// The globals of service-worker syntax; a module has `env` instead. What is a global already stays what it is.
export function showGlobals(shown) {
  for (const name of keys(bindings)) {
    if (shown && !(name in globalThis)) {
      defineProperty(globalThis, name, { value: bindings[name], writable: true, enumerable: true, configurable: true });
    } else if (!shown && globalThis[name] === bindings[name]) {
      delete globalThis[name];
    }
  }
}

export function environment() {
  if (bindings === null) configure();
  return bindings;
}
