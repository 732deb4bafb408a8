// What the configuration gives a script, as rows that environment.js makes bindings of.
#include "bindings/host.h"
#include "bindings/natives.h"

namespace edge::bindings {
namespace {

/// Flat: kind, name, value. The value of what is no text is the name by which natives know it.
std::vector<std::string> environment(js::Scope& scope) {
  const SiteConfig& site = Host::of(scope).world.site;
  std::vector<std::string> rows;
  const auto add = [&rows](const char* kind, const std::string& name, const std::string& value) {
    rows.insert(rows.end(), {kind, name, value});
  };
  for (const Variable& one : site.vars)
    add(one.kind == Variable::Kind::json ? "json" : "var", one.name, one.value);
  for (const KvNamespace& one : site.kv) add("kv", one.binding, one.id);
  for (const ServiceBinding& one : site.services) add("service", one.binding, one.binding);
  for (const MtlsCertificate& one : site.mtls_certificates) add("fetcher", one.binding, one.binding);
  for (const RateLimit& one : site.ratelimits) add("rateLimit", one.binding, one.binding);
  return rows;
}

bool has_crons(js::Scope& scope) { return !Host::of(scope).world.site.crons.empty(); }

constexpr js::Native table[] = {js::native<&environment>("environment"), js::native<&has_crons>("hasCrons")};

}  // namespace

constinit const std::span<const js::Native> environment_natives = table;

}  // namespace edge::bindings
