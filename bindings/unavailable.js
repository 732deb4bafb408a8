// What other Workers runtimes have and this one has not yet, where a script is better told so than left with
// "undefined": code that tests for these names expects a Worker to have them.
const refuse = (name) => { throw new Error(`${name} is not available in edge-run yet`); };

export class HTMLRewriter {
  constructor() { refuse("HTMLRewriter"); }
}
