// Files of wrangler's: what is refused, what a section inherits, and where secrets come from.
#include <cstdlib>

#include "runtime/base/dotenv.h"
#include "tests/base/config_folder.h"

namespace edge {
namespace {

std::string refusal(const Folder& folder, const std::string& json, Words more = {}) {
  folder.write("wrangler.jsonc", json);
  more.insert(more.begin(), {"--config", "wrangler.jsonc"});
  return flags_error(more, ErrorKind::config);
}

constexpr const char* two_sections = R"(name = "edge"
main = "policy.js"
compatibility_date = "2026-01-01"
kv_namespaces = [{ binding = "KV", id = "1" }]
routes = ["example.com/*"]
[vars]
MODE = "top"
[limits]
cpu_ms = 70
[env.staging]
limits = { cpu_ms = 20, subrequests = 7 }
[env.staging.vars]
MODE = "staging"
DEEP = { a = [1] }
[env.own]
name = "own-name"
)";

/// An environment variable while it lives.
struct Setting {
  const char* name;
  Setting(const char* name, const char* value) : name(name) { setenv(name, value, 1); }
  ~Setting() { unsetenv(name); }
};

}  // namespace

TEST_CASE("wrangler: an unknown key is refused with file, line and the key it resembles") {
  const Folder folder;
  CHECK(refusal(folder,
                "{\n  \"main\": \"policy.js\",\n  // a slip\n  \"compatability_date\": \"2026-01-01\"\n}") ==
        "wrangler.jsonc:4: compatability_date is no key of wrangler's; did you mean compatibility_date?");
  CHECK(refusal(folder, "{\"main\": \"policy.js\", \"limits\": {\"cpu_mss\": 5}}") ==
        "wrangler.jsonc:1: limits.cpu_mss is no key of wrangler's; did you mean cpu_ms?");
  CHECK(refusal(folder, "{\"main\": \"policy.js\", \"edge_run\": {\"orgin\": \"http://a\"}}") ==
        "wrangler.jsonc:1: orgin is no option; did you mean origin?");
  CHECK(refusal(folder, "[]") == "wrangler.jsonc:1: this is not a table");
  CHECK(refusal(folder, "{}") == "wrangler.jsonc has no script: add main = \"policy.js\"");
}

TEST_CASE("wrangler: bindings that are not there are refused by their names, all at once") {
  const Folder folder;
  CHECK(
      refusal(folder, "{\n\"main\": \"policy.js\",\n\"d1_databases\": [{}],\n\"r2_buckets\": [{}]}") ==
      "wrangler.jsonc:3: d1_databases: this version has nothing like it; wrangler.jsonc:4: r2_buckets: this "
      "version has nothing like it; --allow-unsupported starts without them");
}

TEST_CASE("wrangler: a binding that is not there is refused by name, or left out with a warning") {
  const Folder folder;
  const std::string json = "{\n\"main\": \"policy.js\",\n\"d1_databases\": [{\"binding\": \"DB\"}]}";
  CHECK(refusal(folder, json) ==
        "wrangler.jsonc:3: d1_databases: this version has nothing like it; --allow-unsupported starts "
        "without it");
  const auto config = read_config(Words{"--config", "wrangler.jsonc", "--allow-unsupported"});
  REQUIRE_MESSAGE(config.has_value(), config.error().message);
  CHECK(config->warnings ==
        Words{"wrangler.jsonc:3: d1_databases: this version has nothing like it: it is left out"});
}

TEST_CASE("wrangler: a section that is not there is refused, and so is --env without such a file") {
  const Folder folder;
  folder.write("wrangler.toml", two_sections);
  CHECK(flags_error({"-e", "stagin"}, ErrorKind::config) ==
        "--env: wrangler.toml has no env.stagin; did you mean staging?");
  folder.write("edge-run.toml", "script = \"policy.js\"\n");
  CHECK(flags_error({"--env", "staging"}, ErrorKind::usage) ==
        "--env is for the sections env.NAME of a wrangler file, which edge-run.toml is not");
  CHECK(flags_error({"policy.js", "--env", "staging"}, ErrorKind::usage) ==
        "--env is for the sections env.NAME of a wrangler file, and there is none");
}

TEST_CASE("wrangler: the top level is what no section is asked for") {
  const Folder folder;
  folder.write("wrangler.toml", two_sections);
  const auto config = read_config(Words{});
  const SiteConfig site = only_site(config);
  CHECK(config->file == "wrangler.toml");
  CHECK(site.name == "edge");
  CHECK(site.script == "policy.js");
  CHECK(site.kv == std::vector<KvNamespace>{{"KV", "1"}});
  CHECK(site.vars == std::vector<Variable>{{"MODE", "top"}});
  CHECK(config->limits.request_cpu == std::chrono::milliseconds(70));
}

TEST_CASE("wrangler: a section inherits settings, but no bindings, and says so") {
  const Folder folder;
  folder.write("wrangler.toml", two_sections);
  const auto config = read_config(Words{"--env", "staging"});
  const SiteConfig site = only_site(config);
  CHECK(site.name == "edge-staging");
  CHECK(site.script == "policy.js");
  CHECK(site.compatibility_date == "2026-01-01");
  CHECK(site.kv.empty());
  CHECK(site.vars ==
        std::vector<Variable>{{"MODE", "staging"}, {"DEEP", "{\"a\":[1]}", Variable::Kind::json}});
  CHECK(config->limits.request_cpu == std::chrono::milliseconds(20));
  CHECK(config->limits.subrequests == 7);
  CHECK(config->warnings == Words{"wrangler.toml:4: kv_namespaces is not inherited: env.staging has none"});
  CHECK(only_site(read_config(Words{"--env", "own"})).name == "own-name");
}

TEST_CASE("wrangler: options of our own stand in edge_run, and flags win") {
  const Folder folder;
  folder.write("app/wrangler.json", R"({"main": "src/index.js", "triggers": {},
    "edge_run": {"listen": "127.0.0.1:9", "origin": "http://a", "limits": {"header_count": 5}}})");
  folder.write("app/src/index.js", "");
  const auto config = read_config(Words{"-c", "app/wrangler.json", "--origin", "http://b"});
  const SiteConfig site = only_site(config);
  CHECK(site.script == "app/src/index.js");
  CHECK(site.origin == "http://b");
  CHECK(config->limits.header_count == 5);
  CHECK(config->listen == std::vector<ListenAddress>{{"127.0.0.1", 9}});
}

TEST_CASE("wrangler: its file is found beside the script, unless there is an edge-run.toml") {
  const Folder folder;
  folder.write("app/wrangler.jsonc", "{\"main\": \"other.js\", \"vars\": {\"A\": \"1\"},}");
  folder.write("app/index.js", "");
  folder.write("app/other.js", "");
  const auto config = read_config(Words{"app/index.js"});
  CHECK(only_site(config).script == "app/index.js");
  CHECK(only_site(config).vars == std::vector<Variable>{{"A", "1"}});
  CHECK(config->file == "app/wrangler.jsonc");
  folder.write("edge-run.toml", "script = \"policy.js\"\n");
  CHECK(read_config(Words{"app/index.js"})->file == "");
}

TEST_CASE("secrets: a file of them that is malformed is refused without its values") {
  const auto error = [](std::string_view text) {
    const auto parsed = parse_dotenv(text, ".dev.vars");
    REQUIRE(!parsed);
    return parsed.error().message;
  };
  CHECK(error("A=1\nhunter2\n") == ".dev.vars:2: this is not NAME=VALUE");
  CHECK(error("A B=hunter2\n") == ".dev.vars:1: this is not NAME=VALUE");
  CHECK(error("A=\"hunter2\n") == ".dev.vars:1: A: the quotes of the value have no end");
  CHECK(error("A='hunter2' x\n") == ".dev.vars:1: A: something follows the quotes of the value");
}

TEST_CASE("secrets: lines are read as dotenv reads them") {
  const auto parsed = parse_dotenv(
      "# c\nA=1\nexport B = two words # c\nC=\"x\\ny \\\"q\\\"\" # c\nD='a\nb'\r\n\nE=\nF=a#b\nA=2\nG=`x\"y`",
      ".dev.vars");
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
  constexpr auto secret = Variable::Kind::secret;
  CHECK(*parsed == std::vector<Variable>{{"B", "two words", secret},
                                         {"C", "x\ny \"q\"", secret},
                                         {"D", "a\nb", secret},
                                         {"E", "", secret},
                                         {"F", "a#b", secret},
                                         {"A", "2", secret},
                                         {"G", "x\"y", secret}});
}

TEST_CASE("secrets: .dev.vars beside a wrangler file counts in development, that of the section first") {
  const Folder folder;
  folder.write("wrangler.toml", two_sections);
  folder.write(".dev.vars", "MODE=secret\nKEY=k\n");
  constexpr auto secret = Variable::Kind::secret;
  CHECK(only_site(read_config(Words{})).vars ==
        std::vector<Variable>{{"MODE", "secret", secret}, {"KEY", "k", secret}});
  folder.write(".dev.vars.staging", "ONLY=1\n");
  CHECK(only_site(read_config(Words{"--env", "staging"})).vars.back() == Variable{"ONLY", "1", secret});
  CHECK(only_site(read_config(Words{"--tls-cert", "server.pem", "--tls-key", "server-key.pem"})).vars ==
        std::vector<Variable>{{"MODE", "top"}});
}

TEST_CASE("secrets: one that the file requires and nobody gives is refused by name") {
  const Folder folder;
  const std::string json = "{\"main\": \"policy.js\", \"secrets\": {\"required\": [\"KEY\"]}}";
  CHECK(refusal(folder, json) ==
        "wrangler.jsonc:1: secrets: there is no KEY: give it in the file of --dev-vars");
  folder.write("production.vars", "KEY=k\n");
  CHECK(only_site(read_config(Words{"--config", "wrangler.jsonc", "--dev-vars", "production.vars"}))
            .vars.size() == 1);
}

TEST_CASE("environment: it sets what is for the server; files lose to it, and it to flags") {
  const Folder folder;
  folder.write("edge-run.toml",
               "script = \"policy.js\"\nlisten = [\":1\", \":2\"]\n[limits]\nheader_count = 5\n");
  const Setting listen("EDGE_RUN_LISTEN", "127.0.0.1:3"), count("EDGE_RUN_HEADER_COUNT", "6"),
      state("STATE_DIRECTORY", "/var/lib/x");
  const auto config = read_config(Words{"--header-count", "7"});
  REQUIRE_MESSAGE(config.has_value(), config.error().message);
  CHECK(config->listen == std::vector<ListenAddress>{{"127.0.0.1", 3}});
  CHECK(config->limits.header_count == 7);
  CHECK(config->state_dir == "/var/lib/x");
  const Setting bad("EDGE_RUN_WORKERS", "many");
  CHECK(flags_error({}, ErrorKind::config) == "EDGE_RUN_WORKERS: \"many\" is not a number");
}

}  // namespace edge
