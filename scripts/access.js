// Cloudflare Access for your own origins: applications by host and path, policies that allow, deny or bypass, and a
// signed token for whom they let in. The rules are the variable ACCESS, the keys are secrets: docs/access.md.
//
//   edge-run --config examples/access/edge-run.toml
import { env } from "cloudflare:workers";
import { gate } from "./access/gate.js";

export { isBoundToCertificate } from "./access/certificate_binding.js";
export default await gate(env.ACCESS, env);
