// What becomes of exceptions that nobody caught: an event for the script, then a line in the log.
// https://html.spec.whatwg.org/multipage/webappapis.html#report-the-exception
import {
  defineHandler, dispatch, ErrorEvent, EventTarget, PromiseRejectionEvent, reportExceptionsWith,
} from "./events.js";
import { functionApply, resolved, then } from "./primordials.js";
import { inspect } from "./inspect.js";
import { requireArguments, toFunction } from "./webidl.js";

/// The listeners of the global object.
export const globalListeners = new EventTarget();

/// An error as the log shows it: its stack, or whatever was thrown.
export function describeError(error) {
  try {
    return inspect(error);
  } catch {
    return "an exception that cannot be shown";
  }
}

const shortMessage = (error) => {
  try {
    return `${error}`;
  } catch {
    return "an exception that cannot be shown";
  }
};

let reporting = false;

/// The global reportError(); timers, listeners and microtasks report here too.
export function reportError(error) {
  if (arguments.length === 0) requireArguments(0, 1, "reportError()");
  // A listener for "error" that throws is not told of itself.
  if (!reporting) {
    reporting = true;
    try {
      const event = new ErrorEvent("error", { message: `Uncaught ${shortMessage(error)}`, error, cancelable: true });
      if (!dispatch(globalListeners, event, globalThis)) return;
    } finally {
      reporting = false;
    }
  }
  native.reportError(`Uncaught ${describeError(error)}`);
}
reportExceptionsWith(reportError);

// https://html.spec.whatwg.org/multipage/webappapis.html#unhandled-promise-rejections
export function unhandledRejection(reason, promise) {
  const event = new PromiseRejectionEvent("unhandledrejection", { reason, promise, cancelable: true });
  if (!dispatch(globalListeners, event, globalThis)) return;
  native.reportError(`Uncaught (in promise) ${describeError(reason)}`);
}

/// A promise that was reported has got a handler after all.
export function rejectionHandled(reason, promise) {
  dispatch(globalListeners, new PromiseRejectionEvent("rejectionhandled", { reason, promise }), globalThis);
}

// https://html.spec.whatwg.org/multipage/webappapis.html#onerroreventhandler
function invokeOnError(handler, event) {
  const { message, filename, lineno, colno, error } = event;
  if (functionApply(handler, globalThis, [message, filename, lineno, colno, error]) === true) event.preventDefault();
}

/// onerror, onunhandledrejection and onrejectionhandled of the global object.
export function defineGlobalHandlers() {
  defineHandler(globalThis, "error", undefined, invokeOnError);
  defineHandler(globalThis, "unhandledrejection");
  defineHandler(globalThis, "rejectionhandled");
}

// https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#dom-queuemicrotask
// V8 offers scripts no microtask of their own; the job of a resolved promise is one.
export function queueMicrotask(callback) {
  toFunction(callback, "queueMicrotask(): the callback");
  then(resolved(), () => {
    try {
      callback();
    } catch (error) {
      reportError(error);
    }
  });
}
