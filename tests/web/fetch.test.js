// fetch(): what it refuses before anything is sent. Where there is a network, tests/server has the rest.
import { assert, describe, it } from "edge-run:test";

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
  it("refuses other schemes than http and https", async () => {
    assert.equal((await failure(fetch("ftp://example.com/"))).message, "Fetch API cannot load: ftp://example.com/");
    assert.instanceOf(await failure(fetch("data:,x")), TypeError);
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
