// node:crypto's certificates. https://nodejs.org/api/crypto.html#class-x509certificate
import { Buffer } from "node:buffer";
import { invalidType, requireString } from "./node_errors.js";
import { bytesOf } from "./node_hash.js";
import { handleOf, KeyObject, makeKeyObject, pem } from "./node_keys.js";

const { native } = import.meta.builtins;
const names = ["subject", "issuer", "validFrom", "validTo", "serialNumber", "subjectAltName"];

export class X509Certificate {
  #handle;
  #facts;
  constructor(data) {
    this.#handle = native.certificateRead(bytesOf(data, "utf8", "buffer"));
    const facts = native.certificateFacts(this.#handle);
    this.#facts = Object.fromEntries(names.map((name, index) => [name, facts[index] ?? undefined]));
  }
  get subject() { return this.#facts.subject; }
  get issuer() { return this.#facts.issuer; }
  get validFrom() { return this.#facts.validFrom; }
  get validTo() { return this.#facts.validTo; }
  get validFromDate() { return new Date(this.validFrom); }
  get validToDate() { return new Date(this.validTo); }
  get serialNumber() { return this.#facts.serialNumber; }
  get subjectAltName() { return this.#facts.subjectAltName; }
  get ca() { return native.certificateIsCa(this.#handle); }
  /// Dotted OIDs of the extended key usage, as Node.js has it in spite of the name.
  get keyUsage() {
    const usages = native.certificateUsages(this.#handle);
    return usages.length === 0 ? undefined : usages;
  }
  get raw() { return Buffer.from(native.certificateDer(this.#handle)); }
  get fingerprint() { return this.#fingerprint("SHA-1"); }
  get fingerprint256() { return this.#fingerprint("SHA-256"); }
  get fingerprint512() { return this.#fingerprint("SHA-512"); }
  get publicKey() { return makeKeyObject("public", native.certificatePublicKey(this.#handle)); }

  checkHost(name) { return this.#isFor("host", requireString(name, "name")); }
  checkEmail(name) { return this.#isFor("email", requireString(name, "email")); }
  checkIP(address) { return this.#isFor("address", requireString(address, "ip")); }
  checkIssued(other) {
    if (!(other instanceof X509Certificate)) throw invalidType("otherCert", "an instance of X509Certificate", other);
    return native.certificateIsIssuedBy(this.#handle, other.#handle);
  }
  checkPrivateKey(key) {
    if (!(key instanceof KeyObject)) throw invalidType("pkey", "an instance of KeyObject", key);
    return key.type === "private" && native.certificateHasKey(this.#handle, handleOf(key));
  }
  /// Whether the key made the signature; nothing else of the certificate is looked at.
  verify(key) {
    if (!(key instanceof KeyObject)) throw invalidType("pkey", "an instance of KeyObject", key);
    return key.type === "public" && native.certificateIsSignedBy(this.#handle, handleOf(key));
  }
  toString() { return pem("CERTIFICATE", this.raw); }
  toJSON() { return this.toString(); }

  #fingerprint(hash) {
    const hasher = native.hasher(hash);
    native.hasherUpdate(hasher, this.raw);
    return Buffer.from(native.hasherFinish(hasher)).toString("hex").toUpperCase().match(/../g).join(":");
  }
  #isFor(kind, name) {
    return native.certificateIsFor(this.#handle, kind, name) ? name : undefined;
  }
}
