// Configurations as a whole: files that are missing, contradictions, several sites, and what wins over what.
#include "runtime/base/config.h"

#include "tests/base/config_folder.h"

namespace edge {

TEST_CASE("config: a file that is not there is refused, wherever it is named") {
  const Folder folder;
  CHECK(flags_error({"missing.js"}, ErrorKind::config) == "script: missing.js does not exist");
  CHECK(flags_error({"policy.js", "--client-ca", "no.pem"}, ErrorKind::config) ==
        "--client-ca: no.pem does not exist");
  CHECK(file_error("script = \"policy.js\"\nclient_ca = [\"ca.pem\", \"no.pem\"]\n") ==
        "edge-run.toml:2: client_ca: no.pem does not exist");
}

TEST_CASE("config: contradictions are refused by name") {
  const Folder folder;
  CHECK(flags_error({"policy.js", "--tls-key", "server-key.pem"}, ErrorKind::config) ==
        "--tls-key needs --tls-cert: a private key cannot be used without its certificate");
  CHECK(file_error("script = \"policy.js\"\ntls_cert = \"server.pem\"\n") ==
        "edge-run.toml:2: tls_cert needs tls_key: a certificate cannot be used without its private key");
  const Words served{"policy.js", "--tls-cert", "server.pem", "--tls-key", "server-key.pem"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), served.begin(), served.end());
    return flags_error(more, ErrorKind::config);
  };
  CHECK(with({"--client-auth", "required"}) ==
        "--client-auth: \"required\" needs --client-ca, or no client could be verified");
  CHECK(with({"--client-auth", "off", "--client-ca", "ca.pem"}) ==
        "--client-ca has no effect while client_auth is off: choose optional or required, or leave it out");
  CHECK(with({"--client-crl", "revoked.crl"}) ==
        "--client-crl needs --client-ca: the signature of a list is checked with the CA that made it");
  CHECK(with({"--forward", "rfc9440"}) == "--forward needs --origin: without an origin nothing is forwarded");
  CHECK(with({"--forward-requests", "first", "--origin", "http://a"}) ==
        "--forward-requests has no effect: add forward or forward_headers");
  CHECK(with({"--pass-through-on-exception"}) ==
        "--pass-through-on-exception needs --origin: without an origin nothing can be passed through");
  CHECK(with({"--var", "A=1", "--kv", "A"}) == "--kv: the name A is already in use");
  CHECK(with({"--kv", "../up"}) == "--kv: \"../up\" is no JavaScript name");
  CHECK(with({"--var", "a b=1"}) == "--var: \"a b\" is no JavaScript name");
}

TEST_CASE("config: two scripts, two values and no value are usage errors") {
  const Folder folder;
  CHECK(flags_error({"policy.js", "other.js"}, ErrorKind::usage) ==
        "there are two scripts, policy.js and other.js: one is served at a time");
  CHECK(flags_error({"policy.js", "--origin=http://a", "--origin", "http://b"}, ErrorKind::usage) ==
        "--origin is given more than once");
  CHECK(flags_error({"policy.js", "--origin"}, ErrorKind::usage) == "--origin needs a value: URL");
  CHECK(flags_error({"policy.js", "--origin="}, ErrorKind::usage) == "--origin needs a value: URL");
  CHECK(flags_error({"policy.js", "--strict-chain", "--state-dir", "state"}, ErrorKind::usage) ==
        "--strict-chain needs a value: on|off; --state-dir is an option");
  CHECK(flags_error({"policy.js", "--origin", "--var=A=B"}, ErrorKind::usage) ==
        "--origin needs a value: URL; --var=A=B is an option");
  CHECK(flags_error({}, ErrorKind::usage).starts_with("there is nothing to serve: "));
}

TEST_CASE("T11: hosts that no client can send, or that two sites claim, are refused") {
  const Folder folder;
  const auto sites = [](const std::string& first, const std::string& second) {
    return "[[site]]\nscript = \"policy.js\"\n" + first + "\n[[site]]\nscript = \"policy.js\"\n" + second +
           "\n";
  };
  CHECK(file_error(sites("hosts = [\"a.example\"]", "hosts = [\"A.Example.\"]")) ==
        "edge-run.toml:6: hosts: a.example is named twice");
  CHECK(file_error(sites("", "")) ==
        "edge-run.toml:4: site has no hosts, and neither has edge-run.toml:1: site: only one site can be for "
        "all other "
        "names; add hosts");
  for (const char* host :
       {"https://a", "a:443", "a b", "*", "*.", "a..b", ".a", "a*.b", "b\xC3\xBC.example", "[::1]"}) {
    CAPTURE(std::string(host));
    CHECK(file_error(sites("hosts = [\"" + std::string(host) + "\"]", "")).find("is no host name") !=
          std::string::npos);
  }
  CHECK(file_error(sites("name = \"../x\"", "")) ==
        "edge-run.toml:3: name: \"../x\" is no name for a site: use letters, digits, - . and _");
  CHECK(file_error(sites("hosts = \"a\"\nname = \"x\"", "name = \"x\"")) ==
        "edge-run.toml:5: site: a second site is named x");
  CHECK(file_error(sites("hosts = \"a\"\ntls_cert = \"server.pem\"\ntls_key = \"server-key.pem\"", "")) ==
        "edge-run.toml:6: site has no tls_cert, and other sites have: development certificates are for all "
        "sites or none");
  CHECK(file_error("[[site]]\nhosts = \"a\"\n") ==
        "edge-run.toml:1: site has no script: add script = \"policy.js\"");
}

TEST_CASE("config: several sites are read with their names, hosts and own options") {
  const Folder folder;
  const auto config = read_config_text(
      "listen = [\"127.0.0.1:1\", \"[::1]:2\", 3]\n"
      "[limits]\nheader_count = 5\nbody_bytes = 4096\n"
      "[[site]]\nhosts = [\"A.example.\", \"*.b.example\"]\nscript = \"policy.js\"\nclient_ca = \"ca.pem\"\n"
      "[site.vars]\nMODE = \"x=y\"\nCOUNT = 3\nSTRICT = true\n"
      "[[site]]\nname = \"rest\"\nscript = \"policy.js\"\nkv = [\"A\", { binding = \"B\", id = \"one\" }]\n",
      "edge-run.toml");
  REQUIRE_MESSAGE(config.has_value(), config.error().message);
  CHECK(config->listen == std::vector<ListenAddress>{{"127.0.0.1", 1}, {"::1", 2}, {"127.0.0.1", 3}});
  CHECK(config->limits.header_count == 5);
  CHECK(config->limits.body_bytes == 4096);
  REQUIRE(config->sites.size() == 2);
  CHECK(config->sites[0].name == "a.example");
  CHECK(config->sites[0].hosts == Words{"a.example", "*.b.example"});
  constexpr auto json = Variable::Kind::json;
  CHECK(config->sites[0].vars ==
        std::vector<Variable>{{"MODE", "x=y"}, {"COUNT", "3", json}, {"STRICT", "true", json}});
  CHECK(config->sites[1].name == "rest");
  CHECK(config->sites[1].kv == std::vector<KvNamespace>{{"A", "A"}, {"B", "one"}});
}

TEST_CASE("config: relative paths of a file begin at its folder, those of flags at the current one") {
  const Folder folder;
  folder.write("conf/policy.js", "");
  folder.write("conf/x/ca.pem", "");
  folder.write("conf/edge-run.toml",
               "script = \"policy.js\"\nclient_ca = [\"x/ca.pem\", \"/dev/null\"]\nstate_dir = \"state\"\n");
  const auto config = read_config(Words{"--config", "conf/edge-run.toml", "--origin-ca", "other.pem"});
  const SiteConfig site = only_site(config);
  CHECK(site.script == "conf/policy.js");
  CHECK(site.client_ca == Words{"conf/x/ca.pem", "/dev/null"});
  CHECK(site.origin_ca == Words{"other.pem"});
  CHECK(config->state_dir == "conf/state");
}

TEST_CASE("config: flags win over the file; lists are replaced, variables added") {
  const Folder folder;
  folder.write(
      "edge-run.toml",
      "script = \"policy.js\"\nclient_ca = [\"ca.pem\"]\nlisten = \"127.0.0.1:1\"\norigin = \"http://a\"\n"
      "[vars]\nA = \"1\"\nB = \"2\"\n");
  const auto config = read_config(Words{"--client-ca=other.pem", "--client-ca=server.pem", "--listen=:2",
                                        "--var=B=3", "--var", "C=a=b", "--origin=http://b"});
  const SiteConfig site = only_site(config);
  CHECK(site.client_ca == Words{"other.pem", "server.pem"});
  CHECK(site.origin == "http://b");
  CHECK(config->listen == std::vector<ListenAddress>{{"0.0.0.0", 2}});
  CHECK(site.vars == std::vector<Variable>{{"A", "1"}, {"B", "3"}, {"C", "a=b"}});
  folder.write("edge-run.toml",
               "[[site]]\nhosts = \"a\"\nscript = \"policy.js\"\n[[site]]\nscript = \"policy.js\"\n");
  CHECK(flags_error({"--origin=http://b"}, ErrorKind::usage) ==
        "--origin is for one site, but edge-run.toml has several: write it in the [[site]] table it is for");
}

TEST_CASE("config: defaults follow from what is configured") {
  const Folder folder;
  const auto development = read_config(Words{"policy.js"});
  CHECK(only_site(development).client_auth == ClientAuthMode::optional);
  CHECK(development->workers == 1);
  CHECK(development->listen == std::vector<ListenAddress>{{"127.0.0.1", 8443}});
  CHECK(development->state_dir == ".edge-run");
  const Words served{"policy.js", "--tls-cert", "server.pem", "--tls-key", "server-key.pem"};
  CHECK(only_site(read_config(served)).client_auth == ClientAuthMode::off);
  CHECK(read_config(served)->workers >= 1);
  Words with_ca = served;
  with_ca.insert(with_ca.end(), {"--client-ca", "ca.pem"});
  CHECK(only_site(read_config(with_ca)).client_auth == ClientAuthMode::optional);
}

}  // namespace edge
