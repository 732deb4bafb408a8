// The module "cloudflare:workers": the environment and the current event without passing them on, and what handlers
// that are classes extend.
// https://developers.cloudflare.com/workers/runtime-apis/
const { builtins } = import.meta;

export const { WorkerEntrypoint, waitUntil } = builtins;
export const env = builtins.environment();

// Libraries name these for what they offer to others; whoever makes one is told that it is not here.
const refuse = (name) => class {
  constructor() { throw new Error(`${name} is not available in edge-run`); }
};
export const DurableObject = refuse("DurableObject");
export const WorkflowEntrypoint = refuse("WorkflowEntrypoint");
export const RpcStub = refuse("RpcStub");
export const RpcTarget = refuse("RpcTarget");
