// Checks what the operator wrote, and makes of it what the gate works with. Whatever is wrong is an error that names
// the place: "ACCESS.applications[0].policies[1].include[0].ip.ip".
import { networkOf } from "./address.js";
import { domainOf } from "./paths.js";
import { selectors } from "./policies.js";

export const minutesMax = 30 * 24 * 60;

function refuse(path, problem) {
  throw new TypeError(`${path} ${problem}`);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/// The values of an object whose keys are known: `table` has for each a function that reads it. Those of `optional`
/// may be missing.
function record(value, path, table, optional = {}) {
  if (!isObject(value)) refuse(path, "must be an object");
  const known = { ...table, ...optional };
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(known, key)) refuse(`${path}.${key}`, `is no key here: ${Object.keys(known).join(", ")} are`);
  }
  const read = {};
  for (const [key, reader] of Object.entries(known)) {
    if (Object.hasOwn(value, key)) read[key] = reader(value[key], `${path}.${key}`);
    else if (Object.hasOwn(table, key)) refuse(`${path}.${key}`, "is missing");
  }
  return read;
}

function list(value, path, reader, atLeast = 0) {
  if (!Array.isArray(value)) refuse(path, "must be an array");
  if (value.length < atLeast) refuse(path, "must not be empty");
  return value.map((one, i) => reader(one, `${path}[${i}]`));
}

function text(value, path) {
  if (typeof value !== "string" || value === "") refuse(path, "must be a string that is not empty");
  return value;
}

function truth(value, path) {
  if (typeof value !== "boolean") refuse(path, "must be true or false");
  return value;
}

const oneOf = (...words) => (value, path) =>
  words.includes(value) ? value : refuse(path, `must be ${words.map((word) => `"${word}"`).join(" or ")}`);

/// Seconds of "24h" or "30m".
function duration(value, path) {
  const [, count, unit] = /^(\d{1,5})([mh])$/.exec(value) ?? [];
  const minutes = +count * (unit === "h" ? 60 : 1);
  if (!(minutes >= 1 && minutes <= minutesMax)) refuse(path, 'must be a time like "24h" or "30m", 30 days at most');
  return minutes * 60;
}

function teamDomain(value, path) {
  if (!URL.canParse(value) || new URL(value).origin !== value || !value.startsWith("https://"))
    refuse(path, 'must be the https origin that serves /cdn-cgi/access/certs, like "https://team.example.com"');
  return value;
}

function domain(value, path) {
  const expected = 'a host name in lower case and perhaps a path, like "example.com/admin" or "*.example.com"';
  return domainOf(text(value, path)) ?? refuse(path, `must be ${expected}`);
}

function audience(value, path) {
  if (!/^[0-9a-f]{64}$/.test(value)) refuse(path, "must be 64 digits 0-9a-f: make them with openssl rand -hex 32");
  return value;
}

function network(value, path) {
  return networkOf(text(value, path)) ??
    refuse(path, 'must be an address or a network without bits behind its prefix, like "10.0.0.0/8"');
}

/// What stands in a selector's object.
const rules = (tokens) => ({
  everyone: {},
  certificate: {},
  common_name: { common_name: text },
  ip: { ip: network },
  service_token: {
    token_id: (value, path) =>
      tokens.some(({ id }) => id === value) ? value : refuse(path, "is no id of service_tokens"),
  },
  any_valid_service_token: {},
});

const ruleReader = (tokens) => (value, path) => {
  const known = rules(tokens);
  const keys = isObject(value) ? Object.keys(value) : [];
  if (keys.length !== 1) refuse(path, "must be an object with one selector");
  const [name] = keys;
  if (!Object.hasOwn(known, name)) {
    refuse(`${path}.${name}`, `is no selector here: ${Object.keys(known).join(", ")} are`);
  }
  const [argument] = Object.values(record(value[name], `${path}.${name}`, known[name]));
  return selectors[name](argument);
};

const policyReader = (tokens) => (value, path) => {
  const rule = ruleReader(tokens);
  const read = record(
    value, path,
    {
      decision: oneOf("allow", "deny", "non_identity", "bypass"),
      include: (all, where) => list(all, where, rule, 1),
    },
    {
      name: text,
      precedence: (number, where) => (Number.isInteger(number) ? number : refuse(where, "must be an integer")),
      require: (all, where) => list(all, where, rule),
      exclude: (all, where) => list(all, where, rule),
    },
  );
  return { require: [], exclude: [], ...read };
};

function policies(value, path, tokens) {
  const read = list(value, path, policyReader(tokens), 1).map((policy, i) => ({ precedence: i + 1, ...policy }));
  read.forEach(({ precedence }, i) => {
    const other = read.findIndex((policy) => policy.precedence === precedence);
    if (other !== i) refuse(`${path}[${i}].precedence`, `is ${precedence}, as that of ${path}[${other}]`);
  });
  return read.sort((one, other) => one.precedence - other.precedence);
}

const applicationReader = (tokens) => (value, path) => ({
  same_site_cookie_attribute: "lax",
  http_only_cookie_attribute: true,
  path_cookie_attribute: false,
  service_auth_401_redirect: false,
  ...record(
    value, path,
    { name: text, domain, aud: audience, policies: (all, where) => policies(all, where, tokens) },
    {
      session_duration: duration,
      same_site_cookie_attribute: oneOf("strict", "lax", "none"),
      http_only_cookie_attribute: truth,
      path_cookie_attribute: truth,
      service_auth_401_redirect: truth,
    },
  ),
});

const tokenReader = (secrets) => (value, path) => {
  const { id, client_id: clientId, secret: name } = record(value, path, { id: text, client_id: text, secret: text });
  const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  if (typeof secret !== "string" || secret.length < 16) {
    refuse(`${path}.secret`, `names ${name}, but env has no secret of 16 characters there: give it in --dev-vars`);
  }
  return { id, clientId, secret };
};

function unique(all, key, path, name) {
  all.forEach((one, i) => {
    const other = all.findIndex((another) => key(another) === key(one));
    if (other !== i) refuse(`${path}[${i}].${name}`, `is the same as that of ${path}[${other}]`);
  });
}

/// `secrets` is env, where the secrets of service tokens are. Throws a TypeError for anything that is not right.
export function readConfiguration(value, secrets) {
  const path = "ACCESS";
  if (value === undefined) refuse(path, "is missing: add it to vars, see docs/access.md");
  const written = isObject(value) ? value.service_tokens ?? [] : [];
  const tokens = list(written, `${path}.service_tokens`, tokenReader(secrets));
  unique(tokens, ({ id }) => id, `${path}.service_tokens`, "id");
  unique(tokens, ({ clientId }) => clientId, `${path}.service_tokens`, "client_id");
  const read = record(
    value, path,
    { team_domain: teamDomain, applications: (all, where) => list(all, where, applicationReader(tokens), 1) },
    { session_duration: duration, service_tokens: () => tokens },
  );
  const { applications, session_duration: seconds = 24 * 3600 } = read;
  unique(applications, ({ domain }) => JSON.stringify(domain), `${path}.applications`, "domain");
  unique(applications, ({ aud }) => aud, `${path}.applications`, "aud");
  return {
    issuer: read.team_domain,
    tokens,
    applications: applications.map((one) => ({ session_duration: seconds, ...one })),
  };
}
