// WebSocketPair and WebSocket as far as one script goes; tests/system has them over the network.
import { assert, cert, cf, describe, it, SELF } from "edge-run:test";

const pair = () => Object.values(new WebSocketPair());
const heard = (socket, type) => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
const thrown = (action) => {
  try {
    action();
  } catch (error) {
    return error.name;
  }
  return "nothing";
};

describe("a Response with a WebSocket", () => {
  it("refuses another status than 101, and 101 without one", () => {
    const [client] = pair();
    assert.throws(() => new Response(null, { status: 200, webSocket: client }), RangeError);
    assert.throws(() => new Response(null, { status: 101 }), RangeError);
  });
  it("refuses what is no WebSocket", () => {
    for (const webSocket of [{}, "socket", new EventTarget(), new WebSocketPair()]) {
      assert.throws(() => new Response(null, { status: 101, webSocket }), TypeError);
    }
  });
  it("is not cloned", () => {
    const [client] = pair();
    assert.throws(() => new Response(null, { status: 101, webSocket: client }).clone(), TypeError);
  });
  it("is null for other responses", () => {
    assert.equal(new Response("text").webSocket, null);
  });
  it("keeps the WebSocket when it is copied", () => {
    const [client] = pair();
    const response = new Response(null, new Response(null, { status: 101, webSocket: client }));
    assert.equal(response.webSocket, client);
  });
});

describe("a pair", () => {
  it("sends and closes nothing before accept()", () => {
    const [client] = pair();
    assert.throws(() => client.send("early"), TypeError);
    assert.throws(() => client.close(), TypeError);
  });
  it("refuses close codes that nobody may say, and reasons that are too long or have no code", () => {
    const [client] = pair();
    client.accept();
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 5000]) {
      assert.equal(thrown(() => client.close(code)), "InvalidAccessError", `${code}`);
    }
    assert.equal(thrown(() => client.close(1000, "é".repeat(62))), "SyntaxError");
    assert.equal(thrown(() => client.close(undefined, "why")), "TypeError");
  });
  it("sends nothing after close()", () => {
    const [client] = pair();
    client.accept();
    client.close(1000, "done");
    assert.throws(() => client.send("late"), TypeError);
  });
  it("keeps what was said until the other end accepts, in its order", async () => {
    const [client, server] = pair();
    server.accept();
    server.send("one");
    server.send(new Uint8Array([1, 2, 3]).subarray(1));
    const got = [];
    const done = new Promise((resolve) => client.addEventListener("message", ({ data }) => {
      got.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
      if (got.length === 2) resolve();
    }));
    client.accept();
    await done;
    assert.deepEqual(got, ["one", [2, 3]]);
  });
  it("never calls back inside send(), and sends a copy", async () => {
    const [client, server] = pair();
    client.accept();
    server.accept();
    let inside = true;
    const message = new Promise((resolve) => client.addEventListener("message", (event) => resolve([inside, event])));
    const bytes = new Uint8Array([7]);
    server.send(bytes);
    bytes[0] = 8;
    inside = false;
    const [wasInside, event] = await message;
    assert.equal(wasInside, false);
    assert.equal(new Uint8Array(event.data)[0], 7);
  });
  it("tells both ends of a close, with code and reason", async () => {
    const [client, server] = pair();
    client.accept();
    server.accept();
    const closed = Promise.all([heard(client, "close"), heard(server, "close")]);
    server.close(4001, "enough");
    for (const event of await closed) {
      assert.ok(event instanceof CloseEvent);
      assert.deepEqual([event.code, event.reason, event.wasClean], [4001, "enough", true]);
    }
    assert.deepEqual([client.readyState, server.readyState], [WebSocket.CLOSED, WebSocket.CLOSED]);
  });
  it("delivers a Blob where that is wanted", async () => {
    const [client, server] = pair();
    client.binaryType = "blob";
    client.accept();
    server.accept();
    server.send(new Blob(["ab", "c"]));
    const { data } = await heard(client, "message");
    assert.equal(await data.text(), "abc");
  });
});

describe("a handler that is called directly", () => {
  it("gives its caller the other end", async () => {
    const init = { headers: { Upgrade: "websocket" }, cf: cf(cert({ subject: { CN: "client" } })) };
    const response = await SELF.fetch("https://example.com/", init);
    assert.equal(response.status, 101);
    const socket = response.webSocket;
    socket.accept();
    assert.equal((await heard(socket, "message")).data, "welcome");
    socket.send("who");
    assert.equal((await heard(socket, "message")).data, "CN=client");
  });
});

describe("new WebSocket()", () => {
  it("refuses URLs of other schemes, with fragments, or that are none", () => {
    for (const url of ["ftp://example.com/", "wss://example.com/#part", "example.com"]) {
      assert.equal(thrown(() => new WebSocket(url)), "SyntaxError", url);
    }
  });
  it("refuses protocols that are no tokens or come twice", () => {
    for (const protocols of ["a b", ["a", "A"], [""]]) {
      assert.equal(thrown(() => new WebSocket("wss://example.com/", protocols)), "SyntaxError");
    }
  });
  it("hears an error and an unclean close where there is no network", async () => {
    const socket = new WebSocket("https://example.com/chat");
    assert.equal(socket.url, "wss://example.com/chat");
    assert.equal(socket.readyState, WebSocket.CONNECTING);
    assert.equal(thrown(() => socket.send("early")), "InvalidStateError");
    const [error, close] = await Promise.all([heard(socket, "error"), heard(socket, "close")]);
    assert.ok(error instanceof ErrorEvent);
    assert.deepEqual([close.code, close.wasClean, socket.readyState], [1006, false, WebSocket.CLOSED]);
  });
});
