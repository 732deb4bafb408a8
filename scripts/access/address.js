// IP addresses and networks in CIDR notation, IPv4 and IPv6, as numbers that can be compared.

/// {bits, value} of an address, or null for what is none. An IPv4 address in IPv6's clothes is the IPv4 address.
export function addressOf(text) {
  const four = ipv4(text);
  if (four !== null) return { bits: 32n, value: four };
  const six = ipv6(text);
  if (six === null) return null;
  return six >> 32n === 0xffffn ? { bits: 32n, value: six & 0xffffffffn } : { bits: 128n, value: six };
}

/// {bits, prefix, value} of "10.0.0.0/8", "2001:db8::/32" or a single address; null for what is none, or has bits
/// behind its prefix: "10.1.2.3/8" is more likely a slip than a network.
export function networkOf(text) {
  const [, host, digits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = host === undefined ? null : addressOf(host);
  if (address === null) return null;
  const prefix = digits === undefined ? address.bits : BigInt(digits);
  if (prefix > address.bits) return null;
  const rest = address.bits - prefix;
  return (address.value >> rest) << rest === address.value ? { ...address, prefix } : null;
}

/// False for an address of the other family, and for null.
export function isWithin(address, { bits, prefix, value }) {
  if (address === null || address.bits !== bits) return false;
  return address.value >> (bits - prefix) === value >> (bits - prefix);
}

function ipv4(text) {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  // "010" is eight to some and ten to others.
  if (!parts || parts.some((part) => +part > 255 || (part.length > 1 && part[0] === "0"))) return null;
  return parts.reduce((value, part) => value << 8n | BigInt(part), 0n);
}

// https://www.rfc-editor.org/rfc/rfc4291#section-2.2
function ipv6(text) {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted) {
    const four = ipv4(dotted[2]);
    if (four === null) return null;
    text = `${dotted[1]}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
  }
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array(missing).fill("0"), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  return groups.reduce((value, group) => value << 16n | BigInt(`0x${group}`), 0n);
}
