// node:util: formatting, promises out of callbacks, and what a value is.
// https://nodejs.org/api/util.html
import assert from "node:assert";
import { format as formatValues, inspect as show } from "../../inspect.js";
import { invalidType } from "../../node_errors.js";
import * as types from "node:util/types";

const { TextDecoder, TextEncoder } = globalThis;

function requireFunction(value, name) {
  if (typeof value !== "function") throw invalidType(name, "of type function", value);
}

// --- text ----------------------------------------------------------------------------------------------------------

const customInspect = Symbol.for("nodejs.util.inspect.custom");

/// `options`: {depth, customInspect}; the older form (value, showHidden, depth) is understood.
export function inspect(value, options, depthOfOld) {
  const given = typeof options === "object" && options !== null ? options : { depth: depthOfOld };
  const { depth = inspect.defaultOptions.depth, customInspect: asks = true } = given;
  if (asks && typeof value?.[customInspect] === "function" && value[customInspect] !== inspect) {
    const shown = value[customInspect](depth ?? Infinity, { ...inspect.defaultOptions, ...given }, inspect);
    if (shown !== value) return typeof shown === "string" ? shown : inspect(shown, given);
  }
  return show(value, { depth: depth ?? Infinity });
}
inspect.custom = customInspect;
inspect.defaultOptions = { depth: 2, customInspect: true };

export const format = (...values) => formatValues(values);
export const formatWithOptions = (options, ...values) => formatValues(values);

// https://nodejs.org/api/util.html#utilstripvtcontrolcharactersstr
const controlSequences = /[\u001b\u009b][[\]()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~]/g;
export function stripVTControlCharacters(text) {
  if (typeof text !== "string") throw invalidType("str", "of type string", text);
  return text.replace(controlSequences, "");
}

export const toUSVString = (value) => `${value}`.toWellFormed();

// --- functions -----------------------------------------------------------------------------------------------------

const customPromisify = Symbol.for("nodejs.util.promisify.custom");

// https://nodejs.org/api/util.html#utilpromisifyoriginal
export function promisify(original) {
  requireFunction(original, "original");
  if (original[customPromisify]) {
    const custom = original[customPromisify];
    requireFunction(custom, "util.promisify.custom");
    return Object.defineProperty(custom, customPromisify, { value: custom, configurable: true });
  }
  function promised(...values) {
    return new Promise((resolve, reject) => {
      original.call(this, ...values, (error, value) => (error ? reject(error) : resolve(value)));
    });
  }
  Object.setPrototypeOf(promised, Object.getPrototypeOf(original));
  Object.defineProperty(promised, customPromisify, { value: promised, configurable: true });
  return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(original));
}
promisify.custom = customPromisify;

// https://nodejs.org/api/util.html#utilcallbackifyoriginal
export function callbackify(original) {
  requireFunction(original, "original");
  return function (...values) {
    const callback = values.pop();
    requireFunction(callback, "last argument");
    const failed = (reason) => reason || Object.assign(new Error("Promise was rejected with a falsy value"),
      { code: "ERR_FALSY_VALUE_REJECTION", reason });
    original.apply(this, values).then(
      (value) => queueMicrotask(() => callback.call(this, null, value)),
      (reason) => queueMicrotask(() => callback.call(this, failed(reason))),
    );
  };
}

const warned = new Set();
// https://nodejs.org/api/util.html#utildeprecatefn-msg-code
export function deprecate(original, message, code) {
  requireFunction(original, "fn");
  let isTold = false;
  return function (...values) {
    if (!isTold && !(code && warned.has(code))) {
      console.warn(`DeprecationWarning: ${code ? `[${code}] ` : ""}${message}`);
    }
    isTold = true;
    warned.add(code);
    return new.target ? Reflect.construct(original, values, new.target) : original.apply(this, values);
  };
}

export function inherits(constructor, parent) {
  requireFunction(constructor, "ctor");
  requireFunction(parent, "superCtor");
  Object.defineProperty(constructor, "super_", { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

/// There is no NODE_DEBUG here, so nothing is ever logged.
export function debuglog() {
  return Object.assign(() => {}, { enabled: false });
}
export { debuglog as debug };

// https://nodejs.org/api/util.html#utilabortedsignal-resource
export const aborted = (signal) => new Promise((resolve) => {
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
});

// --- values --------------------------------------------------------------------------------------------------------

// https://nodejs.org/api/util.html#utilisdeepstrictequalval1-val2
export function isDeepStrictEqual(left, right) {
  try {
    assert.deepStrictEqual(left, right);
    return true;
  } catch (error) {
    if (error.code === "ERR_ASSERTION") return false;
    throw error;
  }
}

export const { isArray } = Array;

export { TextDecoder, TextEncoder, types };
export default {
  aborted, callbackify, debug: debuglog, debuglog, deprecate, format, formatWithOptions, inherits, inspect, isArray,
  isDeepStrictEqual, promisify, stripVTControlCharacters, TextDecoder, TextEncoder, toUSVString, types,
};
