// KV namespaces, with Cloudflare's limits and words.
// https://developers.cloudflare.com/kv/api/
import { append, dateNow, floor, jsonParse, jsonStringify, mapSet, setBytes } from "./primordials.js";
import { bytesOfChunk, ReadableStream } from "./streams.js";
import { Response } from "./response.js";
import {
  defineInterface, isBufferSource, isObject, requireArguments, toDictionary, toUSVString, viewOf,
} from "./webidl.js";

// https://developers.cloudflare.com/kv/platform/limits/
const limits = {
  keyBytes: 512, valueBytes: 26_214_400, metadataBytes: 1024, ttlSeconds: 60, cacheTtlSeconds: 30, listed: 1000,
  bulk: 100,
};
const failure = (operation, why) => new Error(`KV ${operation} failed: ${why}`);
const making = Symbol();
/// A namespace that C++ knows by that name.
export let kvNamespace;

function checkedKey(key, operation) {
  const text = toUSVString(key);
  if (text === "") throw new TypeError("Key name cannot be empty.");
  if (text === "." || text === "..") throw new TypeError(`"${text}" is not allowed as a key name.`);
  const { length } = native.utf8Encode(text);
  if (length > limits.keyBytes) {
    const problem = `414 UTF-8 encoded length of ${length} exceeds key length limit of ${limits.keyBytes}.`;
    throw failure(operation, problem);
  }
  return text;
}

function typeOf(options) {
  const given = typeof options === "string" ? { type: options } : toDictionary(options, "KV get(): the options");
  const { type = "text", cacheTtl } = given;
  if (cacheTtl !== undefined && !(cacheTtl >= limits.cacheTtlSeconds)) {
    const problem = `400 Invalid cache_ttl of ${cacheTtl}. Cache TTL must be at least ${limits.cacheTtlSeconds}.`;
    throw failure("GET", problem);
  }
  if (type === "text" || type === "json" || type === "arrayBuffer" || type === "stream") return type;
  throw new TypeError('Unknown response type. Possible types are "text", "arrayBuffer", "json", and "stream".');
}

function valueAs(bytes, type) {
  if (type === "text") return native.utf8Decode(bytes, false, true);
  if (type === "json") return jsonParse(native.utf8Decode(bytes, false, true));
  return type === "arrayBuffer" ? bytes.buffer : new Response(bytes).body;
}

const tooLarge = (length) => failure("PUT", `413 Value length of ${length} exceeds limit of ${limits.valueBytes}.`);

/// All of a stream, which is given up as soon as it is too much.
async function collected(stream) {
  const reader = stream.getReader();
  const pieces = [];
  let length = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    const bytes = bytesOfChunk(step.value);
    length += bytes.byteLength;
    append(pieces, bytes);
    if (length <= limits.valueBytes) continue;
    const problem = tooLarge(length);
    await reader.cancel(problem);
    throw problem;
  }
  const result = new Uint8Array(length);
  for (let i = 0, at = 0; i < pieces.length; at += pieces[i].byteLength, i++) setBytes(result, pieces[i], at);
  return result;
}

async function bytesOf(value) {
  if (typeof value === "string") return native.utf8Encode(value);
  if (isBufferSource(value)) return viewOf(value);
  if (value instanceof ReadableStream) return collected(value);
  // Cloudflare's put() writes a number as its text, as WebIDL does for a string.
  if (!isObject(value) && value !== undefined) return native.utf8Encode(toUSVString(value));
  throw new TypeError("KV put() accepts only strings, ArrayBuffers, ArrayBufferViews, and ReadableStreams as values.");
}

/// Seconds since 1970, 0 for never. expirationTtl wins over expiration.
function expirationFrom({ expiration, expirationTtl }) {
  const now = floor(dateNow() / 1000);
  if (expirationTtl !== undefined && expirationTtl !== null) {
    const seconds = floor(+expirationTtl);
    if (seconds >= limits.ttlSeconds) return now + seconds;
    const rule = seconds > 0 ? `Expiration TTL must be at least ${limits.ttlSeconds}.`
      : "Please specify integer greater than 0.";
    throw failure("PUT", `400 Invalid expiration_ttl of ${expirationTtl}. ${rule}`);
  }
  if (expiration === undefined || expiration === null) return 0;
  const time = floor(+expiration);
  if (time >= now + limits.ttlSeconds) return time;
  const rule = time > now ? `Expiration times must be at least ${limits.ttlSeconds} seconds in the future.`
    : "Please specify integer greater than the current number of seconds since the UNIX epoch.";
  throw failure("PUT", `400 Invalid expiration of ${expiration}. ${rule}`);
}

function metadataFrom(metadata) {
  if (metadata === undefined || metadata === null) return "";
  const json = jsonStringify(metadata) ?? "";
  const { length } = native.utf8Encode(json);
  if (length <= limits.metadataBytes) return json;
  throw failure("PUT", `413 Metadata length of ${length} exceeds limit of ${limits.metadataBytes}.`);
}

class KvNamespace {
  #name;
  constructor(token) {
    if (token !== making) throw new TypeError("Illegal constructor");
  }

  async get(key, options) {
    requireArguments(arguments.length, 1, "KV get()");
    if (isObject(key)) return this.#getMany(key, options, (found) => found.value);
    return this.#find(key, typeOf(options)).value;
  }
  async getWithMetadata(key, options) {
    requireArguments(arguments.length, 1, "KV getWithMetadata()");
    if (isObject(key)) return this.#getMany(key, options, ({ value, metadata }) => ({ value, metadata }));
    return this.#find(key, typeOf(options));
  }
  async put(key, value, options) {
    requireArguments(arguments.length, 2, "KV put()");
    const name = checkedKey(key, "PUT");
    const given = toDictionary(options, "KV put(): the options");
    const expiration = expirationFrom(given);
    const metadata = metadataFrom(given.metadata);
    const bytes = await bytesOf(value);
    if (bytes.byteLength > limits.valueBytes) throw tooLarge(bytes.byteLength);
    native.kvPut(this.#name, name, bytes, expiration, metadata);
  }
  async delete(key) {
    requireArguments(arguments.length, 1, "KV delete()");
    native.kvDelete(this.#name, checkedKey(key, "DELETE"));
  }
  async list(options) {
    const { prefix, limit, cursor } = toDictionary(options, "KV list(): the options");
    // What is no number above 0 is no limit, as on Cloudflare.
    const wanted = limit >= 1 ? floor(limit) : limits.listed;
    if (wanted > limits.listed) {
      const rule = `Please specify an integer less than ${limits.listed}.`;
      throw failure("GET", `400 Invalid key_count_limit of ${limit}. ${rule}`);
    }
    const text = (value) => (value ? toUSVString(value) : "");
    const json = native.kvList(this.#name, text(prefix), wanted, text(cursor));
    return { ...jsonParse(json), cacheStatus: null };
  }

  #find(key, type) {
    const found = native.kvGet(this.#name, checkedKey(key, "GET"));
    if (found === null) return { value: null, metadata: null, cacheStatus: null };
    const [bytes, metadata] = found;
    return { value: valueAs(bytes, type), metadata: metadata === "" ? null : jsonParse(metadata), cacheStatus: null };
  }
  // https://developers.cloudflare.com/kv/api/read-key-value-pairs/#request-multiple-keys-with-the-get-method
  #getMany(keys, options, shown) {
    const type = typeOf(options);
    if (type !== "text" && type !== "json") {
      throw failure("GET_BULK", `400 "${type}" is not a valid type. Use "json" or "text"`);
    }
    const names = [];
    for (const key of keys) append(names, key);
    if (names.length > limits.bulk) throw failure("GET_BULK", `400 You can request a maximum of ${limits.bulk} keys`);
    if (names.length < 1) throw failure("GET_BULK", "400 You must request a minimum of 1 key");
    const result = new Map();
    for (let i = 0; i < names.length; i++) {
      const found = this.#find(names[i], type);
      mapSet(result, names[i], found.value === null ? null : shown(found));
    }
    return result;
  }

  static {
    kvNamespace = (name) => {
      const namespace = new KvNamespace(making);
      namespace.#name = name;
      return namespace;
    };
  }
}
defineInterface(KvNamespace);
