// crypto.DigestStream: a digest of what is written to it.
// https://developers.cloudflare.com/workers/runtime-apis/web-crypto/#constructors
import { normalize } from "./crypto_algorithms.js";
import { then, typedArrayLength } from "./primordials.js";
import { bytesOfChunk, WritableStream } from "./streams.js";
import { defineInterface } from "./webidl.js";

export class DigestStream extends WritableStream {
  #digest;
  #state;
  constructor(algorithm) {
    const { name } = normalize("digest", algorithm);
    const state = { hasher: native.hasher(name), written: 0n };
    const { promise, resolve, reject } = Promise.withResolvers();
    super({
      write(chunk) {
        const bytes = typeof chunk === "string" ? native.utf8Encode(chunk) : bytesOfChunk(chunk);
        native.hasherUpdate(state.hasher, bytes);
        state.written += BigInt(typedArrayLength(bytes));
      },
      close: () => resolve(native.hasherFinish(state.hasher).buffer),
      abort: reject,
    });
    // A digest that nobody waits for is no unhandled rejection.
    then(promise, undefined, () => {});
    this.#digest = promise;
    this.#state = state;
  }
  get digest() { return this.#digest; }
  get bytesWritten() { return this.#state.written; }
}
defineInterface(DigestStream);
