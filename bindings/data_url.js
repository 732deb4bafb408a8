// data: URLs: a body with its type, all in the address.
// https://fetch.spec.whatwg.org/#data-url-processor
import { exec, indexIn, startsWith, substring } from "./primordials.js";
import { parseMimeType, serializeMimeType } from "./mime_type.js";
import { withoutSpaceAround } from "./space_around.js";
import { percentDecode } from "./url_search_params.js";

const base64Mark = /^([^]*); *base64$/i;
// https://infra.spec.whatwg.org/#ascii-whitespace
const asciiWhitespace = "\t\n\f\r ";

/// { bytes, type } of what stands behind "data:", without fragment; null where that is none.
export function dataOf(rest) {
  const comma = indexIn(rest, ",");
  if (comma < 0) return null;
  let type = withoutSpaceAround(substring(rest, 0, comma), asciiWhitespace);
  let bytes = percentDecode(substring(rest, comma + 1));
  const marked = exec(base64Mark, type);
  if (marked !== null) {
    bytes = native.base64Decode(bytes);
    if (bytes === null) return null;
    [, type] = marked;
  }
  const parsed = parseMimeType(startsWith(type, ";") ? `text/plain${type}` : type);
  return { bytes, type: parsed === null ? "text/plain;charset=US-ASCII" : serializeMimeType(parsed) };
}
