// Which variable an identifier means, and the expressions that it may hold.

/// A variable is {values}: each {node, scope} that it is set to, or {property, of, scope} where a pattern takes a
/// property of what `of` holds (null: nobody knows); `null` among them for what cannot be told.
class Scope {
  #parent;
  #variables = new Map();
  constructor(parent, isFunction) {
    this.#parent = parent;
    this.isFunction = isFunction;
  }
  declare(name) {
    if (!this.#variables.has(name)) this.#variables.set(name, { values: [] });
    return this.#variables.get(name);
  }
  /// Null for globals.
  find(name) {
    return this.#variables.get(name) ?? this.#parent?.find(name) ?? null;
  }
  /// Where `var` declares.
  get function() {
    return this.isFunction || !this.#parent ? this : this.#parent.function;
  }
}

const functions = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);
const blocks = new Set([
  "BlockStatement", "ForStatement", "ForInStatement", "ForOfStatement", "CatchClause", "SwitchStatement", "ClassBody",
  "StaticBlock",
]);

const isLoop = ({ type }) => type === "ForOfStatement" || type === "ForInStatement";

function childrenOf(node) {
  const children = [];
  for (const key in node) {
    const value = node[key];
    if (value === null || typeof value !== "object" || key === "loc") continue;
    if (!Array.isArray(value)) {
      if (typeof value.type === "string") children.push(value);
      continue;
    }
    for (const child of value) if (typeof child?.type === "string") children.push(child);
  }
  return children;
}

/// The name of a property as far as it is written down: of `a.b`, `a["b"]`, `{b: …}`; else null.
export function nameOfKey(key, computed) {
  if (!computed && key.type === "Identifier") return key.name;
  return key.type === "Literal" && typeof key.value === "string" ? key.value : null;
}

/// Sets the variables of a pattern. `value` is what it takes apart.
function bind(pattern, value, declare) {
  switch (pattern.type) {
    case "Identifier":
      declare(pattern.name)?.values.push(value);
      return;
    case "AssignmentPattern":
      bind(pattern.left, value, declare);
      return;
    case "ObjectPattern":
      for (const property of pattern.properties) {
        if (property.type === "RestElement") {
          bind(property.argument, null, declare);
          continue;
        }
        const name = nameOfKey(property.key, property.computed);
        bind(property.value, name === null ? null : { property: name, of: value }, declare);
      }
      return;
    case "ArrayPattern":
      for (const element of pattern.elements) if (element) bind(element, null, declare);
      return;
    case "RestElement":
      bind(pattern.argument, null, declare);
  }
}

/// A Map from the nodes that begin a scope.
export function scopesOf(tree) {
  const scopes = new Map();
  const assignments = [];
  const visit = (node, outer) => {
    let scope = outer;
    if (node === tree || functions.has(node.type) || blocks.has(node.type)) {
      scope = new Scope(outer, node === tree || functions.has(node.type));
      scopes.set(node, scope);
    }
    const unknown = (name) => scope.declare(name);
    if (functions.has(node.type)) {
      for (const parameter of node.params) bind(parameter, null, unknown);
      if (node.type === "FunctionDeclaration" && node.id) outer.declare(node.id.name).values.push(null);
    } else if (node.type === "VariableDeclaration") {
      const home = node.kind === "var" ? scope.function : scope;
      for (const { id, init } of node.declarations)
        bind(id, init ? { node: init, scope } : null, (name) => {
          const variable = home.declare(name);
          return init || id.type !== "Identifier" ? variable : null;
        });
    } else if (node.type === "CatchClause" && node.param) {
      bind(node.param, null, unknown);
    } else if (node.type === "ClassDeclaration" && node.id) {
      scope.declare(node.id.name).values.push(null);
    } else if (node.type.startsWith("Import") && node.local) {
      scope.declare(node.local.name).values.push(null);
    } else if (node.type === "AssignmentExpression") {
      assignments.push([node.left, node.operator === "=" ? { node: node.right, scope } : null, scope]);
    } else if (node.type === "UpdateExpression") {
      assignments.push([node.argument, null, scope]);
    } else if (isLoop(node) && node.left.type !== "VariableDeclaration") {
      assignments.push([node.left, null, scope]);
    }
    for (const child of childrenOf(node)) visit(child, scope);
    // What a loop hands to its variable is not written down.
    if (isLoop(node) && node.left.type === "VariableDeclaration") {
      const home = node.left.kind === "var" ? scope.function : scope;
      bind(node.left.declarations[0].id, null, (name) => home.declare(name));
    }
  };
  visit(tree, null);
  for (const [pattern, value, scope] of assignments) bind(pattern, value, (name) => scope.find(name));
  return scopes;
}

/// Calls visit(node, scope, parent) for every node.
export function walk(node, scopes, visit, scope = null, parent = null) {
  const here = scopes.get(node) ?? scope;
  visit(node, here, parent);
  for (const child of childrenOf(node)) walk(child, scopes, visit, here, node);
}
