// The multipart/form-data format, read and written.
// https://www.rfc-editor.org/rfc/rfc7578
import {
  append, exec, indexIn, indexOfByte, lowerCase, matches, replaceAll, split, substring, subarray,
} from "./primordials.js";
import { Blob, bytesOfBlob, File } from "./blob.js";
import { entriesOfForm, FormData } from "./form_data.js";
import { mimeParameter } from "./mime_type.js";
import { withoutSpaceAround } from "./space_around.js";
import { parseUrlencoded } from "./url_search_params.js";

// A file name may hold a ";", so the parameters of Content-Disposition are looked for, not split.
// https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data: the three escapes
const dispositionPatterns = {
  name: [/[;\s]name="([^"]*)"/i, /[;\s]name=([^;\s]+)/i],
  filename: [/[;\s]filename="([^"]*)"/i, /[;\s]filename=([^;\s]+)/i],
};
function dispositionParameter(text, name) {
  const [quoted, bare] = dispositionPatterns[name];
  const found = exec(quoted, text) ?? exec(bare, text);
  return found && replaceAll(replaceAll(replaceAll(found[1], "%0D", "\r"), "%0A", "\n"), "%22", '"');
}

const failure = (why) => new TypeError(`The body is no multipart/form-data: ${why}.`);
const [CR, LF, DASH] = [13, 10, 45];

/// Where `wanted` begins in `bytes` from `from` on; -1 where it does not.
function find(bytes, wanted, from) {
  for (let at = indexOfByte(bytes, wanted[0], from); at >= 0; at = indexOfByte(bytes, wanted[0], at + 1)) {
    if (at + wanted.length > bytes.length) return -1;
    let same = 1;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same += 1;
    if (same === wanted.length) return at;
  }
  return -1;
}

const utf8 = (bytes) => native.utf8Decode(bytes, false, true);

// https://andreubotella.github.io/multipart-form-data/#multipart-form-data-parser
function parseMultipart(bytes, boundary) {
  const form = new FormData();
  const delimiter = native.utf8Encode(`\r\n--${boundary}`);
  const first = subarray(delimiter, 2);
  if (find(subarray(bytes, 0, first.length), first, 0) !== 0) throw failure("it does not begin with its boundary");
  let at = first.length;
  for (;;) {
    if (bytes[at] === DASH && bytes[at + 1] === DASH) return form;
    if (bytes[at] !== CR || bytes[at + 1] !== LF) throw failure("a boundary is not followed by a line's end");
    const { headers, next } = partHeaders(bytes, at + 2);
    const end = find(bytes, delimiter, next - 2);
    if (end < 0) throw failure("its last boundary is missing");
    appendPart(form, headers, subarray(bytes, next, end < next ? next : end));
    at = end + delimiter.length;
  }
}

function partHeaders(bytes, start) {
  const headers = { disposition: "", type: "" };
  for (let at = start; ;) {
    const end = find(bytes, [CR, LF], at);
    if (end < 0) throw failure("a part's headers do not end");
    if (end === at) return { headers, next: end + 2 };
    const line = utf8(subarray(bytes, at, end));
    if (matches(/[\r\n]/, line)) throw failure("a part's header has a line's end within");
    const colon = indexIn(line, ":");
    if (colon < 0) throw failure("a part's header has no colon");
    const name = lowerCase(substring(line, 0, colon));
    const value = withoutSpaceAround(substring(line, colon + 1), "\t ");
    if (name === "content-disposition") headers.disposition = value;
    if (name === "content-type") headers.type = value;
    at = end + 2;
  }
}

function appendPart(form, { disposition, type }, content) {
  if (!matches(/^form-data\s*(;|$)/i, disposition)) throw failure("a part has no Content-Disposition: form-data");
  const name = dispositionParameter(disposition, "name");
  if (name === null) throw failure("a part has no name");
  const filename = dispositionParameter(disposition, "filename");
  if (filename === null) form.append(name, utf8(content));
  else form.append(name, new File([content], filename, { type: type === "" ? "text/plain" : type }));
}

const escaped = (text) => replaceAll(replaceAll(replaceAll(text, "\n", "%0A"), "\r", "%0D"), '"', "%22");
const withLineEnds = (text) => replaceAll(replaceAll(replaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n", "\r\n");

/// The bytes of a form with their Content-Type.
// https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
export function serializeForm(form) {
  const boundary = `----edge-run-${native.randomUUID()}`;
  const entries = entriesOfForm(form);
  const parts = [];
  for (let i = 0; i < entries.length; i++) {
    const [name, value] = entries[i];
    append(parts, `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(withLineEnds(name))}"`);
    if (typeof value === "string") {
      append(parts, `\r\n\r\n${withLineEnds(value)}\r\n`);
      continue;
    }
    const type = value.type || "application/octet-stream";
    append(parts, `; filename="${escaped(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`);
    append(parts, value);
    append(parts, "\r\n");
  }
  append(parts, `--${boundary}--\r\n`);
  return { bytes: bytesOfBlob(new Blob(parts)), type: `multipart/form-data; boundary=${boundary}` };
}

/// The FormData that a body of this MIME type holds.
// https://fetch.spec.whatwg.org/#dom-body-formdata
export function parseForm(bytes, type) {
  if (type?.essence === "multipart/form-data") {
    const boundary = mimeParameter(type, "boundary");
    if (!boundary) throw new TypeError("The Content-Type multipart/form-data has no boundary.");
    return parseMultipart(bytes, boundary);
  }
  if (type?.essence === "application/x-www-form-urlencoded") {
    const form = new FormData();
    const pairs = parseUrlencoded(native.utf8Decode(bytes, false, true));
    for (let i = 0; i < pairs.length; i++) form.append(pairs[i][0], pairs[i][1]);
    return form;
  }
  throw new TypeError(`Unrecognized Content-Type header value. FormData can only parse the following MIME types: `
    + "multipart/form-data, application/x-www-form-urlencoded");
}
