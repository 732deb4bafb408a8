// The module "node:async_hooks": AsyncLocalStorage and AsyncResource, the parts of it that Workers have.
// https://developers.cloudflare.com/workers/runtime-apis/nodejs/asynclocalstorage/
const { native } = import.meta.builtins;

const toFunction = (value) => {
  if (typeof value === "function") return value;
  throw new TypeError("The callback is not a function.");
};

/// Calls a function with the storage of another time. What follows a continuation is a Map from each
/// AsyncLocalStorage to its store, which nobody changes, so that many continuations share it.
function runIn(stores, callback, receiver, values) {
  const outer = native.asyncStorage();
  native.setAsyncStorage(stores);
  try {
    return callback.apply(receiver, values);
  } finally {
    native.setAsyncStorage(outer);
  }
}

const unsupported = (name) => { throw new Error(`${name} is not implemented, as in Workers: use run()`); };

export class AsyncLocalStorage {
  static bind(callback) {
    const stores = native.asyncStorage();
    toFunction(callback);
    return function (...values) { return runIn(stores, callback, this, values); };
  }
  static snapshot() {
    return AsyncLocalStorage.bind((callback, ...values) => callback(...values));
  }
  run(store, callback, ...values) {
    return runIn(new Map(native.asyncStorage()).set(this, store), toFunction(callback), undefined, values);
  }
  exit(callback, ...values) {
    const stores = new Map(native.asyncStorage());
    stores.delete(this);
    return runIn(stores, toFunction(callback), undefined, values);
  }
  getStore() { return native.asyncStorage()?.get(this); }
  enterWith() { unsupported("AsyncLocalStorage.enterWith()"); }
  disable() { unsupported("AsyncLocalStorage.disable()"); }
}

/// Calls functions with the storage that there was when it was made.
export class AsyncResource {
  #stores = native.asyncStorage();
  constructor(type) {
    if (typeof type !== "string") throw new TypeError("new AsyncResource(): the type is not a string.");
  }
  static bind(callback, type, receiver) {
    return new AsyncResource(type ?? callback.name ?? "bound-anonymous-fn").bind(callback, receiver);
  }
  bind(callback, receiver) {
    const resource = this;
    toFunction(callback);
    return function (...values) { return resource.runInAsyncScope(callback, receiver ?? this, ...values); };
  }
  runInAsyncScope(callback, receiver, ...values) {
    return runIn(this.#stores, toFunction(callback), receiver, values);
  }
}

export default { AsyncLocalStorage, AsyncResource };
