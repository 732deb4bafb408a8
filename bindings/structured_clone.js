// structuredClone: V8 copies what is JavaScript's, and this file what is the platform's.
// https://html.spec.whatwg.org/multipage/structured-data.html#dom-structuredclone
import { append, getPrototypeOf, mapGet, mapHas, mapSet } from "./primordials.js";
import { copyOfBlob } from "./blob.js";
import { copyOfDOMException, DOMException } from "./dom_exception.js";
import { ReadableStream, TransformStream, WritableStream } from "./streams.js";
import {
  isArrayBuffer, isInterfacePrototype, requireArguments, toDictionary, toSequence,
} from "./webidl.js";

// Functions that copy an object of their class and give undefined for others; and the same for what moves.
const copiers = [copyOfBlob, copyOfDOMException];
const movers = [movedReadable, movedWritable];
/// For classes that this file need not know.
export function knowCopier(copier) { append(copiers, copier); }
export function knowMover(mover) { append(movers, mover); }

const cloneError = (message) => new DOMException(message, "DataCloneError");

export function structuredClone(value, options = undefined) {
  requireArguments(arguments.length, 1, "structuredClone()");
  const { transfer } = toDictionary(options, "structuredClone(): the options");
  const list = transfer === undefined ? [] : toSequence(transfer, (one) => one, "structuredClone(): transfer");
  return cloneWithTransfer(value, list).copy;
}

/// { copy, moved }: the clone, and what the objects that move have become, in their order.
// https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializewithtransfer
export function cloneWithTransfer(value, transfer) {
  const buffers = [];
  const moving = new Map();
  for (let i = 0; i < transfer.length; i++) {
    if (isArrayBuffer(transfer[i])) append(buffers, transfer[i]);
    else if (mapHas(moving, transfer[i])) throw cloneError("An object is twice in the list of what is transferred.");
    else mapSet(moving, transfer[i], null);
  }
  const moved = [];
  for (let i = 0; i < transfer.length; i++) {
    if (!mapHas(moving, transfer[i])) continue;
    const made = firstOf(movers, transfer[i]);
    if (made === undefined) {
      throw cloneError(`Value at index ${i} of the transfer list is not transferable.`);
    }
    mapSet(moving, transfer[i], made);
    append(moved, made);
  }
  const carried = [];
  const carry = (object) => {
    const copy = mapHas(moving, object) ? mapGet(moving, object) : copyOfPlatformObject(object);
    if (copy === undefined) return -1;
    append(carried, copy);
    return carried.length - 1;
  };
  return { copy: native.structuredClone(value, buffers, carry, carried), moved };
}

/// The value as bytes, for another isolate, where the platform's objects cannot go.
export const serialize = (value) => native.serialize(value, (object) => {
  if (copyOfPlatformObject(object) === undefined) return -1;
  throw cloneError(`Could not serialize object of type "${object.constructor?.name}".`);
});

function firstOf(functions, object) {
  for (let i = 0; i < functions.length; i++) {
    const made = functions[i](object);
    if (made !== undefined) return made;
  }
  return undefined;
}

/// undefined for an object that is none of the platform's.
function copyOfPlatformObject(object) {
  const copy = firstOf(copiers, object);
  if (copy !== undefined) return copy;
  for (let prototype = getPrototypeOf(object); prototype !== null; prototype = getPrototypeOf(prototype)) {
    if (isInterfacePrototype(prototype)) {
      throw cloneError(`Could not serialize object of type "${prototype.constructor.name}".`);
    }
  }
  return undefined;
}

// https://streams.spec.whatwg.org/#rs-transfer: the chunks are clones.
const cloning = () => new TransformStream({
  transform(chunk, controller) { controller.enqueue(structuredClone(chunk)); },
}, undefined, { highWaterMark: 0 });

function movedReadable(object) {
  if (!(object instanceof ReadableStream)) return undefined;
  if (object.locked) throw cloneError("A locked stream cannot be transferred.");
  return object.pipeThrough(cloning());
}

function movedWritable(object) {
  if (!(object instanceof WritableStream)) return undefined;
  if (object.locked) throw cloneError("A locked stream cannot be transferred.");
  const { readable, writable } = cloning();
  // What goes wrong is told to the writer of `writable`.
  readable.pipeTo(object).catch(() => {});
  return writable;
}
