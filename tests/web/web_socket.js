// Echoes: what web_socket.test.js and the whole-server tests of WebSockets talk to.
export default {
  fetch(request) {
    if (request.headers.get("Upgrade") !== "websocket") return new Response("Expected a WebSocket", { status: 426 });
    const auth = request.cf.tlsClientAuth;
    if (auth.certVerified !== "SUCCESS" || auth.certRevoked !== "0") return new Response("denied", { status: 403 });
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    server.addEventListener("message", ({ data }) => {
      const text = typeof data === "string" ? data : new TextDecoder().decode(data);
      if (text === "who") server.send(auth.certSubjectDN);
      else if (text === "bye") server.close(4000, "as you wish");
      else server.send(typeof data === "string" ? `echo ${data}` : data);
    });
    server.addEventListener("close", ({ code, reason, wasClean }) => console.log("closed", code, reason, wasClean));
    server.send("welcome");
    return new Response(null, { status: 101, webSocket: client, headers: { "Sec-WebSocket-Protocol": "chat" } });
  },
};
