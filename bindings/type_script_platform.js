// amaro, and the little of Node.js that it asks for: what stands behind its require("util") and require("node:buffer").
export class TextEncoder {
  encode(text) {
    return native.utf8Encode(text);
  }
}
export class TextDecoder {
  decode(bytes) {
    return bytes === undefined ? "" : native.utf8Decode(bytes);
  }
}
export const Buffer = { from: (text) => native.base64Decode(text) };

/// Compiles its WebAssembly in the call.
export const load = () => require("amaro");
