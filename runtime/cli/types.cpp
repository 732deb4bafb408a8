// `edge-run types`: what TypeScript should know of a site's env, and of what edge-run adds to Workers' types.
#include "runtime/cli/types.h"

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>

#include "runtime/base/options.h"
#include "runtime/cli/commands.h"

namespace edge::cli {
namespace {

constexpr std::string_view head =
    "// Made by `edge-run types` of a site's configuration: make it again when that changes. It stands "
    "beside\n"
    "// @cloudflare/workers-types.\n";

/// What scripts see here and not at Cloudflare (bindings/cf.js, bindings/certificate.js), and files that
/// imports give.
constexpr std::string_view extensions = R"(
/** An attribute of a name: {type: "CN", value: "alice"}. */
interface EdgeRunNameAttribute {
  readonly type: string;
  readonly value: string;
}

/** The client's certificate with its verdict, as data that is hard to misuse. It does not show in JSON. */
interface EdgeRunClientCertificate {
  /** True only when the certificate verified and no list revokes it. */
  readonly ok: boolean;
  /** "unknown": the site has revocation lists, but no current one speaks for the issuer. */
  readonly state: "verified" | "failed" | "none" | "revoked" | "unknown";
  /** Why the certificate cannot be read; null when it can. */
  readonly problem: string | null;
  /** Relative names, each a list of attributes; both may repeat. */
  readonly subject: readonly (readonly EdgeRunNameAttribute[])[];
  readonly issuer: readonly (readonly EdgeRunNameAttribute[])[];
  /** Every CN of the subject. */
  readonly commonName: readonly string[];
  readonly san: {
    readonly dns: readonly string[];
    readonly uri: readonly string[];
    readonly email: readonly string[];
    readonly ip: readonly string[];
  };
  /** Upper-case hex of the DER content: one with its high bit set starts with 00. */
  readonly serial: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly notBefore: Date | null;
  readonly notAfter: Date | null;
  readonly eku: readonly string[];
  readonly spiffeId: string | null;
  readonly publicKey: {
    readonly algorithm: string;
    readonly bits: number;
    readonly curve: string;
    readonly spkiSha256: string;
  } | null;
  /** DER of the value of an extension. */
  extension(oid: string): Uint8Array | undefined;
  /** The revocation list that decided. */
  readonly crl: {
    readonly list: string;
    /** Seconds since it was issued. */
    readonly age: number;
    readonly thisUpdate: Date;
    readonly nextUpdate: Date | null;
    readonly reason: string | null;
    readonly revokedAt: Date | null;
  } | null;
}

interface IncomingRequestCfPropertiesTLSClientAuth {
  /** An alias of certVerified. Not enumerable. */
  readonly certVerify: this["certVerified"];
  /** Not enumerable. */
  readonly cert: EdgeRunClientCertificate;
}
interface IncomingRequestCfPropertiesTLSClientAuthPlaceholder {
  readonly certVerify: "NONE";
  readonly cert: EdgeRunClientCertificate;
}

declare module "*.txt" {
  const text: string;
  export default text;
}
declare module "*.html" {
  const text: string;
  export default text;
}
declare module "*.sql" {
  const text: string;
  export default text;
}
declare module "*.bin" {
  const bytes: ArrayBuffer;
  export default bytes;
}
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
)";

/// A secret's value is nobody's business; that of a variable is its type.
std::string type_of(const Variable& variable) {
  if (variable.kind == Variable::Kind::secret) return "string";
  return variable.kind == Variable::Kind::json ? variable.value : boost::json::serialize(variable.value);
}

std::string env_types(const SiteConfig& site) {
  std::string text = "declare namespace Cloudflare {\n  interface Env {\n";
  const auto add = [&](std::string_view name, std::string_view type) {
    text += "    " + std::string(name) + ": " + std::string(type) + ";\n";
  };
  for (const Variable& one : site.vars) add(one.name, type_of(one));
  for (const KvNamespace& one : site.kv) add(one.binding, "KVNamespace");
  for (const ServiceBinding& one : site.services) add(one.binding, "Fetcher");
  for (const RateLimit& one : site.ratelimits) add(one.binding, "RateLimit");
  for (const MtlsCertificate& one : site.mtls_certificates) add(one.binding, "Fetcher");
  return text + "  }\n}\ninterface Env extends Cloudflare.Env {}\n";
}

/// Takes `--name VALUE` or `--name=VALUE` out of the arguments.
Result<std::string> take(std::vector<std::string>& words, std::string_view name, std::string otherwise) {
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (word->starts_with(std::string(name) + "=")) {
      std::string value = word->substr(name.size() + 1);
      words.erase(word);
      return value;
    }
    if (*word != name) continue;
    if (word + 1 == words.end()) return fail(ErrorKind::usage, std::string(name) + " needs a value");
    std::string value = *(word + 1);
    words.erase(word, word + 2);
    return value;
  }
  return otherwise;
}

Result<const SiteConfig*> chosen(const Config& config, const std::string& name) {
  if (name.empty() && config.sites.size() == 1) return &config.sites[0];
  std::string names;
  for (const SiteConfig& site : config.sites) {
    if (site.name == name) return &site;
    names += (names.empty() ? "" : ", ") + site.name;
  }
  return fail(ErrorKind::usage, (name.empty() ? "there are several sites" : "there is no site " + name) +
                                    std::string(": --site names one of ") + names);
}

}  // namespace

std::string types_of(const SiteConfig& site) {
  return std::string(head) + env_types(site) + std::string(extensions);
}

Result<int> run_types(Arguments arguments) {
  std::vector<std::string> words(arguments.begin(), arguments.end());
  const auto site_name = take(words, "--site", "");
  if (!site_name) return std::unexpected(site_name.error());
  const auto out = take(words, "--out", "edge-run.d.ts");
  if (!out) return std::unexpected(out.error());
  const auto config = read_config(words);
  if (!config) return std::unexpected(config.error());
  const auto site = chosen(*config, *site_name);
  if (!site) return std::unexpected(site.error());
  const std::string text = types_of(**site);
  if (*out == "-") {
    std::fputs(text.c_str(), stdout);
    return 0;
  }
  std::ofstream file(*out, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return fail(ErrorKind::io, *out + " cannot be written");
  std::printf("%s\n", out->c_str());
  return 0;
}

}  // namespace edge::cli
