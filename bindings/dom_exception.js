// DOMException, and the one way these scripts make one.
// https://webidl.spec.whatwg.org/#idl-DOMException
import { defineProperty, hasOwn, setPrototypeOf } from "./primordials.js";
import { defineInterface, toDOMString } from "./webidl.js";

// https://webidl.spec.whatwg.org/#idl-DOMException-error-names: the names that have a legacy code.
const codes = {
  __proto__: null, IndexSizeError: 1, HierarchyRequestError: 3, WrongDocumentError: 4, InvalidCharacterError: 5,
  NoModificationAllowedError: 7, NotFoundError: 8, NotSupportedError: 9, InUseAttributeError: 10, InvalidStateError: 11,
  SyntaxError: 12, InvalidModificationError: 13, NamespaceError: 14, InvalidAccessError: 15, TypeMismatchError: 17,
  SecurityError: 18, NetworkError: 19, AbortError: 20, URLMismatchError: 21, QuotaExceededError: 22, TimeoutError: 23,
  InvalidNodeTypeError: 24, DataCloneError: 25,
};
const constants = {
  INDEX_SIZE_ERR: 1, DOMSTRING_SIZE_ERR: 2, HIERARCHY_REQUEST_ERR: 3, WRONG_DOCUMENT_ERR: 4, INVALID_CHARACTER_ERR: 5,
  NO_DATA_ALLOWED_ERR: 6, NO_MODIFICATION_ALLOWED_ERR: 7, NOT_FOUND_ERR: 8, NOT_SUPPORTED_ERR: 9,
  INUSE_ATTRIBUTE_ERR: 10,
  INVALID_STATE_ERR: 11, SYNTAX_ERR: 12, INVALID_MODIFICATION_ERR: 13, NAMESPACE_ERR: 14, INVALID_ACCESS_ERR: 15,
  VALIDATION_ERR: 16, TYPE_MISMATCH_ERR: 17, SECURITY_ERR: 18, NETWORK_ERR: 19, ABORT_ERR: 20, URL_MISMATCH_ERR: 21,
  QUOTA_EXCEEDED_ERR: 22, TIMEOUT_ERR: 23, INVALID_NODE_TYPE_ERR: 24, DATA_CLONE_ERR: 25,
};

const { captureStackTrace } = Error;

/// A DOMException like the given one; undefined for anything else.
export let copyOfDOMException;

export class DOMException {
  #message;
  #name;
  constructor(message = "", options = "Error") {
    const named = typeof options === "object" && options !== null;
    this.#message = toDOMString(message);
    this.#name = toDOMString(named ? options.name ?? "Error" : options);
    if (named && "cause" in options) {
      defineProperty(this, "cause", { value: options.cause, writable: true, configurable: true });
    }
    captureStackTrace(this, new.target);
  }
  get name() { return this.#name; }
  get message() { return this.#message; }
  get code() { return hasOwn(codes, this.#name) ? codes[this.#name] : 0; }

  static {
    // https://webidl.spec.whatwg.org/#idl-DOMException: its serialization steps
    copyOfDOMException = (value) => {
      if (!(#name in value)) return undefined;
      const copy = new DOMException(value.#message, value.#name);
      defineProperty(copy, "stack", { value: `${value.stack}`, writable: true, configurable: true });
      return copy;
    };
  }
}
setPrototypeOf(DOMException.prototype, Error.prototype);
defineInterface(DOMException, { constants });

/// Called by C++ for what natives throw.
export const makeDOMException = (message, name) => new DOMException(message, name);

// The streams library takes the class from the global object while it loads.
defineProperty(globalThis, "DOMException", { value: DOMException, writable: true, configurable: true });
