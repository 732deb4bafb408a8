// Questions to a platform, and its answers as JSON.

/// What `ask` gives, or the error that it throws.
export async function told(ask) {
  try {
    const value = await ask();
    return value === undefined ? "undefined" : value;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

/// { name: answer } for { name: ask }, asked one after the other.
export async function answers(questions) {
  const all = {};
  for (const [name, ask] of Object.entries(questions)) all[name] = await told(ask);
  return all;
}

export const bytes = (...values) => new Uint8Array(values);
export const text = async (stream) => new Response(stream).text();
