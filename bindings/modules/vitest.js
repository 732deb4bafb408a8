// The module "vitest": tests written for it find here what "edge-run:test" has.
export * from "edge-run:test";
