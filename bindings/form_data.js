// FormData: the entries of a form, text or files.
// https://xhr.spec.whatwg.org/#interface-formdata
import { append } from "./primordials.js";
import { bytesOfBlob, File } from "./blob.js";
import { defineInterface, definePairIteration, isObject, requireArguments, toUSVString } from "./webidl.js";

/// The [name, value] entries of a FormData; undefined for anything else.
export let entriesOfForm;

// https://xhr.spec.whatwg.org/#create-an-entry
function entry(name, value, filename, count) {
  const isBlob = bytesOfBlob(value) !== undefined;
  if (count > 2 && !isBlob) throw new TypeError("FormData: only a Blob can have a file name.");
  if (!isBlob) return [toUSVString(name), toUSVString(value)];
  if (value instanceof File && count <= 2) return [toUSVString(name), value];
  const given = count > 2 ? toUSVString(filename) : "blob";
  return [toUSVString(name), new File([value], given, { type: value.type, lastModified: value.lastModified })];
}

export class FormData {
  #entries = [];
  constructor(form = undefined) {
    if (form !== undefined) throw new TypeError("new FormData(): there are no form elements here.");
  }
  append(name, value, filename = undefined) {
    requireArguments(arguments.length, 2, "FormData.append()");
    append(this.#entries, entry(name, value, filename, arguments.length));
  }
  delete(name) {
    requireArguments(arguments.length, 1, "FormData.delete()");
    this.#keep(toUSVString(name), -1);
  }
  get(name) {
    requireArguments(arguments.length, 1, "FormData.get()");
    const at = this.#find(toUSVString(name));
    return at < 0 ? null : this.#entries[at][1];
  }
  getAll(name) {
    requireArguments(arguments.length, 1, "FormData.getAll()");
    const wanted = toUSVString(name);
    const values = [];
    for (let i = 0; i < this.#entries.length; i++) {
      if (this.#entries[i][0] === wanted) append(values, this.#entries[i][1]);
    }
    return values;
  }
  has(name) {
    requireArguments(arguments.length, 1, "FormData.has()");
    return this.#find(toUSVString(name)) >= 0;
  }
  set(name, value, filename = undefined) {
    requireArguments(arguments.length, 2, "FormData.set()");
    const made = entry(name, value, filename, arguments.length);
    const at = this.#find(made[0]);
    if (at < 0) return void append(this.#entries, made);
    this.#entries[at] = made;
    this.#keep(made[0], at);
  }

  #find(name) {
    for (let i = 0; i < this.#entries.length; i++) if (this.#entries[i][0] === name) return i;
    return -1;
  }
  #keep(name, kept) {
    const rest = [];
    for (let i = 0; i < this.#entries.length; i++) {
      if (i === kept || this.#entries[i][0] !== name) append(rest, this.#entries[i]);
    }
    this.#entries = rest;
  }

  static {
    entriesOfForm = (value) => (isObject(value) && #entries in value ? value.#entries : undefined);
    definePairIteration(this, "FormData", (form, index) => {
      const pair = form.#entries[index];
      return pair && [pair[0], pair[1]];
    });
  }
}
defineInterface(FormData);
