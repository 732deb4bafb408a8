// Reads and writes expected.txt: what is known to fail, and why.
import { readFileSync } from "node:fs";

// The format:
//
//   because there is no document here         the reason of the lines that follow
//   FileAPI/a.any.js                          every subtest of the file fails, or the file cannot run at all
//   url/b.any.js?variant | name of a subtest  that subtest fails; * stands for any text
//   url/c.any.js | 602 of * (Blob/File)       so many of the subtests that match fail
//
// What the list names must fail, and what it does not name must pass.

/// Rules in their order.
export function readExpectations(path) {
  const rules = [];
  let reason = "";
  for (const [index, line] of readFileSync(path, "utf8").split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    if (line.startsWith("because ")) {
      reason = line.slice("because ".length);
      continue;
    }
    if (reason === "") throw new Error(`${path}:${index + 1}: no "because" before the first rule`);
    const at = line.indexOf(" | ");
    const file = at < 0 ? line.trim() : line.slice(0, at).trim();
    const name = at < 0 ? undefined : line.slice(at + 3);
    const [, count, pattern] = name?.match(/^(\d+) of (.*)$/) ?? [];
    const matches = matcherOf(count ? pattern : name);
    rules.push({ file, name, count: Number(count ?? 0), matches, reason, line: index + 1, used: false });
  }
  return rules;
}

function matcherOf(name) {
  if (name === undefined) return () => true;
  const pattern = name.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*");
  const expression = new RegExp(`^${pattern}$`, "s");
  return (subtest) => expression.test(shown(subtest));
}

/// A subtest's name on one line.
export const shown = (name) =>
  name.replace(/[\\\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]/g, (unit) =>
    unit === "\\" ? "\\\\" : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/// What differs from the rules in the results of one file: { file, name, was } each.
export function surprises(rules, file, subtests) {
  const own = rules.filter((rule) => rule.file === file);
  const found = [];
  for (const rule of own.filter(({ count }) => count > 0)) {
    const failed = subtests.filter(({ name, passed }) => !passed && rule.matches(name)).length;
    rule.used = true;
    if (failed !== rule.count) found.push({ file, name: rule.name, was: `${failed} failed`, message: rule.reason });
  }
  for (const { name, passed, message } of subtests) {
    if (own.some((rule) => rule.count > 0 && rule.matches(name))) continue;
    // An exact name counts before a pattern, so that a pattern can have exceptions.
    const rule = own.find((one) => one.name === shown(name)) ?? own.find((one) => one.matches(name));
    if (rule) rule.used = true;
    if (passed && rule) found.push({ file, name, was: "passed", message: `expected to fail: ${rule.reason}` });
    if (!passed && !rule) found.push({ file, name, was: "failed", message });
  }
  for (const rule of own) {
    if (!rule.used) found.push({ file, name: rule.name ?? "*", was: "missing", message: `expected.txt:${rule.line}` });
  }
  return found;
}
