// Who may use an application: its policies, in Cloudflare's order.
// https://developers.cloudflare.com/cloudflare-one/access-controls/policies/
import { isWithin } from "./address.js";

/// What a rule of a policy asks of a client `who`: {ok, commonName, address, serviceToken}. Rules about certificates
/// hold for good ones only; they are asked for every request, so that a revocation counts at once.
export const selectors = {
  everyone: () => () => true,
  certificate: () => (who) => who.ok,
  common_name: (name) => (who) => who.ok && who.commonName === name,
  ip: (network) => (who) => isWithin(who.address, network),
  service_token: (id) => (who) => who.serviceToken === id,
  any_valid_service_token: () => (who) => who.serviceToken !== null,
};

/// The first policy that decides: Service Auth and Bypass come before Allow and Block, each in the order of their
/// precedence. Null: none matched, which denies.
export function decide(policies, who) {
  const first = policies.filter(({ decision }) => decision === "non_identity" || decision === "bypass");
  const then = policies.filter(({ decision }) => decision === "allow" || decision === "deny");
  return [...first, ...then].find((policy) => matches(policy, who)) ?? null;
}

/// Include is or, require is and, exclude is not.
function matches({ decision, include, require, exclude }, who) {
  // Who is let in by Allow has an identity, whatever the rules say: here that is a certificate or a service token.
  if (decision === "allow" && !who.ok && who.serviceToken === null) return false;
  const holds = (rule) => rule(who);
  return include.some(holds) && require.every(holds) && !exclude.some(holds);
}
