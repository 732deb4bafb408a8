// structuredClone.
// https://html.spec.whatwg.org/multipage/structured-data.html#dom-structuredclone
import { requireArguments, toDictionary, toSequence } from "./webidl.js";

export function structuredClone(value, options) {
  requireArguments(arguments.length, 1, "structuredClone()");
  const { transfer } = toDictionary(options, "structuredClone(): the options");
  if (transfer === undefined) return native.structuredClone(value, []);
  return native.structuredClone(value, toSequence(transfer, (object) => object, "structuredClone(): transfer"));
}
