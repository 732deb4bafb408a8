// Bindings and module rules as text and as tables: what is refused and how it is said, then what is read.
#include "runtime/base/binding_values.h"

#include "tests/base/config_folder.h"

namespace edge {
namespace {

std::string with_unsupported(const std::string& toml) {
  return "script = \"policy.js\"\nallow_unsupported = true\n" + toml;
}

std::string refusal(const std::string& toml) { return file_error(with_unsupported(toml)); }

}  // namespace

TEST_CASE("bindings: a malformed one is refused with the form it has") {
  const Folder folder;
  const auto flag = [](const std::string& text) {
    return flags_error({"policy.js", "--allow-unsupported", text}, ErrorKind::usage);
  };
  CHECK(flag("--service=A") == "--service: \"A\" is not a service: write NAME=SITE or NAME=SITE,ENTRYPOINT");
  CHECK(flag("--service=A=b,c,d").ends_with("write NAME=SITE or NAME=SITE,ENTRYPOINT"));
  CHECK(flag("--kv==x") == "--kv: \"=x\" is not a namespace: write NAME or NAME=ID");
  CHECK(flag("--ratelimit=L=1,0,60") == "--ratelimit: \"0\" is not a number above 0");
  CHECK(flag("--ratelimit=L=1,5,30") == "--ratelimit: \"30\" is not a period: it is 10 or 60 seconds");
  CHECK(flag("--rule=Texts=*.md") ==
        "--rule: \"Texts\" is not a type of module: ESModule, CommonJS, CompiledWasm, Text and Data are; did "
        "you mean Text?");
  CHECK(flag("--rule=Text") == "--rule: \"Text\" is not a rule: write TYPE=GLOB,GLOB, as Text=**/*.md");
}

TEST_CASE("bindings: a table is refused for a key it lacks, a key it cannot have, and a name twice") {
  const Folder folder;
  CHECK(refusal("services = [{ binding = \"A\" }]\n") == "edge-run.toml:3: services has no service");
  CHECK(refusal("[[services]]\nbinding = \"A\"\nservice = \"default\"\nentrypont = \"B\"\n") ==
        "edge-run.toml:6: services.entrypont is no key of it; did you mean entrypoint?");
  CHECK(refusal("services = [\"A=default\", \"A=default\"]\n") ==
        "edge-run.toml:3: services: A is named twice");
  CHECK(refusal("kv = [\"A\"]\nservices = [\"A=default\"]\n") ==
        "edge-run.toml:4: services: the name A is already in use");
  CHECK(refusal("services = [\"A=other\"]\n") ==
        "edge-run.toml:3: services: A is for other, but no site has that name");
  CHECK(refusal("[[mtls_certificates]]\nbinding = \"C\"\ncert = \"a,b\"\n") ==
        "edge-run.toml:3: mtls_certificates.cert has a comma, which it cannot have");
  CHECK(refusal("[[mtls_certificates]]\nbinding = \"C\"\ncertificate_id = \"1\"\n") ==
        "edge-run.toml:3: mtls_certificates: C lacks its files: add cert and key, or --mtls-certificate "
        "C=CERT,KEY");
  CHECK(refusal("mtls_certificates = [\"C=edge.pem,missing.pem\"]\n") ==
        "edge-run.toml:3: mtls_certificates: C: missing.pem cannot be read");
}

TEST_CASE("bindings: a cron that cannot be read is refused") {
  const Folder folder;
  CHECK(flags_error({"policy.js", "--cron", "61 * * * *"}, ErrorKind::config) ==
        "--cron: the cron expression \"61 * * * *\" has a minute that is none: \"61\"");
  CHECK(only_site(read_config(Words{"policy.js", "--cron", "0 9 * * MON#2"})).crons ==
        Words{"0 9 * * MON#2"});
}

TEST_CASE("bindings: tables as wrangler writes them are read") {
  const Folder folder;
  const SiteConfig site = only_site(read_config_text(
      with_unsupported(
          "rules = [{ type = \"Text\", globs = [\"**/*.md\", \"*.sql\"], fallthrough = true }]\n"
          "[[kv]]\nbinding = \"STATE\"\nid = \"f00\"\npreview_id = \"x\"\n"
          "[[services]]\nbinding = \"AUTH\"\nservice = \"default\"\nentrypoint = \"Admin\"\n"
          "[[ratelimits]]\nname = \"LIMITER\"\nnamespace_id = \"1001\"\nsimple = { limit = 5, period = 10 }\n"
          "[[mtls_certificates]]\nbinding = \"CERT\"\ncert = \"edge.pem\"\nkey = \"edge-key.pem\"\n"
          "[vars]\nLIST = [1, {a = true}]\n"),
      "edge-run.toml"));
  CHECK(site.rules == std::vector<ModuleRule>{{ModuleType::text, {"**/*.md", "*.sql"}}});
  CHECK(site.kv == std::vector<KvNamespace>{{"STATE", "f00"}});
  CHECK(site.services == std::vector<ServiceBinding>{{"AUTH", "default", "Admin"}});
  CHECK(site.ratelimits == std::vector<RateLimit>{{"LIMITER", "1001", 5, std::chrono::seconds(10)}});
  CHECK(site.mtls_certificates == std::vector<MtlsCertificate>{{"CERT", "edge.pem", "edge-key.pem"}});
  CHECK(site.vars == std::vector<Variable>{{"LIST", "[1,{\"a\":true}]", Variable::Kind::json}});
}

TEST_CASE("bindings: a flag replaces the binding of its name and leaves the others") {
  const Folder folder;
  folder.write(
      "edge-run.toml",
      "script = \"policy.js\"\nallow_unsupported = true\n"
      "mtls_certificates = [{ binding = \"A\", certificate_id = \"1\" }, \"B=edge.pem,edge-key.pem\"]\n");
  const SiteConfig site = only_site(read_config(Words{"--mtls-certificate", "A=edge.pem,edge-key.pem"}));
  CHECK(site.mtls_certificates ==
        std::vector<MtlsCertificate>{{"B", "edge.pem", "edge-key.pem"}, {"A", "edge.pem", "edge-key.pem"}});
}

}  // namespace edge
