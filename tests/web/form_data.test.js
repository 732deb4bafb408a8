// FormData, and forms as bodies.
import { assert, describe, expect, it } from "edge-run:test";

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail("the promise was not rejected");
}
const multipart = (text) => new Response(text,
  { headers: { "Content-Type": "multipart/form-data; boundary=B" } }).formData();

describe("FormData", () => {
  it("refuses a file name for text", () => {
    expect(() => new FormData().append("a", "text", "name")).to.throw(TypeError);
  });
  it("holds text and files in their order", () => {
    const form = new FormData();
    form.append("a", 1);
    form.append("b", new Blob(["x"]), "x.txt");
    form.append("a", "2");
    assert.equal(form.get("a"), "1");
    assert.deepEqual(form.getAll("a"), ["1", "2"]);
    assert.equal(form.get("b").name, "x.txt");
    assert.instanceOf(form.get("b"), File);
    form.set("a", "3");
    assert.deepEqual([...form.keys()], ["a", "b"]);
    form.delete("b");
    assert.isFalse(form.has("b"));
    assert.isNull(form.get("b"));
  });
});

describe("a form as a body", () => {
  it("is refused when it is no form", async () => {
    for (const text of ["", "--X\r\n", "--B\r\n", "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
      "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", "--B\r\nnothing\r\n\r\nx\r\n--B--",
      "--B\r\nContent-Disposition: form-data; name=\"a\nb\"\r\n\r\nx\r\n--B--"]) {
      assert.instanceOf(await failure(multipart(text)), TypeError, JSON.stringify(text));
    }
    assert.instanceOf(await failure(new Response("a=b").formData()), TypeError);
    const nameless = new Response("x", { headers: { "Content-Type": "multipart/form-data" } });
    assert.instanceOf(await failure(nameless.formData()), TypeError);
  });
  it("is written and read again", async () => {
    const form = new FormData();
    form.append("text", "line\nline é");
    form.append('na"me\u2028', "x");
    form.append("file", new File([new Uint8Array([0, 13, 10, 255])], "a\"b.bin", { type: "application/x-y" }));
    form.append("empty", new Blob([]));
    const read = await new Response(form).formData();
    assert.deepEqual([...read.keys()], ["text", 'na"me\u2028', "file", "empty"]);
    assert.equal(read.get("text"), "line\r\nline é");
    const file = read.get("file");
    assert.deepEqual([file.name, file.type], ['a"b.bin', "application/x-y"]);
    assert.deepEqual([...await file.bytes()], [0, 13, 10, 255]);
    assert.deepEqual([read.get("empty").name, read.get("empty").size], ["blob", 0]);
  });
  it("of another's hand is read", async () => {
    const form = await multipart('--B\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--B\r\n'
      + 'Content-Disposition: form-data; name="f"; filename="x;y.txt"\r\nContent-Type: text/css\r\n\r\n'
      + "-Bx\r\n--B--\r\n");
    assert.equal(form.get("a"), "1");
    assert.deepEqual([form.get("f").name, form.get("f").type, await form.get("f").text()], ["x;y.txt", "text/css",
      "-Bx"]);
  });
  // Spaces were taken off by patterns whose time was the square of it: hours here (T80).
  it("is read in time however many spaces a stranger puts into its headers", async () => {
    const spaces = "a" + " ".repeat(1_000_000) + "b";
    const form = await multipart(`--B\r\nX: ${spaces}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B--`);
    assert.equal(form.get("a"), "1");
    const headers = { "Content-Type": `multipart/form-data; x=${spaces}; boundary=B` };
    const part = '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n2\r\n--B--';
    const read = await new Response(part, { headers }).formData();
    assert.equal(read.get("a"), "2");
    assert.equal(new Headers({ a: ` ${spaces} ` }).get("a"), spaces);
    assert.equal(await (await fetch(`data:text/plain;x=${spaces};base64,eA==`)).text(), "x");
  });
  it("is read from its urlencoded format", async () => {
    const form = await new Response(new URLSearchParams([["a", "1 2"], ["b", "&"], ["a", "é"]])).formData();
    assert.deepEqual([...form], [["a", "1 2"], ["b", "&"], ["a", "é"]]);
  });
});
