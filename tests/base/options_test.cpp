// The option table on the command line and in files: what is refused and how it is said, then what is read.
#include "runtime/base/options.h"

#include <set>

#include "tests/base/config_folder.h"

namespace edge {
namespace {

/// The option's example as a line of a file.
std::string toml_line(const Option& option) {
  const std::string key(option.key), example(option.example);
  if (option.kind == ValueKind::pair) {
    const auto equals = example.find('=');
    return key + " = { " + example.substr(0, equals) + " = \"" + example.substr(equals + 1) + "\" }\n";
  }
  if (option.kind == ValueKind::number) return key + " = " + example + "\n";
  if (option.kind == ValueKind::flag) return key + " = true\n";
  return key + " = \"" + example + "\"\n";
}

/// What other options an option needs to make sense.
std::vector<std::string_view> companions(std::string_view key) {
  if (key == "tls_cert") return {"tls_key"};
  if (key == "tls_key") return {"tls_cert"};
  if (key == "origin_cert") return {"origin_key"};
  if (key == "origin_key") return {"origin_cert"};
  if (key == "client_crl") return {"client_ca"};
  if (key == "crl_hosts" || key == "on_revoke" || key == "crl_missing" || key == "crl_stale" ||
      key == "anchors" || key == "ca_names" || key == "ocsp_responder" || key == "ocsp_hosts" ||
      key == "strict_chain" || key == "certificate_policies")
    return {"client_ca"};
  if (key == "expiry_secret") return {"expiry_webhook"};
  if (key == "crl_issuer") return {"client_crl", "client_ca"};
  if (key == "forward_headers") return {"origin"};
  if (key == "forward_requests") return {"forward", "origin"};
  if (key == "forward" || key == "pass_through_on_exception") return {"origin"};
  return {};
}

const Option& option_of(std::string_view key) {
  for (const Option& option : options())
    if (option.key == key) return option;
  FAIL("no such option");
  return options()[0];
}

}  // namespace

TEST_CASE("T17: an unknown flag is refused, with the one it resembles") {
  const Folder folder;
  CHECK(flags_error({"policy.js", "--client-cs", "ca.pem"}, ErrorKind::usage) ==
        "there is no option --client-cs; did you mean --client-ca?");
  CHECK(flags_error({"policy.js", "--lisen=1"}, ErrorKind::usage) ==
        "there is no option --lisen; did you mean --listen?");
  CHECK(flags_error({"policy.js", "--frobnicate-everything"}, ErrorKind::usage) ==
        "there is no option --frobnicate-everything");
}

TEST_CASE("T17: an unknown key is refused with file, line and the key it resembles") {
  const Folder folder;
  CHECK(file_error("script = \"policy.js\"\nclient-ca = \"ca.pem\"\n") ==
        "edge-run.toml:2: client-ca is no option; did you mean client_ca?");
  CHECK(file_error("[[site]]\nscript = \"policy.js\"\nhots = [\"a\"]\n") ==
        "edge-run.toml:3: hots is no option; did you mean hosts?");
  CHECK(file_error("[limits]\nheader_time = \"1s\"\n") ==
        "edge-run.toml:2: limits.header_time is no option; did you mean header_timeout?");
  CHECK(file_error("limit = 1\n") == "edge-run.toml:1: limit is no option; did you mean limits?");
}

TEST_CASE("T17: a key in the wrong place is refused with the right one") {
  const Folder folder;
  CHECK(file_error("header_timeout = \"1s\"\n") ==
        "edge-run.toml:1: header_timeout is a limit: write it in the table [limits]");
  CHECK(file_error("[[site]]\nscript = \"policy.js\"\nworkers = 1\n") ==
        "edge-run.toml:3: workers is for the whole server: write it above all tables");
  CHECK(file_error("[limits]\norigin = \"http://a\"\n") ==
        "edge-run.toml:2: limits.origin is for a site: write it above all tables, or in a [[site]] table");
  CHECK(file_error("script = \"policy.js\"\n[[site]]\nscript = \"policy.js\"\n") ==
        "edge-run.toml:1: script is for a site, but it is not clear for which of the [[site]] tables: write "
        "it there");
}

TEST_CASE("T17: the example of every flag is consumed and differs from the default") {
  const Folder folder;
  folder.write("edge-run.toml", "script = \"policy.js\"\n");
  folder.write("wrangler.toml", "main = \"policy.js\"\n[env.staging]\n");
  std::set<std::string_view> flags;
  for (const Option& option : options()) {
    if (option.flag.empty()) continue;
    CAPTURE(std::string(option.flag));
    CHECK(flags.insert(option.flag).second);
    const std::string default_value = option.show(Config{}, SiteConfig{});
    for (const bool with_equals : {true, false}) {
      Words words{"policy.js"};
      if (option.flag == "--env") words.emplace_back("--config=wrangler.toml");
      for (const std::string_view key : companions(option.key)) {
        words.emplace_back(option_of(key).flag);
        if (option_of(key).kind != ValueKind::flag) words.emplace_back(option_of(key).example);
      }
      if (option.kind == ValueKind::flag) {
        words.emplace_back(option.flag);
      } else if (with_equals) {
        words.push_back(std::string(option.flag) + "=" + std::string(option.example));
      } else {
        words.emplace_back(option.flag);
        words.emplace_back(option.example);
      }
      const auto config = read_config(words);
      REQUIRE_MESSAGE(config.has_value(), config.error().message);
      CHECK(option.show(*config, config->sites[0]) == option.example);
      CHECK(option.show(*config, config->sites[0]) != default_value);
    }
  }
}

TEST_CASE("T17: the example of every key of a file is consumed and differs from the default") {
  const Folder folder;
  for (const Option& option : options()) {
    if (option.key.empty()) continue;
    CAPTURE(std::string(option.key));
    std::string toml = option.key == "script" ? "" : "script = \"policy.js\"\n";
    for (const std::string_view key : companions(option.key)) toml += toml_line(option_of(key));
    if (option.place == Place::limits) toml += "[limits]\n";
    toml += toml_line(option);
    const auto config = read_config_text(toml, "edge-run.toml");
    REQUIRE_MESSAGE(config.has_value(), config.error().message);
    CHECK(option.show(*config, config->sites[0]) == option.example);
    CHECK(option.show(*config, config->sites[0]) != option.show(Config{}, SiteConfig{}));
  }
}

TEST_CASE("options: every member of Limits has a row") {
  const Folder folder;
  // As many rows as members, each of another member, else two rows would show the same change.
  std::size_t rows = 0;
  for (const Option& option : options()) rows += option.place == Place::limits;
  CHECK(rows * 8 == sizeof(Limits));
}

TEST_CASE("options: what is no TOML, or not there, is refused with its line") {
  const Folder folder;
  CHECK(file_error("script = \"policy.js\"\nworkers = = 1\n")
            .starts_with("edge-run.toml:2: this is not TOML: "));
  for (const char* toml : {"[[/", "\xc6\xab", "[[[a]]]", "[=", "[[=\n", "[a]\n[ [b]]"})
    CHECK(file_error(toml).find("this is not TOML: ") != std::string::npos);
  CHECK(flags_error({"--config", "missing.toml"}, ErrorKind::config) ==
        "--config: missing.toml does not exist");
  CHECK(flags_error({"--config", "."}, ErrorKind::config) == "--config: . is a folder");
}

TEST_CASE("options: a value of another type is refused with the type it must have") {
  const Folder folder;
  CHECK(file_error("workers = \"4\"\n") == "edge-run.toml:1: workers must be an integer, not a string");
  CHECK(file_error("script = 1\n") == "edge-run.toml:1: script must be a string, not an integer");
  CHECK(file_error("script = [\"policy.js\"]\n") == "edge-run.toml:1: script must be a string, not an array");
  CHECK(file_error("client_ca = [1]\n") ==
        "edge-run.toml:1: client_ca must be a string or an array of strings, not an integer");
  CHECK(file_error("[limits]\nidle_timeout = 10\n") ==
        "edge-run.toml:2: limits.idle_timeout must be a string like \"10s\" or \"500ms\", not an integer");
  CHECK(file_error("vars = [\"A=1\"]\n") ==
        "edge-run.toml:1: vars must be a table of names and values, not an array");
  CHECK(file_error("kv = [1]\n") ==
        "edge-run.toml:1: kv must be an array of tables, or of strings like \"NAME[=ID]\", not an integer");
  CHECK(file_error("limits = 1\n") == "edge-run.toml:1: limits must be a table: write [limits]");
  CHECK(file_error("[site]\nscript = \"policy.js\"\n") ==
        "edge-run.toml:1: site must be an array of tables: write [[site]]");
  CHECK(file_error("script = \"a\\u0000b\"\n") == "edge-run.toml:1: script has a NUL character");
}

TEST_CASE("options: a malformed value is a usage error as a flag, a config error in a file") {
  const Folder folder;
  CHECK(flags_error({"policy.js", "--idle-timeout", "10"}, ErrorKind::usage) ==
        "--idle-timeout: \"10\" is not a time: write 10s, 500ms, 2m or 1h");
  CHECK(file_error("[limits]\nidle_timeout = \"10\"\n") ==
        "edge-run.toml:2: limits.idle_timeout: \"10\" is not a time: write 10s, 500ms, 2m or 1h");
  CHECK(flags_error({"policy.js", "--idle-timeout=0s"}, ErrorKind::usage) ==
        "--idle-timeout: a time must be more than 0");
  CHECK(flags_error({"policy.js", "--header-bytes=1TiB"}, ErrorKind::usage) ==
        "--header-bytes: \"1TiB\" is not a size: write 64KiB, 100MiB, 1GiB or a number of bytes");
  CHECK(flags_error({"policy.js", "--stack-bytes=1GiB"}, ErrorKind::usage) ==
        "--stack-bytes: 1GiB is not within 64KiB to 4MiB");
  CHECK(flags_error({"policy.js", "--workers=-1"}, ErrorKind::usage) == "--workers: \"-1\" is not a number");
  CHECK(flags_error({"policy.js", "--client-auth=require"}, ErrorKind::usage) ==
        "--client-auth: \"require\" is none of off, optional, required; did you mean required?");
  CHECK(flags_error({"policy.js", "--access-log=maybe"}, ErrorKind::usage) ==
        "--access-log: \"maybe\" is neither on nor off");
  CHECK(flags_error({"policy.js", "--var=A"}, ErrorKind::usage) == "--var: \"A\" is not NAME=VALUE");
  CHECK(flags_error({"policy.js", "--var=A:={1}"}, ErrorKind::usage) ==
        "--var: \"{1}\" is not JSON, which NAME:=JSON wants");
}

TEST_CASE("options: addresses with a bad host or port are refused") {
  const Folder folder;
  for (const char* address :
       {"host:", "1.2.3.4:65536", "1.2.3.4:-1", "[::1]", "[::1:80", "a b:80", "x:80x"}) {
    CAPTURE(std::string(address));
    CHECK(flags_error({"policy.js", std::string("--listen=") + address}, ErrorKind::usage) ==
          "--listen: \"" + std::string(address) + "\" is no address: write 0.0.0.0:8443, [::1]:8443 or 8443");
  }
  CHECK(flags_error({"policy.js", "--listen=:80", "--listen=0.0.0.0:80"}, ErrorKind::config) ==
        "--listen: 0.0.0.0 port 80 is named twice");
}

TEST_CASE("options: an origin that is no http URL of a host and port is refused") {
  const Folder folder;
  for (const char* url :
       {"origin", "ftp://a", "http://", "http://u:p@a", "http://a/path", "http://a?q", "http://a:0",
        "http://a:99999", "https://[::1", "http://a b", "https://[::1]8443"}) {
    CAPTURE(std::string(url));
    CHECK(flags_error({"policy.js", std::string("--origin=") + url}, ErrorKind::usage)
              .ends_with(": write http://host:port or https://host:port"));
  }
  for (const char* url : {"http://a", "https://a.example:8443/", "http://[::1]:80", "https://10.0.0.1"})
    CHECK(only_site(read_config(Words{"policy.js", std::string("--origin=") + url})).origin == url);
}

TEST_CASE("options: the help names every flag, its default, and keeps to its width") {
  const std::string help = options_help(100);
  for (const Option& option : options()) CHECK(help.find(option.flag) != std::string::npos);
  CHECK(help.find("(default 10s)") != std::string::npos);
  CHECK(help.find("(default 100MiB)") != std::string::npos);
  std::size_t start = 0;
  for (std::size_t end; (end = help.find('\n', start)) != std::string::npos; start = end + 1) {
    CAPTURE(help.substr(start, end - start));
    CHECK(end - start <= 100);
  }
}

TEST_CASE("options: a wrong word is near to at most what a person could have meant") {
  const std::vector<std::string_view> words{"listen", "workers", "client_ca", "client_crl"};
  CHECK(nearest("lisetn", words) == "listen");
  CHECK(nearest("client_crk", words) == "client_crl");
  CHECK(nearest("", words) == "");
  CHECK(nearest("zzzzzz", words) == "");
  CHECK(nearest(std::string(10'000, 'a'), words) == "");
}

}  // namespace edge
