// Calls the script's handler for each request and sends what it returns. Whatever goes wrong is an error for the
// client, never a forward: a policy that fails denies (T85-T87).
import { hasOwn, then } from "./primordials.js";
import { claim, isUsable, NONE, pump, STREAM } from "./body.js";
import { expiringHandlerOf, runExpiring } from "./certificate_expiring.js";
import { configure, environment, showGlobals } from "./environment.js";
import { hasListeners } from "./events.js";
import { callListeners } from "./fetch_event.js";
import { Life, makeContext } from "./execution_context.js";
import { describeError, globalListeners, reportError } from "./report.js";
import { inspect } from "./inspect.js";
import { incomingRequest, receivedRequest, Request } from "./request.js";
import { Response, responseState } from "./response.js";
import { answerCall, hasEntrypoints } from "./rpc_event.js";
import { runScheduled, scheduledHandlerOf } from "./scheduled.js";
import { handOver } from "./web_socket.js";

/// What answers requests: (request, env, context) → Response or a promise of one.
function handlerOf(namespace, entrypoint = "default") {
  const main = namespace?.[entrypoint];
  if (typeof main === "function" && typeof main.prototype?.fetch === "function") {
    return (request, env, context) => new main(context, env).fetch(request);
  }
  if (main && typeof main.fetch === "function") return (request, env, context) => main.fetch(request, env, context);
  return null;
}

/// A bundle of ES modules in CommonJS has their exports in its module.exports, and says so.
const exportsOf = (namespace) => (namespace?.default?.__esModule === true ? namespace.default : namespace);

const noModule = (namespace) => namespace === null || namespace === undefined;
/// What is said where a script has nothing for requests ("fetch") or for crons ("scheduled").
const missing = (namespace, kind) => new Error(
  noModule(namespace) ? `No event listener registered for ${kind} events.`
    : `Handler does not export a ${kind}() function${kind === "fetch" ? "." : ""}`,
);

let handler = null;
let scheduledHandler = null;
let expiringHandler = null;
let exported = null;

/// What answers a service binding that names an entrypoint.
function entrypointOf(name) {
  if (name !== "" && exported !== null && hasOwn(exported, name)) {
    const named = handlerOf(exported, name);
    if (named !== null) return named;
  }
  throw new Error(`The script has no entrypoint "${name}" with a fetch() function.`);
}

/// Called once, after the script's top level ran; null for a script in service-worker syntax.
export function start(loaded) {
  const namespace = exportsOf(loaded);
  configure();
  if (noModule(namespace)) handler = hasListeners(globalListeners, "fetch") ? callListeners : null;
  else {
    showGlobals(false);
    handler = handlerOf(namespace);
    exported = namespace;
  }
  scheduledHandler = scheduledHandlerOf(namespace);
  expiringHandler = expiringHandlerOf(namespace);
  if (scheduledHandler === null && native.hasCrons()) throw missing(namespace, "scheduled");
  if (handler !== null) return;
  if (scheduledHandler === null && (exported === null || !hasEntrypoints(exported))) throw missing(namespace, "fetch");
  handler = () => { throw missing(namespace, "fetch"); };
}

export function scheduledEvent(event, cron, scheduledTime) {
  runScheduled(scheduledHandler, event, cron, scheduledTime);
}

export function expiringEvent(event, facts) {
  runExpiring(expiringHandler, event, facts);
}

/// One call of a method by another script.
export const rpcEvent = (event, entrypoint, method) => answerCall(exported, event, entrypoint, method);

/// One request. Ends in exactly one native.respond or native.respondError, and in native.eventDone where the answer did
/// not say already that nothing follows it.
export function fetchEvent(event, cfNumber, method, url, hasBody, entrypoint) {
  const life = new Life(event);
  let result;
  try {
    const answerer = entrypoint === "" ? handler : entrypointOf(entrypoint);
    result = answerer(incomingRequest(event, cfNumber, method, url, hasBody), environment(), makeContext(life));
    // A Response that is there already needs no promise.
    if (responseState(result) === undefined) return void answerLater(life, result);
    answer(life, result);
  } catch (error) {
    fail(life, error);
  }
  life.release();
}

async function answerLater(life, result) {
  try {
    answer(life, await result);
  } catch (error) {
    fail(life, error);
  }
  life.release();
}

const fail = (life, error) => native.respondError(life.event, "exception", describeError(error));

/// Why a value is no answer; "" for a Response that may be sent.
// https://developers.cloudflare.com/workers/runtime-apis/handlers/fetch/
function problemOf(value) {
  const state = responseState(value);
  if (state === undefined) return `The handler returned ${inspect(value, { depth: 0 })}, which is not a Response`;
  if (state.type !== "error") return "";
  return "Return value from serve handler must not be an error response (like Response.error())";
}

function answer(life, response) {
  const state = responseState(response);
  if (state === undefined || state.type === "error") {
    return native.respondError(life.event, "invalid", problemOf(response));
  }
  const { status, statusText, list, body } = state;
  const base = list === null ? null : list.base;
  const changes = list === null ? "" : list.changes;
  if (state.webSocket !== null) return native.respondWebSocket(life.event, base, changes, handOver(state.webSocket));
  const kind = body === null ? NONE : claim(body);
  if (kind !== STREAM) {
    const { isAtLast } = life;
    native.respond(life.event, status, statusText, base, changes, isAtLast, body === null ? null : body.source);
    if (isAtLast) life.end();
    return;
  }
  const sink = native.sinkOpen(body.length);
  native.respond(life.event, status, statusText, base, changes, false, sink);
  life.hold();
  then(pump(body.stream, sink), () => life.release());
}

/// Calls a script's handler as a client would, for tests: what the script throws or returns wrongly is a 500.
export function makeDispatcher(loaded, env) {
  const namespace = exportsOf(loaded);
  const own = handlerOf(namespace) ?? (hasListeners(globalListeners, "fetch") ? callListeners : null);
  if (own === null) throw new Error("Handler does not export a fetch() function.");
  configure();
  return {
    async fetch(input, init) {
      const request = receivedRequest(new Request(input, init));
      const life = new Life(0);
      try {
        const response = await own(request, env ?? environment(), makeContext(life));
        const problem = problemOf(response) || problemOfBody(response);
        if (problem === "") return response;
        reportError(new TypeError(problem));
      } catch (error) {
        reportError(error);
      }
      return new Response("error code: 1101", { status: 500 });
    },
  };
}

function problemOfBody(response) {
  const { body } = responseState(response);
  return body === null || isUsable(body) ? "" : "The Response's body has already been used.";
}
