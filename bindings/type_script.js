// TypeScript to JavaScript, by amaro. It runs in a Realm of its own (type_script.cpp), where `native` is that file's
// table.
import { load } from "./type_script_platform.js";

let library = null;

const remedy = (path) => 'write it in syntax that is types alone ("erasableSyntaxOnly" in tsconfig.json finds ' +
  `such places), or bundle the script: edge-run bundle ${path} -o worker.js`;

/// "policy.ts:3:1: what is wrong there".
function problemOf(error, path) {
  if (typeof error?.message !== "string") return `${path}: ${error}`;
  const message = error.message.replace(/\.$/, "");
  if (error.startLine === undefined) return `${path}: ${message}`;
  const place = `${path}:${error.startLine}:${error.startColumn + 1}`;
  return error.code === "UnsupportedSyntax" ? `${place}: ${message}: ${remedy(path)}` : `${place}: ${message}`;
}

/// [JavaScript, ""], or ["", what is wrong].
export function strip(source, path) {
  // Not while the bootstrap runs: the library compiles its WebAssembly then.
  library ??= load();
  try {
    return [library.transformSync(source, { mode: "strip-only", module: true }).code, ""];
  } catch (error) {
    // What is no finding about the source may have left the library broken.
    if (error?.code === undefined) library = null;
    return ["", problemOf(error, path)];
  }
}
