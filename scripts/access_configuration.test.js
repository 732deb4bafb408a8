// What access.js refuses to start with, and which place it names.
import { beforeAll, describe, expect, it } from "edge-run:test";
import { gate } from "./access/gate.js";

const everyone = { everyone: {} };
const name = (common_name) => ({ common_name: { common_name } });
const aud = (digit) => digit.repeat(64);
let key;

beforeAll(async () => {
  const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048 };
  const algorithm = { ...rsa, publicExponent: new Uint8Array([1, 0, 1]) };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  key = JSON.stringify(await crypto.subtle.exportKey("jwk", pair.privateKey));
});

const good = () => ({
  team_domain: "https://team.example.com",
  service_tokens: [{ id: "ci", client_id: "ci.access", secret: "CI_SECRET" }],
  applications: [{
    name: "all", domain: "example.com", aud: aud("a"),
    policies: [{ decision: "non_identity", include: [name("x")] }],
  }],
});

/// What is said of a configuration that `change` made bad: of the whole, its application, its policy, its token.
async function problem(change, more = {}) {
  let access = good();
  const [application] = access.applications;
  const result = change({ access, application, policy: application.policies[0], token: access.service_tokens[0] });
  if (result === "none") access = undefined;
  const secrets = { ACCESS_SIGNING_KEY: key, CI_SECRET: "0123456789abcdef", ...more };
  return gate(access, secrets).then(() => "started", (error) => `${error.name}: ${error.message}`);
}

describe("access.js: a malformed configuration is refused", () => {
  const application = "ACCESS.applications[0]";
  const policy = `${application}.policies[0]`;
  const within = (network) => ({ policy }) => { policy.require = [{ ip: { ip: network } }]; };
  it.each([
    ["ACCESS is missing", () => "none"],
    ["ACCESS.team_domain is missing", ({ access }) => delete access.team_domain],
    ["ACCESS.team_domain must be the https origin", ({ access }) => { access.team_domain = "http://a"; }],
    ["ACCESS.team_domain must be the https origin", ({ access }) => { access.team_domain = "https://a/"; }],
    ["ACCESS.aplications is no key here: team_domain, applications", ({ access }) => { access.aplications = []; }],
    ["ACCESS.applications must not be empty", ({ access }) => { access.applications = []; }],
    ["ACCESS.applications must be an array", ({ access }) => { access.applications = {}; }],
    [`${application} must be an object`, ({ access }) => { access.applications[0] = null; }],
    [`${application}.domain must be a host name`, ({ application }) => { application.domain = "Example.com"; }],
    [`${application}.domain must be a host name`, ({ application }) => { application.domain = "example.com:443"; }],
    [`${application}.domain must be a host name`, ({ application }) => { application.domain = "https://a.com"; }],
    [`${application}.domain must be a host name`, ({ application }) => { application.domain = "a.com/b/../c"; }],
    [`${application}.aud must be 64 digits`, ({ application }) => { application.aud = "abc"; }],
    [`${application}.session_duration must be a time`, ({ application }) => { application.session_duration = "1d"; }],
    [`${application}.session_duration must be a time`, ({ application }) => { application.session_duration = "0h"; }],
    ["ACCESS.applications[1].domain is the same as that of ACCESS.applications[0]",
      ({ access, application }) => access.applications.push({ ...application, aud: aud("b") })],
    ["ACCESS.applications[1].aud is the same as that of ACCESS.applications[0]",
      ({ access, application }) => access.applications.push({ ...application, domain: "b.com" })],
    [`${application}.policies must not be empty`, ({ application }) => { application.policies = []; }],
    [`${policy}.decision must be "allow" or`, ({ policy }) => { policy.decision = "Allow"; }],
    [`${policy}.include must not be empty`, ({ policy }) => { policy.include = []; }],
    [`${policy}.inclde is no key here: decision, include`, ({ policy }) => { policy.inclde = []; }],
    [`${policy}.include[0].email is no selector here`, ({ policy }) => { policy.include = [{ email: {} }]; }],
    [`${policy}.include[0].constructor is no selector here`,
      ({ policy }) => { policy.include = [{ __proto__: null, constructor: {} }]; }],
    [`${policy}.include[1] must be an object with one selector`, ({ policy }) => policy.include.push("everyone")],
    [`${policy}.include[1] must be an object with one selector`,
      ({ policy }) => policy.include.push({ ...everyone, certificate: {} })],
    [`${policy}.include[1].everyone.x is no key here`, ({ policy }) => policy.include.push({ everyone: { x: 1 } })],
    [`${policy}.include[1].common_name.common_name is missing`,
      ({ policy }) => policy.include.push({ common_name: {} })],
    [`${policy}.include[1].common_name.common_name must be a string`, ({ policy }) => policy.include.push(name(""))],
    [`${policy}.require[0].ip.ip must be an address`, within("10.0.0.1/8")],
    [`${policy}.require[0].ip.ip must be an address`, within("::/129")],
    [`${policy}.require[0].ip.ip must be an address`, within("1::2::3")],
    [`${policy}.require[0].ip.ip must be an address`, within("10.01.0.0")],
    [`${policy}.exclude[0].service_token.token_id is no id of service_tokens`,
      ({ policy }) => { policy.exclude = [{ service_token: { token_id: "no" } }]; }],
    [`${application}.policies[1].precedence is 1, as that of ${policy}`,
      ({ application }) => application.policies.push({ decision: "deny", include: [everyone], precedence: 1 })],
    ["ACCESS.service_tokens[0].secret names NONE, but env has no secret", ({ token }) => { token.secret = "NONE"; }],
    ["ACCESS.service_tokens[0].secret names toString", ({ token }) => { token.secret = "toString"; }],
    ["ACCESS.service_tokens[1].id is the same as", ({ access, token }) => access.service_tokens.push(token)],
  ])("%s", async (expected, change) => expect(await problem(change)).toContain(`TypeError: ${expected}`));

  it("a signing key that is missing, none, public or too short is refused, and never quoted", async () => {
    const said = (ACCESS_SIGNING_KEY) => problem(() => undefined, { ACCESS_SIGNING_KEY });
    expect(await said(undefined)).toContain("env.ACCESS_SIGNING_KEY is missing");
    const { n, e, kty } = JSON.parse(key);
    for (const text of ["hunter2", "{}", "{", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
      JSON.stringify({ n, e, kty })]) {
      expect(await said(text)).toContain("env.ACCESS_SIGNING_KEY is no private RSA key of 2048 bits or more");
      expect(await said(text)).not.toContain("hunter2");
    }
    const previous = await problem(() => undefined, { ACCESS_PREVIOUS_SIGNING_KEY: "x" });
    expect(previous).toContain("env.ACCESS_PREVIOUS_SIGNING_KEY is no private RSA key");
  });
  it("one that is right starts", async () => expect(await problem(() => undefined)).toBe("started"));
});
