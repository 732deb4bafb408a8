// Shows any value as text for people: console.log and uncaught errors.
import {
  append, contains, exec, functionApply, getOwnPropertyDescriptor, getPrototypeOf, includes, indexOf, isArray,
  isView, join, jsonStringify, lowerCase, mapEach, matches, ownKeys, repeat, replaceAll, setEach, substring,
  toISOString, typedArrayTag,
} from "./primordials.js";
import { isArrayBuffer, viewOf } from "./webidl.js";

const limits = { depth: 4, elements: 100, properties: 200, text: 10_000, line: 76, indexedKeys: 100_000 };
const errorString = Error.prototype.toString;
const functionString = Function.prototype.toString;
const regExpString = RegExp.prototype.toString;
const symbolString = Symbol.prototype.toString;
const identifier = /^[A-Za-z_$][\w$]*$/;
const bareStringQuoted = /['\n\r\t\\\0-\x1f\x7f]/;

/// `depth` counts levels of nesting that are shown.
export function inspect(value, { depth = limits.depth } = {}) {
  return show(value, { depth, ancestors: [], circular: null }, 0);
}

function show(value, state, level) {
  switch (typeof value) {
    case "string": return level === 0 ? quote(value) : quote(shortened(value));
    case "bigint": return `${value}n`;
    case "symbol": return functionApply(symbolString, value, []);
    case "number": return Object.is(value, -0) ? "-0" : `${value}`;
    case "function": return showObject(value, state, level);
    case "object": return value === null ? "null" : showObject(value, state, level);
    default: return `${value}`;
  }
}

function shortened(text) {
  const rest = text.length - limits.text;
  return rest <= 0 ? text : `${substring(text, 0, limits.text)}... ${rest} more characters`;
}

function quote(text) {
  if (!matches(bareStringQuoted, text)) return `'${text}'`;
  const json = jsonStringify(text);
  if (contains(text, "'") && !contains(text, '"')) return json;
  return `'${replaceAll(replaceAll(substring(json, 1, -1), '\\"', '"'), "'", "\\'")}'`;
}

// Values that say themselves what they are; nothing means "an object like others".
function showKind(value, state, level) {
  if (typeof value === "function") return showFunction(value);
  if (value instanceof Error) return showError(value, state, level);
  if (value instanceof RegExp) return functionApply(regExpString, value, []);
  if (value instanceof Date) return showDate(value);
  return undefined;
}

function showDate(date) {
  try {
    return toISOString(date);
  } catch {
    return "Invalid Date";
  }
}

function showFunction(value) {
  const source = functionApply(functionString, value, []);
  const kind = exec(/^class\b/, source) ? "class" : exec(/^async\b/, source) ? "AsyncFunction" : "Function";
  const name = typeof value.name === "string" && value.name !== "" ? value.name : "";
  if (kind !== "class") return `[${kind}${name ? `: ${name}` : " (anonymous)"}]`;
  const parent = getPrototypeOf(value);
  const extending = typeof parent === "function" && parent.name ? ` extends ${parent.name}` : "";
  return `[class ${name || "(anonymous)"}${extending}]`;
}

let shownStack = (stack) => stack;
/// For those who know the places of the files that the author wrote.
export function showStacksWith(show) {
  shownStack = show;
}

function showError(error, state, level) {
  const title = functionApply(errorString, error, []);
  let text = typeof error.stack === "string" && error.stack !== "" ? shownStack(error.stack) : `[${title}]`;
  // A stack is made with the error; a name or message that was changed later is shown all the same.
  if (!contains(text, title)) text = `${title}\n${text}`;
  const indent = repeat("  ", level);
  if (level > 0) text = replaceAll(text, "\n", `\n${indent}`);
  const own = { __proto__: null };
  for (const key of ownKeys(error)) {
    const descriptor = getOwnPropertyDescriptor(error, key);
    if (key === "cause" || key === "errors" || (descriptor.enumerable && key !== "stack")) own[key] = descriptor;
  }
  const keys = ownKeys(own);
  if (keys.length === 0) return text;
  const parts = nested(error, state, level, (inner) => {
    const shown = [];
    for (const key of keys) {
      const name = key === "cause" || key === "errors" ? `[${key}]` : key;
      append(shown, showProperty(name, own[key], inner, level + 1));
    }
    return shown;
  });
  return typeof parts === "string" ? text : `${text} {\n${indent}  ${join(parts, `,\n${indent}  `)}\n${indent}}`;
}

/// The name before the braces: of the constructor, or of Symbol.toStringTag where they differ.
function nameOf(value) {
  let name = "";
  for (let object = value; object !== null && name === ""; object = getPrototypeOf(object)) {
    const constructor = getOwnPropertyDescriptor(object, "constructor")?.value;
    if (typeof constructor === "function" && typeof constructor.name === "string") ({ name } = constructor);
  }
  if (name === "") name = "[Object: null prototype]";
  const tag = value[Symbol.toStringTag];
  return typeof tag === "string" && tag !== "" && tag !== name ? `${name} [${tag}]` : name;
}

/// Calls `body` one level deeper; text instead where the value contains itself or lies too deep.
function nested(value, state, level, body) {
  const at = indexOf(state.ancestors, value);
  if (at >= 0) {
    state.circular = value;
    return "[Circular *1]";
  }
  if (level > state.depth) return isArray(value) ? "[Array]" : `[${nameOf(value)}]`;
  append(state.ancestors, value);
  const result = body(state);
  state.ancestors.length -= 1;
  return result;
}

function showObject(value, state, level) {
  const known = showKind(value, state, level);
  if (known !== undefined && (value instanceof Error || extraKeys(value).length === 0)) return known;
  let prefix = known ?? "";
  let braces = ["{", "}"];
  const parts = nested(value, state, level, () => {
    const shown = [];
    if (isArray(value)) {
      braces = ["[", "]"];
      showElements(value, shown, state, level);
    } else if (known === undefined) {
      prefix = nameOf(value);
      if (prefix === "Object") prefix = "";
      braces = showContents(value, shown, state, level) ?? braces;
      if (braces[0] === "[") prefix = `${prefix}(${value.length})`;
    }
    const keys = extraKeys(value);
    for (let i = 0; i < keys.length && i < limits.properties; i++) {
      // The streams library keeps its slots there.
      if (keys[i][0] === "_" && hasAttributes(value)) continue;
      append(shown, showProperty(keys[i], getOwnPropertyDescriptor(value, keys[i]), state, level + 1));
    }
    if (keys.length > limits.properties) append(shown, `... ${keys.length - limits.properties} more properties`);
    return shown;
  });
  if (typeof parts === "string") return parts;
  const reference = state.circular === value ? "<ref *1> " : "";
  return reference + enclose(prefix, braces, parts, level);
}

function enclose(prefix, [open, close], parts, level) {
  const head = prefix === "" ? open : `${prefix} ${open}`;
  if (parts.length === 0) return `${head}${close}`;
  const line = `${head} ${join(parts, ", ")} ${close}`;
  if (line.length + 2 * level <= limits.line && !contains(line, "\n")) return line;
  const indent = repeat("  ", level);
  return `${head}\n${indent}  ${join(parts, `,\n${indent}  `)}\n${indent}${close}`;
}

// Own enumerable keys that are no index of an array, typed array or string.
function extraKeys(value) {
  const result = [];
  const indexed = isArray(value) || (isView(value) && typedArrayTag(value) !== undefined);
  // Each index is a key: to list those of a large array would take more memory than the array.
  if (indexed && value.length > limits.indexedKeys) return result;
  for (const key of ownKeys(value)) {
    if (indexed && typeof key === "string" && (matches(/^\d+$/, key) || key === "length")) continue;
    if (getOwnPropertyDescriptor(value, key)?.enumerable) append(result, key);
  }
  return result;
}

function showProperty(key, descriptor, state, level) {
  const name = typeof key === "symbol" ? `[${functionApply(symbolString, key, [])}]`
    : matches(identifier, key) || key[0] === "[" ? key : quote(key);
  if (descriptor.get) return `${name}: ${descriptor.set ? "[Getter/Setter]" : "[Getter]"}`;
  if (descriptor.set) return `${name}: [Setter]`;
  return `${name}: ${show(descriptor.value, state, level)}`;
}

function showElements(array, shown, state, level) {
  const length = array.length;
  for (let i = 0; i < length && i < limits.elements; i++) {
    if (!(i in array)) append(shown, "<empty>");
    else append(shown, show(array[i], state, level + 1));
  }
  if (length > limits.elements) append(shown, `... ${length - limits.elements} more items`);
}

/// What objects hold that is no property. The braces where they are not those of an object.
function showContents(value, shown, state, level) {
  if (value instanceof Map) {
    mapEach(value, (element, key) => {
      append(shown, `${show(key, state, level + 1)} => ${show(element, state, level + 1)}`);
    });
  } else if (value instanceof Set) {
    setEach(value, (element) => append(shown, show(element, state, level + 1)));
  } else if (isView(value) && typedArrayTag(value) !== undefined) {
    showElements(value, shown, state, level);
    return ["[", "]"];
  } else if (isArrayBuffer(value)) {
    const bytes = viewOf(value);
    const some = [];
    for (let i = 0; i < bytes.length && i < 50; i++) append(some, (bytes[i] < 16 ? "0" : "") + bytes[i].toString(16));
    append(shown, `<${join(some, " ")}${bytes.length > 50 ? ` ... ${bytes.length - 50} more bytes` : ""}>`);
    append(shown, `byteLength: ${bytes.length}`);
  } else if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    append(shown, show(value.valueOf(), state, level + 1));
  } else {
    showAttributes(value, shown, state, level);
  }
  return undefined;
}

const listLike = ["Headers", "FormData", "URLSearchParams"];

/// The attributes of the Web's objects: accessors on their prototypes that are enumerable, as no script's own are.
function showAttributes(value, shown, state, level) {
  const seen = [];
  for (let object = getPrototypeOf(value); object !== null; object = getPrototypeOf(object)) {
    if (!getOwnPropertyDescriptor(object, Symbol.toStringTag)) continue;
    const names = ownKeys(object);
    for (let i = 0; i < names.length; i++) {
      const descriptor = getOwnPropertyDescriptor(object, names[i]);
      if (!descriptor.get || !descriptor.enumerable || includes(seen, names[i])) continue;
      append(seen, names[i]);
      try {
        const attribute = functionApply(descriptor.get, value, []);
        if (typeof attribute !== "function") append(shown, `${names[i]}: ${show(attribute, state, level + 1)}`);
      } catch {
        // An object that only looks like one of ours has none of its attributes.
      }
    }
  }
  if (typeof value.entries === "function" && includes(listLike, value[Symbol.toStringTag])) {
    for (const [name, content] of value) append(shown, `${quote(name)} => ${show(content, state, level + 1)}`);
  }
}

function hasAttributes(value) {
  const prototype = getPrototypeOf(value);
  return prototype !== null && getOwnPropertyDescriptor(prototype, Symbol.toStringTag) !== undefined;
}

/// console.log's first argument as a pattern: %s %d %i %f %j %o %O %c.
// https://console.spec.whatwg.org/#formatter
export function format(values) {
  const parts = [];
  let next = 0;
  if (typeof values[0] === "string") {
    next = 1;
    const take = () => values[next++];
    append(parts, values.length === 1 ? values[0] : fillIn(values[0], take, () => next < values.length));
  }
  for (; next < values.length; next++) {
    append(parts, typeof values[next] === "string" ? values[next] : inspect(values[next]));
  }
  return join(parts, " ");
}

function fillIn(pattern, take, more) {
  let text = "";
  for (let i = 0; i < pattern.length; i++) {
    const kind = pattern[i] === "%" ? pattern[i + 1] : undefined;
    if (kind === "%") {
      text += "%";
      i += 1;
    } else if (kind !== undefined && contains("sdifjoOc", kind) && more()) {
      text += formatted(lowerCase(kind), take());
      i += 1;
    } else {
      text += pattern[i];
    }
  }
  return text;
}

function formatted(kind, value) {
  switch (kind) {
    case "s": return typeof value === "string" ? value : inspect(value, { depth: 0 });
    case "d": return typeof value === "bigint" ? `${value}n` : typeof value === "symbol" ? "NaN" : `${Number(value)}`;
    case "i": return typeof value === "symbol" ? "NaN" : `${parseInt(value, 10)}`;
    case "f": return typeof value === "symbol" ? "NaN" : `${parseFloat(value)}`;
    case "j": return jsonStringify(value) ?? "undefined";
    case "c": return "";
    default: return inspect(value);
  }
}
