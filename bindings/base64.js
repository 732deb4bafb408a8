// atob and btoa.
// https://html.spec.whatwg.org/multipage/webappapis.html#atob
import { requireArguments, toDOMString } from "./webidl.js";

export function atob(data) {
  requireArguments(arguments.length, 1, "atob()");
  return native.atob(toDOMString(data));
}

export function btoa(data) {
  requireArguments(arguments.length, 1, "btoa()");
  return native.btoa(toDOMString(data));
}
