// The handler for certificates that expire soon: a script does with an alert what a webhook would.
import { dispatch, hasListeners } from "./events.js";
import { environment } from "./environment.js";
import { Life, lifeOf, makeContext } from "./execution_context.js";
import { ExtendableEvent, making } from "./fetch_event.js";
import { freeze, jsonParse } from "./primordials.js";
import { describeError, globalListeners } from "./report.js";
import { defineInterface } from "./webidl.js";

export class CertificateExpiringEvent extends ExtendableEvent {
  #alert;
  constructor(type, token, life, alert) {
    super(type, token, life);
    this.#alert = alert;
  }
  get alert() { return this.#alert; }
}
defineInterface(CertificateExpiringEvent);

function callListeners(alert, env, context) {
  const errors = [];
  const event = new CertificateExpiringEvent("certificateexpiring", making, lifeOf(context), alert);
  dispatch(globalListeners, event, globalThis, (error) => { errors[errors.length] = error; });
  if (errors.length > 0) throw errors[0];
}

/// What runs: (alert, env, context); null where the script has nothing for it.
export function expiringHandlerOf(namespace) {
  const main = namespace?.default;
  if (typeof main === "function" && typeof main.prototype?.certificateExpiring === "function") {
    return (alert, env, context) => new main(context, env).certificateExpiring(alert);
  }
  if (main && typeof main.certificateExpiring === "function") {
    return (alert, env, context) => main.certificateExpiring(alert, env, context);
  }
  return hasListeners(globalListeners, "certificateexpiring") ? callListeners : null;
}

/// One alert, as JSON. It has ended well when the handler and all that it handed to waitUntil() have; C++ hears of it
/// by native.respond or native.respondError.
export async function runExpiring(handler, event, facts) {
  const life = new Life(event, () => native.respond(event, 204, "", null, "", false, null));
  try {
    if (handler !== null) await handler(freeze(jsonParse(facts)), environment(), makeContext(life));
  } catch (error) {
    native.respondError(event, "exception", describeError(error));
  }
  life.release();
}
