// The scheduled handler: runs when a time has come that the site's crons name.
// https://developers.cloudflare.com/workers/runtime-apis/handlers/scheduled/
import { dispatch, hasListeners } from "./events.js";
import { environment } from "./environment.js";
import { Life, lifeOf, makeContext } from "./execution_context.js";
import { ExtendableEvent, making } from "./fetch_event.js";
import { describeError, globalListeners } from "./report.js";
import { defineInterface } from "./webidl.js";

class ScheduledController {
  type = "scheduled";
  constructor(cron, scheduledTime) {
    this.cron = cron;
    this.scheduledTime = scheduledTime;
  }
  // A run that failed is not repeated here in any case.
  noRetry() {}
}
defineInterface(ScheduledController);

export class ScheduledEvent extends ExtendableEvent {
  #controller;
  constructor(type, token, life, controller) {
    super(type, token, life);
    this.#controller = controller;
  }
  get cron() { return this.#controller.cron; }
  get scheduledTime() { return this.#controller.scheduledTime; }
  noRetry() { this.#controller.noRetry(); }
}
defineInterface(ScheduledEvent);

function callListeners(controller, env, context) {
  const errors = [];
  const event = new ScheduledEvent("scheduled", making, lifeOf(context), controller);
  dispatch(globalListeners, event, globalThis, (error) => { errors[errors.length] = error; });
  if (errors.length > 0) throw errors[0];
}

/// What runs: (controller, env, context); null where the script has nothing for it.
export function scheduledHandlerOf(namespace) {
  const main = namespace?.default;
  if (typeof main === "function" && typeof main.prototype?.scheduled === "function") {
    return (controller, env, context) => new main(context, env).scheduled(controller);
  }
  if (main && typeof main.scheduled === "function") {
    return (controller, env, context) => main.scheduled(controller, env, context);
  }
  return hasListeners(globalListeners, "scheduled") ? callListeners : null;
}

/// One run. It has ended well when the handler and all that it handed to waitUntil() have; C++ hears of it by
/// native.respond or native.respondError.
export async function runScheduled(handler, event, cron, scheduledTime) {
  const life = new Life(event, () => native.respond(event, 204, "", null, "", false, null));
  try {
    if (handler === null) throw new Error("Handler does not export a scheduled() function");
    await handler(new ScheduledController(cron, scheduledTime), environment(), makeContext(life));
  } catch (error) {
    native.respondError(event, "exception", describeError(error));
  }
  life.release();
}
