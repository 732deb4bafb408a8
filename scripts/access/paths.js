// Which application a URL belongs to: the most specific host, then the most specific path. A path that an origin may
// read in more than one way belongs to none when its readings belong to different ones.

/// {host, segments} of "example.com/admin" or "*.example.com/*/reports"; null for what is none.
export function domainOf(text) {
  const [, host, path] = /^([^/]+)(\/.*)?$/.exec(text) ?? [];
  const isHost = /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(host ?? "");
  const segments = (path ?? "").split("/").slice(1);
  if (segments.at(-1) === "") segments.pop();
  const isPath = segments.every((segment) => segment === "*" || /^[A-Za-z0-9._~!$&'()+,=:@-]+$/.test(segment));
  return isHost && isPath && !segments.includes(".") && !segments.includes("..") ? { host, segments } : null;
}

/// The application of `url`; null: none, undefined: it depends on who reads the path.
export function applicationFor(applications, url) {
  const readings = readingsOf(url.pathname).map((path) => mostSpecific(applications, url.hostname, path));
  return readings.every((application) => application === readings[0]) ? readings[0] : undefined;
}

function mostSpecific(applications, hostname, path) {
  const host = hostname.replace(/\.$/, "");
  const segments = path.split("/").slice(1);
  let best = null;
  for (const application of applications) {
    const { domain } = application;
    if (!hostMatches(domain.host, host) || !startsWith(segments, domain.segments)) continue;
    if (best === null || compare(domain, best.domain) > 0) best = application;
  }
  return best;
}

const hostMatches = (pattern, host) =>
  pattern === host || (pattern.startsWith("*.") && host.endsWith(pattern.slice(1)) && host !== pattern.slice(2));

const startsWith = (segments, pattern) =>
  pattern.length <= segments.length &&
  pattern.every((want, i) => (want === "*" ? segments[i] !== "" : want === segments[i]));

// A name without a wildcard before one with, a longer one before a shorter; then as many segments as possible, and
// among those of one number the first that is literal where the other has a wildcard.
function compare(one, other) {
  const wild = one.host.startsWith("*.") - other.host.startsWith("*.");
  if (wild !== 0) return -wild;
  if (one.host !== other.host) return one.host.length - other.host.length;
  if (one.segments.length !== other.segments.length) return one.segments.length - other.segments.length;
  const at = one.segments.findIndex((segment, i) => (segment === "*") !== (other.segments[i] === "*"));
  if (at === -1) return 0;
  return one.segments[at] === "*" ? -1 : 1;
}

// The path as sent, and as origins are known to read it: decoded once or again, with "\" for "/", empty segments and
// what follows ";" left out, ".." resolved, upper case for lower case.
function readingsOf(path) {
  const readings = [path];
  let decoded = path;
  for (let round = 0; round < 3; round++) {
    const again = decode(decoded);
    if (again === decoded) break;
    decoded = again;
    readings.push(decoded);
  }
  for (const one of [...readings]) readings.push(plain(one), one.split(";")[0], one.replaceAll("\\", "/"));
  return [...new Set([...readings, ...readings.map((one) => one.toLowerCase())])];
}

function decode(path) {
  return path.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

function plain(path) {
  const kept = [];
  for (const segment of path.replaceAll("\\", "/").split("/")) {
    const [name] = segment.split(/[;\0]/);
    if (name === "..") kept.pop();
    else if (name !== "" && name !== ".") kept.push(name);
  }
  return `/${kept.join("/")}${path.endsWith("/") && kept.length > 0 ? "/" : ""}`;
}
