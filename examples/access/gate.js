// The gate of scripts/access.js with rules in a file of their own: access.json.
//
//   edge-run --config examples/access/edge-run.toml
import { env } from "cloudflare:workers";
import { gate } from "../../scripts/access/gate.js";
import rules from "./access.json" with { type: "json" };

export default await gate(rules, env);
