// `edge-run check`'s look at policies: known traps around request.cf.tlsClientAuth, found in the syntax tree. It runs
// in a Realm of its own (lint.cpp).
import { parse } from "acorn";
import { rules } from "./rules.js";
import { scopesOf, walk } from "./scopes.js";

const options = {
  ecmaVersion: "latest", locations: true, allowHashBang: true, allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true, allowSuperOutsideMethod: true,
};

/// The tree of a module, else of a classic script, and its comments.
function treeOf(source) {
  const parsed = (sourceType) => {
    const comments = [];
    return { tree: parse(source, { ...options, sourceType, onComment: comments }), comments };
  };
  try {
    return parsed("module");
  } catch (problem) {
    if (!(problem instanceof SyntaxError)) throw problem;
    try {
      return parsed("script");
    } catch {
      throw problem;
    }
  }
}

/// The lines whose findings the author has answered: "// check-ok: REASON" at a line's end, or on a line above it.
function answeredLines(comments) {
  const answered = comments.filter(({ value }) => /^\s*check-ok:\s*\S/.test(value));
  return new Set(answered.flatMap(({ loc }) => [loc.end.line, loc.end.line + 1]));
}

function findingsOf({ tree, comments }, path) {
  const answered = answeredLines(comments);
  const scopes = scopesOf(tree);
  const found = new Map();
  walk(tree, scopes, (node, scope, parent) => {
    for (const [name, rule] of rules.get(node.type) ?? []) {
      for (const { at, message } of rule(node, scope, parent)) {
        const { line, column } = at.loc.start;
        const text = `${path}:${line}:${column + 1}: ${message} (${name})`;
        if (!answered.has(line)) found.set(`${at.start} ${name}`, { start: at.start, text });
      }
    }
  });
  return [...found.values()].sort((a, b) => a.start - b.start).map(({ text }) => text);
}

/// [a line "path:line:column: what is wrong: the remedy (rule)" for each finding, in the order of their places; what
/// kept the file from being looked at, or ""].
export function lint(source, path) {
  // Most files of a bundle or a folder have nothing to do with clients' certificates, and reading them takes long.
  if (!/tlsClientAuth|\bcert[A-Z]/.test(source)) return ["", ""];
  try {
    return [findingsOf(treeOf(source), path).join("\n"), ""];
  } catch (error) {
    const place = error.loc ? `${path}:${error.loc.line}:${error.loc.column + 1}` : path;
    return ["", `${place}: it is not linted: ${error.message.replace(/ \(\d+:\d+\)$/, "")}`];
  }
}
