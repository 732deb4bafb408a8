// The language's own functions as they were before any script ran: a policy that patches Array.prototype or Promise
// breaks itself, not what these scripts check for it.
const { apply, bind, call } = Function.prototype;

// `uncurryThis(method)(object, ...rest)` is `object.method(...rest)`, whatever the object says by then.
const uncurryThis = bind.bind(call);
export const functionApply = uncurryThis(apply);

export const {
  defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, keys, setPrototypeOf,
} = Object;
export const { ownKeys } = Reflect;
export const isEnumerable = uncurryThis(Object.prototype.propertyIsEnumerable);
export const { parse: jsonParse, stringify: jsonStringify } = JSON;
export const { isArray } = Array;
export const { isView } = ArrayBuffer;
export const { floor, trunc, min, max } = Math;
export const { fromCharCode } = String;
export const { now: dateNow, parse: dateParse } = Date;
export const toISOString = uncurryThis(Date.prototype.toISOString);

const { prototype: array } = Array;
export const join = uncurryThis(array.join);
export const slice = uncurryThis(array.slice);
export const splice = uncurryThis(array.splice);
export const sort = uncurryThis(array.sort);
export const includes = uncurryThis(array.includes);
export const indexOf = uncurryThis(array.indexOf);
/// Array.prototype.push of one element.
export const append = (list, element) => {
  list[list.length] = element;
};

const { prototype: string } = String;
export const charCodeAt = uncurryThis(string.charCodeAt);
export const substring = uncurryThis(string.slice);
export const lowerCase = uncurryThis(string.toLowerCase);
export const upperCase = uncurryThis(string.toUpperCase);
export const indexIn = uncurryThis(string.indexOf);
export const split = uncurryThis(string.split);
export const contains = uncurryThis(string.includes);
export const startsWith = uncurryThis(string.startsWith);
export const repeat = uncurryThis(string.repeat);
export const padEnd = uncurryThis(string.padEnd);
export const wellFormed = uncurryThis(string.toWellFormed);
export const trim = uncurryThis(string.trim);
export const replaceAll = uncurryThis(string.replaceAll);

const { exec: regExpExec } = RegExp.prototype;
export const exec = uncurryThis(regExpExec);
/// RegExp.prototype.test calls `exec` of whatever the object says; this does not.
export const matches = (pattern, text) => exec(pattern, text) !== null;

const { prototype: mapPrototype } = Map;
export const mapGet = uncurryThis(mapPrototype.get);
export const mapSet = uncurryThis(mapPrototype.set);
export const mapHas = uncurryThis(mapPrototype.has);
export const mapDelete = uncurryThis(mapPrototype.delete);
export const mapSize = uncurryThis(getOwnPropertyDescriptor(mapPrototype, "size").get);
export const mapKeys = uncurryThis(mapPrototype.keys);
export const mapEach = uncurryThis(mapPrototype.forEach);
export const nextOfMap = uncurryThis(getPrototypeOf(new Map().keys()).next);
const { prototype: setPrototype } = Set;
export const setAdd = uncurryThis(setPrototype.add);
export const setHas = uncurryThis(setPrototype.has);
export const setClear = uncurryThis(setPrototype.clear);
export const setSize = uncurryThis(getOwnPropertyDescriptor(setPrototype, "size").get);
export const setEach = uncurryThis(setPrototype.forEach);

const typedArray = getPrototypeOf(Uint8Array.prototype);
export const setBytes = uncurryThis(typedArray.set);
export const subarray = uncurryThis(typedArray.subarray);
export const indexOfByte = uncurryThis(typedArray.indexOf);
export const sliceBuffer = uncurryThis(ArrayBuffer.prototype.slice);
export const typedArrayTag = uncurryThis(getOwnPropertyDescriptor(typedArray, Symbol.toStringTag).get);
export const typedArrayBuffer = uncurryThis(getOwnPropertyDescriptor(typedArray, "buffer").get);
export const typedArrayOffset = uncurryThis(getOwnPropertyDescriptor(typedArray, "byteOffset").get);
export const typedArrayLength = uncurryThis(getOwnPropertyDescriptor(typedArray, "byteLength").get);
const { prototype: dataView } = DataView;
export const dataViewBuffer = uncurryThis(getOwnPropertyDescriptor(dataView, "buffer").get);
export const dataViewOffset = uncurryThis(getOwnPropertyDescriptor(dataView, "byteOffset").get);
export const dataViewLength = uncurryThis(getOwnPropertyDescriptor(dataView, "byteLength").get);
export const isDetached = uncurryThis(getOwnPropertyDescriptor(ArrayBuffer.prototype, "detached").get);
export const bufferLength = uncurryThis(getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength").get);

export const then = uncurryThis(Promise.prototype.then);
export const resolved = Promise.resolve.bind(Promise);
export const rejected = Promise.reject.bind(Promise);
