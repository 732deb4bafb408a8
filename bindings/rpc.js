// Methods of other scripts, as the script that calls them sees them: env.SERVICE.method(...).
// https://developers.cloudflare.com/workers/runtime-apis/rpc/
import { DOMException } from "./dom_exception.js";
import { defineProperty } from "./primordials.js";
import { serialize } from "./structured_clone.js";

const errorClasses = {
  __proto__: null, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError,
};

/// Functions, streams and objects of the platform stay where they are; `what` says of what they are a part.
export function serializePart(value, what) {
  try {
    return serialize(value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new DOMException(`${what} cannot cross to another script: ${error.message}`, "DataCloneError");
  }
}

/// The bytes that thrownValue() reads. Of an error its name and message cross, its stack does not.
export function serializeThrown(error) {
  try {
    if (!(error instanceof Error)) return serialize({ value: error });
    return serialize({ dom: error instanceof DOMException, name: `${error.name}`, message: `${error.message}` });
  } catch {
    return serialize({ dom: false, name: "Error", message: "an exception that cannot cross to another script" });
  }
}

function thrownValue(bytes) {
  const { dom, name, message, value } = native.deserialize(bytes);
  if (name === undefined) return value;
  const error = dom ? new DOMException(message, name) : new (errorClasses[name] ?? Error)(message);
  if (error.name !== name) defineProperty(error, "name", { value: name, writable: true, configurable: true });
  // As Cloudflare marks what was thrown elsewhere.
  return defineProperty(error, "remote", { value: true, writable: true, enumerable: true, configurable: true });
}

async function call(binding, method, values) {
  const bytes = serializePart(values, `${binding}.${method}(): an argument`);
  const [hasReturned, answer] = await native.rpcCall(binding, method, bytes);
  if (!hasReturned) throw thrownValue(answer);
  return native.deserialize(answer);
}

/// What stands behind `own`, a prototype: every other name is a method of the other script. `then` is none, or a
/// binding that is awaited would be called; nor is `toJSON`.
export const methodsBehind = (own, binding) => new Proxy({ __proto__: own }, {
  __proto__: null,
  get(target, name, receiver) {
    if (typeof name === "symbol" || name in target) return Reflect.get(target, name, receiver);
    if (name === "then" || name === "toJSON") return undefined;
    return (...values) => call(binding, name, values);
  },
});
