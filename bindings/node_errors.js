// The errors of Node.js's modules: each has a code.
// https://nodejs.org/api/errors.html#nodejs-error-codes
export const coded = (error, code) => Object.assign(error, { code });

const received = (value) => (value === null ? "null" : value === undefined ? "undefined" : `type ${typeof value}`);

export const invalidType = (name, wanted, value) =>
  coded(new TypeError(`The "${name}" argument must be ${wanted}. Received ${received(value)}`), "ERR_INVALID_ARG_TYPE");

export const outOfRange = (name, range, value) => coded(
  new RangeError(`The value of "${name}" is out of range. It must be ${range}. Received ${value}`), "ERR_OUT_OF_RANGE",
);

export function requireString(value, name) {
  if (typeof value !== "string") throw invalidType(name, "of type string", value);
  return value;
}

export function requireInteger(value, name, least, most) {
  if (typeof value !== "number") throw invalidType(name, "of type number", value);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw outOfRange(name, `an integer >= ${least} and <= ${most}`, value);
}
