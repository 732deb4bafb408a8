// console: text for the log, one line group per call.
// https://console.spec.whatwg.org/
import {
  append, includes, indexIn, isArray, join, keys, mapDelete, mapGet, mapHas, mapSet, max, padEnd, repeat,
  replaceAll, slice, substring,
} from "./primordials.js";
import { format, inspect, showStacksWith } from "./inspect.js";
import { isObject, toDOMString } from "./webidl.js";

const { captureStackTrace } = Error;
const engineConsole = globalThis.console;
let indent = "";
showStacksWith((stack) => native.originalStack(stack));
const counts = new Map();
const timers = new Map();

function write(level, text) {
  native.log(level, indent === "" ? text : indent + replaceAll(text, "\n", `\n${indent}`));
}

const printer = (level) => (...values) => write(level, format(values));

function elapsed(label) {
  const milliseconds = native.now() - mapGet(timers, label);
  return `${label}: ${milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(3)}s` : `${milliseconds.toFixed(3)}ms`}`;
}

function knownTimer(label, where) {
  if (mapHas(timers, label)) return true;
  write("warn", `console.${where}(): there is no timer "${label}"`);
  return false;
}

// https://console.spec.whatwg.org/#table
function table(rows = undefined, columns = undefined) {
  if (!isObject(rows)) return write("info", format([rows]));
  const names = keys(rows);
  const heads = ["(index)"];
  let plainValues = false;
  for (let i = 0; i < names.length; i++) {
    const row = rows[names[i]];
    if (!isObject(row)) {
      plainValues = true;
      continue;
    }
    const own = isArray(columns) ? columns : keys(row);
    for (let k = 0; k < own.length; k++) if (!includes(heads, own[k], 1)) append(heads, own[k]);
  }
  const width = heads.length;
  if (plainValues) append(heads, "Values");
  const lines = [heads];
  for (let i = 0; i < names.length; i++) {
    const row = rows[names[i]];
    const line = [names[i]];
    for (let k = 1; k < width; k++) {
      append(line, isObject(row) && heads[k] in row ? inspect(row[heads[k]], { depth: 0 }) : "");
    }
    if (plainValues) append(line, isObject(row) ? "" : inspect(row));
    append(lines, line);
  }
  return write("info", drawn(lines));
}

function drawn(lines) {
  const widths = [];
  for (let k = 0; k < lines[0].length; k++) {
    widths[k] = 0;
    for (let i = 0; i < lines.length; i++) widths[k] = max(widths[k], `${lines[i][k]}`.length);
  }
  const rule = (left, middle, right) => {
    const parts = [];
    for (let k = 0; k < widths.length; k++) append(parts, repeat("─", widths[k] + 2));
    return left + join(parts, middle) + right;
  };
  const result = [rule("┌", "┬", "┐")];
  for (let i = 0; i < lines.length; i++) {
    const cells = [];
    for (let k = 0; k < widths.length; k++) append(cells, ` ${padEnd(`${lines[i][k]}`, widths[k])} `);
    append(result, `│${join(cells, "│")}│`);
    if (i === 0) append(result, rule("├", "┼", "┤"));
  }
  append(result, rule("└", "┴", "┘"));
  return join(result, "\n");
}

// https://console.spec.whatwg.org/#console-namespace: its prototype is an empty object of its own.
export const console = {
  __proto__: {},
  log: printer("info"),
  info: printer("info"),
  debug: printer("debug"),
  warn: printer("warn"),
  error: printer("error"),
  trace(...values) {
    const holder = {};
    captureStackTrace(holder, console.trace);
    const text = format(values);
    const stack = native.originalStack(holder.stack);
    const at = indexIn(stack, "\n");
    write("info", `Trace${text === "" ? "" : `: ${text}`}${at < 0 ? "" : substring(stack, at)}`);
  },
  assert(condition = false, ...values) {
    if (condition) return;
    if (typeof values[0] === "string") write("error", format([`Assertion failed: ${values[0]}`, ...slice(values, 1)]));
    else write("error", format(values.length === 0 ? ["Assertion failed"] : ["Assertion failed:", ...values]));
  },
  dir(value = undefined, options = undefined) {
    write("info", inspect(value, { depth: options?.depth ?? undefined }));
  },
  dirxml: printer("info"),
  table,
  group(...values) {
    if (values.length > 0) write("info", format(values));
    indent += "  ";
  },
  groupCollapsed(...values) { console.group(...values); },
  groupEnd() { indent = substring(indent, 2); },
  count(label = "default") {
    const name = toDOMString(label);
    const count = (mapGet(counts, name) ?? 0) + 1;
    mapSet(counts, name, count);
    write("info", `${name}: ${count}`);
  },
  countReset(label = "default") { mapDelete(counts, toDOMString(label)); },
  time(label = "default") {
    const name = toDOMString(label);
    if (mapHas(timers, name)) write("warn", `console.time(): the timer "${name}" is running already`);
    else mapSet(timers, name, native.now());
  },
  timeLog(label = "default", ...values) {
    const name = toDOMString(label);
    if (knownTimer(name, "timeLog")) write("info", format([elapsed(name), ...values]));
  },
  timeEnd(label = "default") {
    const name = toDOMString(label);
    if (!knownTimer(name, "timeEnd")) return;
    write("info", elapsed(name));
    mapDelete(timers, name);
  },
  clear() {},
  profile() {},
  profileEnd() {},
  timeStamp() {},
};
Object.defineProperty(console, Symbol.toStringTag, { value: "console", configurable: true });

/// Debuggers learn of calls by the console of V8: `join(theirs, ours)` gives a function that calls both.
export function showConsole(join) {
  const names = keys(console);
  for (let i = 0; i < names.length; i++) {
    if (names[i] in engineConsole) console[names[i]] = join(engineConsole[names[i]], console[names[i]]);
  }
}
