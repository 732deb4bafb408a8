// fetch(): what it refuses before anything is sent. Where there is a network, tests/server has the rest.
import { assert, describe, expect, it } from "edge-run:test";

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail("the promise was not rejected");
}

describe("fetch", () => {
  it("rejects and does not throw", async () => {
    assert.instanceOf(await failure(fetch()), TypeError);
    assert.instanceOf(await failure(fetch("not a url")), TypeError);
  });
  it("is no constructor", () => {
    expect(() => new fetch("data:,")).to.throw(TypeError, "not a constructor");
  });
  it("refuses other schemes than http and https", async () => {
    assert.equal((await failure(fetch("ftp://example.com/"))).message, "Fetch API cannot load: ftp://example.com/");
  });
  it("refuses ports where other protocols listen", async () => {
    for (const port of [25, 6667]) {
      const url = `https://example.com:${port}/`;
      expect((await failure(fetch(url))).message).to.contain(`port ${port} is another protocol's`);
    }
  });
  it("refuses data: URLs without a comma or with broken base64", async () => {
    assert.instanceOf(await failure(fetch("data:text/plain")), TypeError);
    assert.instanceOf(await failure(fetch("data:;base64,a")), TypeError);
  });
  it("answers data: URLs with their content and type", async () => {
    const response = await fetch("data:text/html;charset=UTF-8;base64,PGI+#fragment");
    assert.deepEqual([response.status, response.statusText, response.headers.get("content-type"), response.url],
      [200, "OK", "text/html;charset=UTF-8", "data:text/html;charset=UTF-8;base64,PGI+"]);
    assert.equal(await response.text(), "<b>");
    const plain = await fetch("data:,a%20b");
    assert.deepEqual([await plain.text(), plain.headers.get("content-type")], ["a b", "text/plain;charset=US-ASCII"]);
  });
  it("refuses credentials in the URL", async () => {
    assert.instanceOf(await failure(fetch("https://user:secret@example.com/")), TypeError);
  });
  it("refuses a signal that is aborted already, with its reason", async () => {
    assert.equal(await failure(fetch("https://example.com/", { signal: AbortSignal.abort("reason") })), "reason");
  });
  it("refuses a body that was read", async () => {
    const request = new Request("https://example.com/", { method: "POST", body: "x" });
    await request.text();
    assert.include((await failure(fetch(request))).message, "used");
  });
});
