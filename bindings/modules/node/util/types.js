// node:util/types: what a value is, whatever its prototype says.
// https://nodejs.org/api/util.html#utiltypes
const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const getter = (object, name) => Object.getOwnPropertyDescriptor(object, name).get;
const tagOf = (value) => getter(typedArray, Symbol.toStringTag).call(value);
const textOf = (value) => Object.prototype.toString.call(value);

/// A method that throws for every object that is not of its own kind.
const accepts = (method) => (value) => {
  if (typeof value !== "object" || value === null) return false;
  try {
    method.call(value);
    return true;
  } catch {
    return false;
  }
};
const untagged = (name) => (value) =>
  typeof value === "object" && value !== null && !(Symbol.toStringTag in value) && textOf(value) === `[object ${name}]`;
const madeBy = (example) => {
  const prototype = Object.getPrototypeOf(example);
  return (value) => typeof value === "function" && Object.prototype.isPrototypeOf.call(prototype, value);
};

export const isArrayBuffer = accepts(getter(ArrayBuffer.prototype, "byteLength"));
export const isSharedArrayBuffer = typeof SharedArrayBuffer === "function"
  ? accepts(getter(SharedArrayBuffer.prototype, "byteLength"))
  : () => false;
export const isAnyArrayBuffer = (value) => isArrayBuffer(value) || isSharedArrayBuffer(value);
export const isArrayBufferView = ArrayBuffer.isView;
export const isDataView = accepts(getter(DataView.prototype, "byteLength"));
export const isDate = accepts(Date.prototype.getTime);
export const isMap = accepts(getter(Map.prototype, "size"));
export const isSet = accepts(getter(Set.prototype, "size"));
export const isWeakMap = accepts(WeakMap.prototype.has);
export const isWeakSet = accepts(WeakSet.prototype.has);
// A regular expression's prototype has an answer of its own, but no source.
export const isRegExp = (value) => accepts(getter(RegExp.prototype, "global"))(value) && value !== RegExp.prototype;
export const isPromise = (value) => value instanceof Promise;
export const isNativeError = (value) => (Error.isError ? Error.isError(value) : value instanceof Error);
export const isArgumentsObject = untagged("Arguments");
export const isMapIterator = (value) => textOf(value) === "[object Map Iterator]";
export const isSetIterator = (value) => textOf(value) === "[object Set Iterator]";
export const isGeneratorObject = (value) => /^\[object (Async)?Generator\]$/.test(textOf(value));
export const isModuleNamespaceObject = (value) => textOf(value) === "[object Module]" && Object.isSealed(value);

export const isAsyncFunction = (value) =>
  madeBy(async () => {})(value) || madeBy(async function* () {})(value);
export const isGeneratorFunction = (value) => madeBy(function* () {})(value) || madeBy(async function* () {})(value);

export const isNumberObject = accepts(Number.prototype.valueOf);
export const isStringObject = accepts(String.prototype.valueOf);
export const isBooleanObject = accepts(Boolean.prototype.valueOf);
export const isBigIntObject = accepts(BigInt.prototype.valueOf);
export const isSymbolObject = accepts(Symbol.prototype.valueOf);
export const isBoxedPrimitive = (value) =>
  [isNumberObject, isStringObject, isBooleanObject, isBigIntObject, isSymbolObject].some((is) => is(value));

export const isTypedArray = (value) => tagOf(value) !== undefined;
const isArrayOf = (name) => (value) => tagOf(value) === name;
export const isUint8Array = isArrayOf("Uint8Array");
export const isUint8ClampedArray = isArrayOf("Uint8ClampedArray");
export const isUint16Array = isArrayOf("Uint16Array");
export const isUint32Array = isArrayOf("Uint32Array");
export const isInt8Array = isArrayOf("Int8Array");
export const isInt16Array = isArrayOf("Int16Array");
export const isInt32Array = isArrayOf("Int32Array");
export const isFloat32Array = isArrayOf("Float32Array");
export const isFloat64Array = isArrayOf("Float64Array");
export const isBigInt64Array = isArrayOf("BigInt64Array");
export const isBigUint64Array = isArrayOf("BigUint64Array");
export const isCryptoKey = (value) => value instanceof CryptoKey;
