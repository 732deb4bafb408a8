// Builds the global object of every script out of the natives, inside the startup snapshot; its exports are what C++
// calls. At load: no clock, no randomness, no I/O, no pending promise.
import { AbortController, AbortSignal } from "./abort.js";
import { atob, btoa } from "./base64.js";
import { Blob, File } from "./blob.js";
import { Cache, caches, CacheStorage } from "./cache.js";
import { makeClientFacts } from "./cf.js";
import { CompressionStream, DecompressionStream } from "./compression.js";
import { console, showConsole } from "./console.js";
import { Crypto, crypto } from "./crypto.js";
import { CryptoKey } from "./crypto_key.js";
import { DOMException, makeDOMException } from "./dom_exception.js";
import { configure as configureEnvironment, environment, showGlobals } from "./environment.js";
import {
  CloseEvent, CustomEvent, ErrorEvent, Event, EventTarget, MessageEvent, ProgressEvent, PromiseRejectionEvent,
} from "./events.js";
import { Life, lifeOf, makeContext, waitUntil, WorkerEntrypoint } from "./execution_context.js";
import { fetch as fetchFunction, interceptFetch } from "./fetch.js";
import { ExtendableEvent, FetchEvent } from "./fetch_event.js";
import { FileReader, FileReaderSync } from "./file_reader.js";
import { FormData } from "./form_data.js";
import { Headers } from "./headers.js";
import { MessageChannel, MessagePort } from "./message_channel.js";
import { Navigator, navigator, Performance, performance } from "./performance.js";
import { defineProperty, keys, resolved, then } from "./primordials.js";
import {
  defineGlobalHandlers, describeError, globalListeners, queueMicrotask, rejectionHandled, reportError,
  unhandledRejection,
} from "./report.js";
import { Request } from "./request.js";
import { Response } from "./response.js";
import { ScheduledEvent } from "./scheduled.js";
import * as streams from "./streams.js";
import { structuredClone } from "./structured_clone.js";
import { SubtleCrypto } from "./subtle_crypto.js";
import { TextDecoder, TextEncoder } from "./text.js";
import { TextDecoderStream, TextEncoderStream } from "./text_streams.js";
import { clearInterval, clearTimeout, dropTimer, fireTimer, scheduler, setInterval, setTimeout } from "./timers.js";
import { HTMLRewriter } from "./unavailable.js";
import { URL } from "./url.js";
import { URLPattern } from "./url_pattern.js";
import { URLSearchParams } from "./url_search_params.js";
import { addWasmStreaming } from "./wasm_streaming.js";
import { WebSocket, WebSocketPair } from "./web_socket.js";
import { expiringEvent, fetchEvent, makeDispatcher, rpcEvent, scheduledEvent, start as startWorker } from "./worker.js";

const {
  ByteLengthQueuingStrategy, CountQueuingStrategy, FixedLengthStream, IdentityTransformStream,
  ReadableByteStreamController, ReadableStream, ReadableStreamBYOBReader, ReadableStreamBYOBRequest,
  ReadableStreamDefaultController, ReadableStreamDefaultReader, TransformStream, TransformStreamDefaultController,
  WritableStream, WritableStreamDefaultController, WritableStreamDefaultWriter,
} = streams;

// The global object listens and dispatches by an EventTarget of ours, as it cannot itself be one in every engine.
const globalEvents = {
  addEventListener(type, listener, options) { globalListeners.addEventListener(type, listener, options); },
  removeEventListener(type, listener, options) { globalListeners.removeEventListener(type, listener, options); },
  dispatchEvent(event) { return globalListeners.dispatchEvent(event); },
};

const globals = {
  AbortController, AbortSignal, Blob, ByteLengthQueuingStrategy, Cache, CacheStorage, CloseEvent,
  CompressionStream,
  CountQueuingStrategy, Crypto, CryptoKey, CustomEvent, DOMException, DecompressionStream, ErrorEvent, Event,
  EventTarget, ExtendableEvent, FetchEvent, File, FileReader, FileReaderSync, FixedLengthStream, FormData,
  HTMLRewriter, Headers, IdentityTransformStream, MessageChannel, MessageEvent, MessagePort, Navigator, Performance,
  ProgressEvent, PromiseRejectionEvent, ReadableByteStreamController, ReadableStream, ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest, ReadableStreamDefaultController, ReadableStreamDefaultReader, Request, Response,
  ScheduledEvent, SubtleCrypto, TextDecoder, TextDecoderStream, TextEncoder, TextEncoderStream, TransformStream,
  TransformStreamDefaultController, URL, URLPattern, URLSearchParams, WebSocket, WebSocketPair, WritableStream,
  WritableStreamDefaultController, WritableStreamDefaultWriter,
  ...globalEvents, atob, btoa, caches, clearInterval, clearTimeout, console, crypto, fetch: fetchFunction, navigator,
  performance, queueMicrotask, reportError, scheduler, self: globalThis, setInterval, setTimeout, structuredClone,
};
for (const name of keys(globals)) {
  defineProperty(globalThis, name, { value: globals[name], writable: true, enumerable: false, configurable: true });
}

defineGlobalHandlers();

/// What built-in modules (bindings/modules/) find in import.meta.builtins. The test module puts its runner here.
export const builtins = {
  native, environment, interceptFetch, Life, lifeOf, makeClientFacts, makeContext, makeDispatcher, showGlobals,
  waitUntil, WorkerEntrypoint, testRunner: null,
};

/// Called once, before the script runs.
export function configure() {
  configureEnvironment();
  addWasmStreaming();
}

/// Called once, after the top level of the main module (or null: of a script without module syntax) ran.
export function start(namespace) {
  // A file of tests answers no requests.
  if (builtins.testRunner === null) startWorker(namespace);
}

/// Runs the tests that the modules loaded so far have described; the event ends with them.
export function runTests(event) {
  const done = () => native.eventDone(event);
  return then(resolved(builtins.testRunner ? builtins.testRunner(event) : undefined), done, (error) => {
    native.reportError(describeError(error));
    done();
  });
}

export { dropTimer, makeDOMException, rejectionHandled, rpcEvent, showConsole, unhandledRejection };
export { expiringEvent as certificateExpiring, fetchEvent as fetch, fireTimer as timer, scheduledEvent as scheduled };
