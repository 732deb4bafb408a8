// The rules. Each is a function of a node that returns its findings, {at: node, message: "what is wrong; the remedy"}.
import { auth, certificate, fields, meaningOf, methodOf } from "./meaning.js";
import { nameOfKey } from "./scopes.js";

const flags = new Set(["certPresented", "certRevoked"]);
const booleans = new Set(["certRFC9440TooLarge", "certChainRFC9440TooLarge"]);
const states = ["verified", "failed", "none", "revoked", "unknown"];
const equalities = new Set(["==", "===", "!=", "!=="]);

/// The comparisons in which `node` is: [one side, other side, operator]; those of a switch too.
function comparisonsOf(node) {
  if (node.type === "BinaryExpression" && equalities.has(node.operator))
    return [[node.left, node.right, node.operator], [node.right, node.left, node.operator]];
  if (node.type === "SwitchStatement")
    return node.cases.filter(({ test }) => test).map(({ test }) => [node.discriminant, test, "==="]);
  return [];
}

/// Expressions of `node` of which only truth or falsehood counts.
function conditionsOf(node) {
  switch (node.type) {
    case "IfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForStatement":
    case "ConditionalExpression":
      return node.test ? operandsOf(node.test) : [];
    case "UnaryExpression":
      return node.operator === "!" ? operandsOf(node.argument) : [];
    case "LogicalExpression":
      return node.operator === "&&" ? operandsOf(node.left) : [];
    case "ExpressionStatement":
      return node.expression.type === "LogicalExpression" ? operandsOf(node.expression.left) : [];
    case "CallExpression":
      return node.callee.name === "Boolean" ? node.arguments.flatMap(operandsOf) : [];
    default:
      return [];
  }
}

function operandsOf(node) {
  return node.type === "LogicalExpression" && node.operator !== "??"
    ? [...operandsOf(node.left), ...operandsOf(node.right)] : [node];
}

const truthy = {
  certPresented: 'is "0" or "1", and "0" is truthy: write certPresented === "1"',
  certRevoked: 'is "0" or "1", and "0" is truthy: write certRevoked === "1", or use cert.ok',
  certVerified: 'is "SUCCESS", "NONE" or "FAILED:reason", all of them truthy: write certVerified === "SUCCESS", or ' +
    "use cert.ok",
  "cert.state": `is one of ${states.join(", ")}, all of them truthy: compare it, or use cert.ok`,
  cert: "is there for clients without a certificate too: use cert.ok",
};

function truthyString(node, scope) {
  const found = [];
  for (const condition of conditionsOf(node)) {
    const meaning = meaningOf(condition, scope);
    const isSet = condition.type !== "LogicalExpression" && Object.hasOwn(truthy, meaning ?? "");
    if (isSet) found.push({ at: condition, message: `${meaning} ${truthy[meaning]}` });
  }
  return found;
}

/// What is wrong with comparing a value of `meaning` to the literal; "" for nothing.
function wrongWord(meaning, literal, operator) {
  const { value } = literal;
  const isLoose = operator.length === 2;
  const outcome = operator[0] === "!" ? "always true" : "always false";
  if (flags.has(meaning)) {
    if (value === "0" || value === "1") return "";
    if (isLoose && (value === 0 || value === 1 || typeof value === "boolean")) return "";
    return `${meaning} is "0" or "1", so this is ${outcome}: compare it with "1"`;
  }
  if (meaning === "certVerified") {
    if (value === "SUCCESS" || value === "NONE") return "";
    if (value === "FAILED")
      return 'certVerified says why, as in "FAILED:certificate has expired", so that nearly no failure is "FAILED": ' +
        'compare it with "SUCCESS", or use cert.ok';
    if (typeof value === "string" && value.startsWith("FAILED:")) return "";
    return `certVerified is "SUCCESS", "NONE" or "FAILED:reason", so this is ${outcome}: compare it with "SUCCESS"`;
  }
  if (meaning === "cert.state" && !states.includes(value))
    return `cert.state is one of ${states.join(", ")}, so this is ${outcome}: compare it with those, or use cert.ok`;
  if ((booleans.has(meaning) || meaning === "cert.ok") && typeof value !== "boolean" && !isLoose)
    return `${meaning} is true or false, so this is ${outcome}: use it as it is`;
  return "";
}

function impossibleWord(node, scope) {
  const found = [];
  for (const [side, other, operator] of comparisonsOf(node)) {
    if (other.type !== "Literal" || other.value === null) continue;
    const wrong = wrongWord(meaningOf(side, scope), other, operator);
    if (wrong) found.push({ at: other, message: wrong });
  }
  return found;
}

/// How many letters must be changed; 3 for more than two.
function distance(a, b) {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; ++i) {
    const next = [i];
    for (let j = 1; j <= b.length; ++j)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return Math.min(row.at(-1), 3);
}

function similarField(name) {
  const lower = name.toLowerCase();
  return fields.find((field) => field.toLowerCase() === lower) ??
    fields.find((field) => distance(field.toLowerCase(), lower) < 3);
}

const ofEveryObject = new Set(Object.getOwnPropertyNames(Object.prototype));

/// What is wrong with a property of this name, of an object that stands for `of`.
function wrongName(name, of) {
  if (name === null || fields.includes(name)) return "";
  if (name === "certVerify")
    return "certVerify is an alias of edge-run's alone, and undefined on Cloudflare: write certVerified";
  const similar = /^cert[A-Za-z]/i.test(name) ? similarField(name) : undefined;
  if (similar && (of === auth || /^cert[A-Z]/.test(name)))
    return `${name} is no value of tlsClientAuth, so it is undefined: ${similar} is meant`;
  if (of !== auth || name === certificate || ofEveryObject.has(name)) return "";
  return `${name} is no value of tlsClientAuth, so it is undefined: README.md lists what there is`;
}

function unknownField(node, scope, parent) {
  if (node.type === "MemberExpression") {
    // What is written to is the author's own.
    const isWritten = parent.type === "AssignmentExpression" && parent.left === node;
    const wrong = isWritten ? "" : wrongName(nameOfKey(node.property, node.computed), meaningOf(node.object, scope));
    return wrong ? [{ at: node.property, message: wrong }] : [];
  }
  if (node.type !== "ObjectPattern") return [];
  const of = parent.type === "VariableDeclarator" && parent.init ? meaningOf(parent.init, scope) : null;
  return node.properties.filter(({ type }) => type === "Property").flatMap(({ key, computed }) => {
    const wrong = wrongName(nameOfKey(key, computed), of);
    return wrong ? [{ at: key, message: wrong }] : [];
  });
}

const isName = (meaning) => /^cert(Issuer|Subject)DN/.test(meaning ?? "");
const partMethods = new Set([
  "includes", "startsWith", "endsWith", "indexOf", "lastIndexOf", "match", "matchAll", "search", "split",
]);
const attributes = (meaning) => `compare attributes of cert.${meaning.includes("Issuer") ? "issuer" : "subject"}, ` +
  "names of cert.san, or certFingerprintSHA256";

function nameAsText(node, scope) {
  const found = [];
  const method = node.type === "CallExpression" ? methodOf(node) : null;
  const part = (meaning) => `${meaning} is matched by a part of its text, which other attributes may hold too ` +
    `("CN=admin" is in "CN=admin2" and in "O=CN=admin"): ${attributes(meaning)}`;
  if (method) {
    const subject = meaningOf(method.object, scope);
    const argument = meaningOf(method.arguments[0], scope);
    if (isName(subject) && partMethods.has(method.name)) found.push({ at: node, message: part(subject) });
    if (isName(argument) && (method.name === "test" || method.name === "exec"))
      found.push({ at: node, message: part(argument) });
  }
  for (const [side, other] of comparisonsOf(node)) {
    const meaning = meaningOf(side, scope);
    if (!isName(meaning) || !meaning.endsWith("Legacy") || other.value === "") continue;
    found.push({
      at: node.type === "SwitchStatement" ? other : side,
      message: `${meaning} does not escape "/" and "=", so that two names may have one text: ${attributes(meaning)}`,
    });
  }
  return found;
}

const lookups = new Set(["includes", "has", "get", "indexOf", "timingSafeEqual", "getWithMetadata"]);

function sha1Pin(node, scope) {
  const isSha1 = (part) => meaningOf(part, scope) === "certFingerprintSHA1";
  const message = "a certificate is told by its SHA-1 fingerprint, and SHA-1 has collisions: use certFingerprintSHA256";
  const found = [];
  for (const [side, other] of comparisonsOf(node))
    if (isSha1(side) && other.value !== "") found.push(side);
  if (node.type === "BinaryExpression" && node.operator === "in" && isSha1(node.left)) found.push(node.left);
  if (node.type === "MemberExpression" && node.computed && isSha1(node.property)) found.push(node.property);
  const method = node.type === "CallExpression" ? methodOf(node) : null;
  if (method && lookups.has(method.name)) found.push(...method.arguments.filter(isSha1));
  return found.map((at) => ({ at, message }));
}

const comparisons = ["BinaryExpression", "SwitchStatement"];
const conditions = [
  "IfStatement", "WhileStatement", "DoWhileStatement", "ForStatement", "ConditionalExpression", "UnaryExpression",
  "LogicalExpression", "ExpressionStatement", "CallExpression",
];
const table = [
  ["truthy-string", truthyString, conditions],
  ["impossible-word", impossibleWord, comparisons],
  ["unknown-field", unknownField, ["MemberExpression", "ObjectPattern"]],
  ["name-as-text", nameAsText, ["CallExpression", ...comparisons]],
  ["sha1-pin", sha1Pin, ["CallExpression", "MemberExpression", ...comparisons]],
];

/// For each type of node the [name, rule] that look at it.
export const rules = new Map();
for (const [name, rule, types] of table)
  for (const type of types) rules.set(type, [...(rules.get(type) ?? []), [name, rule]]);
