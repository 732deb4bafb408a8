// FileReader and FileReaderSync: a Blob's content by events, and at once.
// https://w3c.github.io/FileAPI/#APIASynch
import { extractMimeType, mimeParameter } from "./mime_type.js";
import { bytesOfBlob } from "./blob.js";
import { DOMException } from "./dom_exception.js";
import { defineHandler, dispatch, EventTarget, ProgressEvent } from "./events.js";
import { sliceBuffer } from "./primordials.js";
import { TextDecoder } from "./text.js";
import { startTimer } from "./timers.js";
import { defineInterface, requireArguments, toDOMString } from "./webidl.js";

function blobBytes(count, blob, where) {
  requireArguments(count, 1, where);
  const bytes = bytesOfBlob(blob);
  if (bytes === undefined) throw new TypeError(`${where}: the argument is no Blob.`);
  return bytes;
}

const byteOrderMarks = [[[0xef, 0xbb, 0xbf], "utf-8"], [[0xfe, 0xff], "utf-16be"], [[0xff, 0xfe], "utf-16le"]];

function markedEncoding(bytes) {
  for (let i = 0; i < byteOrderMarks.length; i++) {
    const [mark, encoding] = byteOrderMarks[i];
    let same = 0;
    while (same < mark.length && bytes[same] === mark[same]) same += 1;
    if (same === mark.length) return encoding;
  }
  return null;
}

function decoderFor(label) {
  try {
    return label === undefined ? null : new TextDecoder(label);
  } catch {
    return null;
  }
}

// https://w3c.github.io/FileAPI/#blob-package-data
const packages = {
  arrayBuffer: (bytes) => sliceBuffer(bytes.buffer, bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  binaryString: (bytes) => native.atob(native.base64Encode(bytes)),
  dataURL: (bytes, type) => `data:${type || "application/octet-stream"};base64,${native.base64Encode(bytes)}`,
  text(bytes, type, encoding) {
    const mark = markedEncoding(bytes);
    if (mark !== null) return new TextDecoder(mark).decode(bytes);
    const parsed = extractMimeType(type);
    const charset = parsed === null ? undefined : mimeParameter(parsed, "charset");
    return (decoderFor(encoding) ?? decoderFor(charset) ?? new TextDecoder()).decode(bytes);
  },
};

const states = { EMPTY: 0, LOADING: 1, DONE: 2 };

export class FileReader extends EventTarget {
  #state = states.EMPTY;
  #result = null;
  #error = null;
  #reading = null;  // what tells this reading from one that was aborted

  get readyState() { return this.#state; }
  get result() { return this.#result; }
  get error() { return this.#error; }

  readAsArrayBuffer(blob) {
    this.#read(blob, blobBytes(arguments.length, blob, "FileReader.readAsArrayBuffer()"), packages.arrayBuffer);
  }
  readAsBinaryString(blob) {
    this.#read(blob, blobBytes(arguments.length, blob, "FileReader.readAsBinaryString()"), packages.binaryString);
  }
  readAsText(blob, encoding = undefined) {
    const label = encoding === undefined ? undefined : toDOMString(encoding);
    const bytes = blobBytes(arguments.length, blob, "FileReader.readAsText()");
    this.#read(blob, bytes, (content, type) => packages.text(content, type, label));
  }
  readAsDataURL(blob) {
    this.#read(blob, blobBytes(arguments.length, blob, "FileReader.readAsDataURL()"), packages.dataURL);
  }
  // https://w3c.github.io/FileAPI/#abort
  abort() {
    this.#result = null;
    if (this.#state !== states.LOADING) return;
    this.#state = states.DONE;
    this.#reading = null;
    this.#fire("abort", 0, 0);
    if (this.#state !== states.LOADING) this.#fire("loadend", 0, 0);
  }

  // https://w3c.github.io/FileAPI/#readOperation: the bytes are all here, but events come one after another.
  #read({ type }, bytes, pack) {
    if (this.#state === states.LOADING) {
      throw new DOMException("FileReader: another reading has not ended.", "InvalidStateError");
    }
    this.#state = states.LOADING;
    this.#result = this.#error = null;
    const reading = (this.#reading = {});
    const size = bytes.byteLength;
    const later = (step) => startTimer(() => {
      if (this.#reading === reading) step();
    }, 0);
    later(() => this.#fire("loadstart", 0, size));
    if (size > 0) later(() => this.#fire("progress", size, size));
    later(() => {
      this.#state = states.DONE;
      this.#result = pack(bytes, type);
      // A task of its own for "loadend", or promises that wait for "load" would come after it.
      later(() => this.#fire("loadend", size, size));
      this.#fire("load", size, size);
    });
  }
  #fire(type, loaded, total) {
    dispatch(this, new ProgressEvent(type, { lengthComputable: true, loaded, total }));
  }
}
for (const type of ["loadstart", "progress", "load", "abort", "error", "loadend"]) {
  defineHandler(FileReader.prototype, type);
}
defineInterface(FileReader, { constants: states });

// https://w3c.github.io/FileAPI/#FileReaderSync
export class FileReaderSync {
  #brand;
  readAsArrayBuffer(blob) {
    void this.#brand;
    return packages.arrayBuffer(blobBytes(arguments.length, blob, "FileReaderSync.readAsArrayBuffer()"));
  }
  readAsBinaryString(blob) {
    void this.#brand;
    return packages.binaryString(blobBytes(arguments.length, blob, "FileReaderSync.readAsBinaryString()"));
  }
  readAsText(blob, encoding = undefined) {
    void this.#brand;
    const bytes = blobBytes(arguments.length, blob, "FileReaderSync.readAsText()");
    return packages.text(bytes, blob.type, encoding === undefined ? undefined : toDOMString(encoding));
  }
  readAsDataURL(blob) {
    void this.#brand;
    return packages.dataURL(blobBytes(arguments.length, blob, "FileReaderSync.readAsDataURL()"), blob.type);
  }
}
defineInterface(FileReaderSync);
