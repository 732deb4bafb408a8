// The module "cloudflare:test": tests written for Workers find here what "edge-run:test" has.
export * from "edge-run:test";
