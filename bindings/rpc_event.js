// Methods of this script that another one calls: those of a class that extends WorkerEntrypoint.
// https://developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings/rpc/
import { environment } from "./environment.js";
import { Life, makeContext, WorkerEntrypoint } from "./execution_context.js";
import { functionApply, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, includes, keys } from "./primordials.js";
import { serializePart, serializeThrown } from "./rpc.js";

// https://developers.cloudflare.com/workers/runtime-apis/rpc/reserved-methods/
const reserved = [
  "alarm", "connect", "constructor", "dup", "fetch", "webSocketClose", "webSocketError", "webSocketMessage",
];

const isEntrypoint = (value) => typeof value === "function" && value.prototype instanceof WorkerEntrypoint;

/// True for a script that others may call methods of.
export function hasEntrypoints(exported) {
  for (const name of keys(exported)) if (isEntrypoint(exported[name])) return true;
  return false;
}

function classOf(exported, entrypoint) {
  const name = entrypoint === "" ? "default" : entrypoint;
  if (exported !== null && hasOwn(exported, name) && isEntrypoint(exported[name])) return exported[name];
  throw new TypeError(`The script exports no class "${name}" that extends WorkerEntrypoint: there are no methods.`);
}

/// Of the class and those that it extends. Properties of an instance are its own: they are not looked at, and
/// #private methods cannot be.
function methodOf(main, name) {
  if (includes(reserved, name)) throw new TypeError(`"${name}" is a reserved name and cannot be called by RPC.`);
  for (let one = main.prototype; one !== WorkerEntrypoint.prototype; one = getPrototypeOf(one)) {
    const property = getOwnPropertyDescriptor(one, name);
    if (property === undefined) continue;
    if (typeof property.value === "function") return property.value;
    break;
  }
  throw new TypeError(`The RPC receiver does not implement the method "${name}".`);
}

/// One call. Ends in exactly one native.rpcRespond, then native.eventDone.
export async function answerCall(exported, event, entrypoint, method) {
  const life = new Life(event);
  try {
    const main = classOf(exported, entrypoint);
    const called = methodOf(main, method);
    const values = native.deserialize(native.rpcArguments(event));
    const result = await functionApply(called, new main(makeContext(life), environment()), values);
    native.rpcRespond(event, true, serializePart(result, `${method}(): the result`));
  } catch (error) {
    native.rpcRespond(event, false, serializeThrown(error));
  }
  life.release();
}
