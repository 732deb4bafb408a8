// Spaces around a text, taken off in one pass. A pattern such as /^\s*([^]*?)\s*$/ looks at every run of spaces inside
// anew, so that its time grows with the square of what a stranger sends.
import { indexIn, substring } from "./primordials.js";

// https://fetch.spec.whatwg.org/#http-whitespace
const httpWhitespace = "\t\n\r ";

/// `text` without the characters of `spaces` at its end.
export function withoutSpaceBehind(text, spaces = httpWhitespace) {
  let end = text.length;
  while (end > 0 && indexIn(spaces, text[end - 1]) >= 0) end -= 1;
  return substring(text, 0, end);
}

/// `text` without the characters of `spaces` at its beginning and its end.
export function withoutSpaceAround(text, spaces = httpWhitespace) {
  let start = 0;
  while (start < text.length && indexIn(spaces, text[start]) >= 0) start += 1;
  return withoutSpaceBehind(substring(text, start), spaces);
}
