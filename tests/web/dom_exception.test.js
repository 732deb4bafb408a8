// DOMException.
import { assert, describe, it } from "edge-run:test";

describe("DOMException", () => {
  it("is an Error with a name, a code and a stack", () => {
    const error = new DOMException("why", "AbortError");
    assert.instanceOf(error, Error);
    assert.deepEqual([error.name, error.message, error.code], ["AbortError", "why", 20]);
    assert.equal(`${error}`, "AbortError: why");
    assert.include(error.stack, "dom_exception.test.js");
  });
  it("has the code 0 for names of today, and constants for the old ones", () => {
    assert.equal(new DOMException("", "OperationError").code, 0);
    assert.equal(new DOMException("", "constructor").code, 0);
    assert.equal(new DOMException().name, "Error");
    assert.equal(DOMException.DATA_CLONE_ERR, 25);
    assert.equal(new DOMException().ABORT_ERR, 20);
  });
  it("carries a cause", () => {
    assert.equal(new DOMException("", { name: "DataError", cause: 5 }).cause, 5);
  });
});
