// What an expression stands for, as far as its syntax tells: request.cf.tlsClientAuth, its `cert`, or one of their
// values.
import { nameOfKey } from "./scopes.js";

/// What `request.cf.tlsClientAuth` has; docs of Cloudflare and runtime/tls/client_auth.cpp list the same.
export const fields = [
  "certPresented", "certVerified", "certRevoked", "certIssuerDN", "certSubjectDN", "certIssuerDNRFC2253",
  "certSubjectDNRFC2253", "certIssuerDNLegacy", "certSubjectDNLegacy", "certSerial", "certIssuerSerial", "certSKI",
  "certIssuerSKI", "certFingerprintSHA1", "certFingerprintSHA256", "certNotBefore", "certNotAfter", "certRFC9440",
  "certRFC9440TooLarge", "certChainRFC9440", "certChainRFC9440TooLarge",
];
const fieldSet = new Set(fields);
export const auth = "tlsClientAuth", certificate = "cert";

/// Methods whose result is still the same value, spelled otherwise.
const transparent = new Set([
  "toLowerCase", "toUpperCase", "trim", "trimStart", "trimEnd", "normalize", "toString", "valueOf", "replace",
  "replaceAll",
]);
const depth_max = 12;

/// The method's name where `node` calls one, and the object; else null.
export function methodOf(node) {
  const call = node?.type === "ChainExpression" ? node.expression : node;
  if (call?.type !== "CallExpression" || call.callee.type !== "MemberExpression") return null;
  const name = nameOfKey(call.callee.property, call.callee.computed);
  return name === null ? null : { name, object: call.callee.object, arguments: call.arguments };
}

function meaningOfProperty(name, of) {
  if (name === auth) return auth;
  if (of === auth && name === certificate) return certificate;
  if (of === certificate) return `cert.${name}`;
  return fieldSet.has(name) ? name : null;
}

function meaningOfVariable(variable, depth) {
  if (variable.values.length !== 1 || variable.values[0] === null) return null;
  return meaningOfValue(variable.values[0], depth);
}

function meaningOfValue(value, depth) {
  if (value === null || depth > depth_max) return null;
  if (value.node) return meaningOf(value.node, value.scope, depth + 1);
  return meaningOfProperty(value.property, meaningOfValue(value.of, depth + 1));
}

function meaningOfCall(node, scope, depth) {
  const method = methodOf(node);
  if (method && transparent.has(method.name)) return meaningOf(method.object, scope, depth + 1);
  const isText = node.callee.type === "Identifier" && node.callee.name === "String";
  const isEncoded = method?.name === "encode" && node.arguments.length === 1;
  return isText || isEncoded ? meaningOf(node.arguments[0], scope, depth + 1) : null;
}

/// `auth`, `certificate`, "cert.state", "certRevoked" …; null for what stands for something else.
export function meaningOf(node, scope, depth = 0) {
  if (!node || depth > depth_max) return null;
  const inner = (child) => meaningOf(child, scope, depth + 1);
  switch (node.type) {
    case "ChainExpression":
      return inner(node.expression);
    case "MemberExpression": {
      const name = nameOfKey(node.property, node.computed);
      return name === null ? null : meaningOfProperty(name, inner(node.object));
    }
    case "Identifier": {
      const variable = scope.find(node.name);
      return variable && meaningOfVariable(variable, depth + 1);
    }
    case "LogicalExpression":
      return node.operator === "&&" ? inner(node.right) : inner(node.left);
    case "AssignmentExpression":
      return inner(node.right);
    case "ObjectExpression":
      // A copy.
      return node.properties[0]?.type === "SpreadElement" ? inner(node.properties[0].argument) : null;
    case "CallExpression":
      return meaningOfCall(node, scope, depth);
    default:
      return null;
  }
}
