// TextEncoderStream and TextDecoderStream.
// https://encoding.spec.whatwg.org/#interface-textencoderstream
import { charCodeAt, substring } from "./primordials.js";
import { TransformStream } from "./streams.js";
import { bytesToDecode, TextDecoder } from "./text.js";
import { defineInterface, toDOMString } from "./webidl.js";

const isHighSurrogate = (unit) => unit >= 0xd800 && unit <= 0xdbff;

export class TextEncoderStream {
  #transform;
  constructor() {
    let high = "";  // half of a character whose other half comes with the next chunk
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        let text = high + toDOMString(chunk);
        high = "";
        if (text.length > 0 && isHighSurrogate(charCodeAt(text, text.length - 1))) {
          high = substring(text, -1);
          text = substring(text, 0, -1);
        }
        if (text !== "") controller.enqueue(native.utf8Encode(text));
      },
      flush(controller) {
        if (high !== "") controller.enqueue(new Uint8Array([0xef, 0xbf, 0xbd]));
      },
    });
  }
  get encoding() {
    void this.#transform;
    return "utf-8";
  }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
}
defineInterface(TextEncoderStream);

export class TextDecoderStream {
  #decoder;
  #transform;
  constructor(label = "utf-8", options) {
    const decoder = (this.#decoder = new TextDecoder(label, options));
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        const text = decoder.decode(bytesToDecode(chunk ?? null, "The chunk"), { stream: true });
        if (text !== "") controller.enqueue(text);
      },
      flush(controller) {
        const text = decoder.decode();
        if (text !== "") controller.enqueue(text);
      },
    });
  }
  get encoding() { return this.#decoder.encoding; }
  get fatal() { return this.#decoder.fatal; }
  get ignoreBOM() { return this.#decoder.ignoreBOM; }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
}
defineInterface(TextDecoderStream);
