// What a browser acts upon and a server only keeps: a Request's mode, credentials, cache mode and their like.
// https://fetch.spec.whatwg.org/#requestinit
import { freeze, includes, join, keys } from "./primordials.js";
import { urlParts } from "./url.js";
import { toDOMString, toUSVString } from "./webidl.js";

const values = {
  __proto__: null,
  cache: ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"],
  credentials: ["omit", "same-origin", "include"],
  duplex: ["half"],
  mode: ["navigate", "same-origin", "no-cors", "cors"],
  priority: ["high", "low", "auto"],
  redirect: ["follow", "error", "manual"],
  referrerPolicy: [
    "", "no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin",
    "origin-when-cross-origin", "strict-origin-when-cross-origin", "unsafe-url",
  ],
};

/// One of the values that the standard names for the member.
export function choiceOf(member, value) {
  const text = toDOMString(value);
  if (includes(values[member], text)) return text;
  throw new TypeError(`Request: ${member} "${text}" is none of "${join(values[member], '", "')}".`);
}

export const defaultOptions = freeze({
  cache: "default", credentials: "same-origin", integrity: "", keepalive: false, mode: "cors",
  referrer: "about:client", referrerPolicy: "",
});
const names = [...keys(defaultOptions), "duplex", "priority", "window"];

// There is no page whose address could be told, so a referrer is "no-referrer" or the client.
function referrerOf(value) {
  const text = toUSVString(value);
  if (text === "") return "";
  if (urlParts(text) === null) throw new TypeError(`Request: the referrer "${text}" is no URL.`);
  return "about:client";
}

function optionOf(name, value) {
  if (name === "keepalive") return !!value;
  if (name === "integrity") return toDOMString(value);
  return name === "referrer" ? referrerOf(value) : choiceOf(name, value);
}

/// The options of a new Request: those of `init`, and `base` for the rest.
// DEPARTURE: Cloudflare refuses mode, credentials, referrer and most cache modes; libraries set them everywhere.
export function optionsFrom(init, base) {
  let options = base;
  for (let i = 0; i < names.length; i++) {
    const value = init[names[i]];
    if (value === undefined) continue;
    if (names[i] === "window") {
      if (value !== null) throw new TypeError("Request: window can only be null.");
      continue;
    }
    const option = optionOf(names[i], value);
    if (options[names[i]] !== option) options = { ...options, [names[i]]: option };
  }
  if (options.mode === "navigate") throw new TypeError('Request: mode cannot be "navigate".');
  if (options.cache === "only-if-cached" && options.mode !== "same-origin") {
    throw new TypeError('Request: cache "only-if-cached" needs mode "same-origin".');
  }
  return options;
}

/// What the options ask of the method and the body.
// https://fetch.spec.whatwg.org/#dom-request steps 34 and 39
export function checkOptions({ mode, keepalive }, method, hasStream) {
  if (mode === "no-cors" && !includes(["GET", "HEAD", "POST"], method)) {
    throw new TypeError(`Request: mode "no-cors" allows GET, HEAD and POST, not ${method}.`);
  }
  if (keepalive && hasStream) throw new TypeError("Request: keepalive allows no stream as the body.");
}
