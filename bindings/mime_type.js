// MIME types: parsed, written, and found in a header.
// https://mimesniff.spec.whatwg.org/#understanding-mime-types
import {
  append, indexIn, lowerCase, mapEach, mapGet, mapHas, mapSet, matches, replaceAll, substring,
} from "./primordials.js";
import { token } from "./header_list.js";
import { withoutSpaceAround, withoutSpaceBehind } from "./space_around.js";

const quotable = /^[\t\x20-\x7e\x80-\xff]*$/;

/// The text up to the first character of `ends` from `at` on, and where that is.
function until(text, at, ends) {
  let end = at;
  while (end < text.length && indexIn(ends, text[end]) < 0) end += 1;
  return end;
}

// https://fetch.spec.whatwg.org/#collect-an-http-quoted-string: [its content, where it ends]
function quotedString(text, start) {
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return [value, at + 1];
    if (text[at] === "\\" && at + 1 < text.length) at += 1;
    value += text[at];
  }
  return [value, text.length];
}

/// { essence, parameters }, or null for what is no MIME type.
// https://mimesniff.spec.whatwg.org/#parse-a-mime-type
export function parseMimeType(input) {
  const text = withoutSpaceAround(input);
  const slash = indexIn(text, "/");
  if (slash < 0) return null;
  const type = substring(text, 0, slash);
  const end = until(text, slash + 1, ";");
  const subtype = withoutSpaceBehind(substring(text, slash + 1, end));
  if (!matches(token, type) || !matches(token, subtype)) return null;
  const parameters = new Map();
  for (let at = end; at < text.length;) at = parseParameter(text, at + 1, parameters);
  return { essence: lowerCase(`${type}/${subtype}`), parameters };
}

// One parameter, from behind its ";"; returns where the next ";" is.
function parseParameter(text, start, parameters) {
  let at = start;
  while (at < text.length && indexIn("\t\n\r ", text[at]) >= 0) at += 1;
  const nameEnd = until(text, at, ";=");
  const name = lowerCase(substring(text, at, nameEnd));
  if (text[nameEnd] !== "=") return nameEnd;
  let value;
  if (text[nameEnd + 1] === '"') {
    [value, at] = quotedString(text, nameEnd + 1);
    at = until(text, at, ";");
  } else {
    at = until(text, nameEnd + 1, ";");
    value = withoutSpaceBehind(substring(text, nameEnd + 1, at));
    if (value === "") return at;
  }
  if (matches(token, name) && matches(quotable, value) && !mapHas(parameters, name)) mapSet(parameters, name, value);
  return at;
}

// https://mimesniff.spec.whatwg.org/#serialize-a-mime-type
export function serializeMimeType({ essence, parameters }) {
  let text = essence;
  mapEach(parameters, (value, name) => {
    const bare = matches(token, value);
    text += `;${name}=${bare ? value : `"${replaceAll(replaceAll(value, "\\", "\\\\"), '"', '\\"')}"`}`;
  });
  return text;
}

// https://fetch.spec.whatwg.org/#header-value-get-decode-and-split
function splitAtCommas(header) {
  const values = [];
  const add = (start, end) => append(values, withoutSpaceAround(substring(header, start, end)));
  let start = 0;
  for (let at = 0; at < header.length;) {
    if (header[at] === '"') {
      [, at] = quotedString(header, at);
      continue;
    }
    if (header[at] === ",") {
      add(start, at);
      start = at + 1;
    }
    at += 1;
  }
  add(start, header.length);
  return values;
}

/// The MIME type that a Content-Type header, with all its values, stands for; null for none.
// https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
export function extractMimeType(header) {
  if (header === null || header === undefined) return null;
  const values = splitAtCommas(header);
  let found = null;
  let charset;
  for (let i = 0; i < values.length; i++) {
    const type = parseMimeType(values[i]);
    if (type === null || type.essence === "*/*") continue;
    if (found === null || type.essence !== found.essence) {
      charset = mapGet(type.parameters, "charset");
    } else if (!mapHas(type.parameters, "charset") && charset !== undefined) {
      mapSet(type.parameters, "charset", charset);
    }
    found = type;
  }
  return found;
}

export const mimeParameter = (type, name) => mapGet(type.parameters, name);
