// The table of commands, and how the command line chooses one.
#include "runtime/cli/commands.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "runtime/base/options.h"
#include "runtime/cli/commands_help.h"

namespace edge::cli {
namespace {

constexpr Command table[] = {
    {.name = "serve",
     .arguments = "[SCRIPT] [OPTION…]",
     .summary = "serve a script; the command when none is named",
     .help = "Answers https requests with SCRIPT, or with the sites of a configuration file (--config, else "
             "edge-run.toml, wrangler.json,\n"
             "wrangler.jsonc or wrangler.toml of the current folder). Without --tls-cert it makes "
             "development certificates and prints curl "
             "commands for them.\n"
             "--inspect[=ADDR:PORT] lets debuggers attach, at 127.0.0.1:9229 unless told otherwise, to one "
             "process.\n"
             "SIGHUP reloads configuration, scripts, certificates and revocation lists; SIGTERM drains.\n"
             "\n"
             "Examples:\n"
             "  edge-run policy.js\n"
             "  edge-run policy.js --listen 0.0.0.0:8443 --tls-cert server.pem --tls-key server-key.pem \\\n"
             "           --client-ca ca.pem --client-crl revoked.crl --origin http://127.0.0.1:8080\n"
             "  edge-run serve --config edge-run.toml\n",
     .run = run_serve,
     .takes_options = true},
    {.name = "check",
     .arguments = "[SCRIPT] [--strict] [--json | --metrics] [OPTION…]",
     .summary = "check options, certificates, revocation lists and scripts without serving",
     .help =
         "Takes what serve takes, and says for each site what it found. Exit code 3 when something could "
         "not be served.\n"
         "Scripts are looked at for known traps: tests that \"0\" passes, misspelt values, names matched as "
         "text, SHA-1\n"
         "fingerprints. With --strict such a finding is an error, else a warning.\n"
         "--json prints the same for programs; --metrics when certificates and lists end, for Prometheus.\n"
         "\n"
         "Examples:\n"
         "  edge-run check policy.js\n"
         "  edge-run check --strict --config edge-run.toml\n"
         "  edge-run check --json\n",
     .run = run_check,
     .takes_options = true},
    {.name = "trigger",
     .arguments = "[SCRIPT] [--cron EXPRESSION] [OPTION…]",
     .summary = "run a scheduled handler once, now",
     .help = "Takes what serve takes, starts the scripts in this process and runs the scheduled handler as "
             "if the "
             "time of\n"
             "--cron had come; without it, that of the one cron in the configuration. Exit code 1 when it "
             "fails.\n"
             "\n"
             "Examples:\n"
             "  edge-run trigger refresh.js --cron '*/5 * * * *'\n"
             "  edge-run trigger --config edge-run.toml\n",
     .run = run_trigger,
     .takes_options = true},
    {.name = "deny",
     .arguments = "add|remove|list",
     .summary = "shut a client out at once, without its CA",
     .help = "Edits the deny-list in the state folder. Servers of that folder take it in within a second: "
             "new, resumed "
             "and live\n"
             "connections of the client are revoked, whatever the lists of its CA say. It is kept across "
             "restarts.\n"
             "\n"
             "Whom:\n"
             "  --cert FILE [--by sha256|spki|serial]  this certificate; its key; its issuer and serial\n"
             "  --sha256 HEX                           a certificate, also a CA's, by its fingerprint\n"
             "  --spki HEX                             a public key, also a CA's\n"
             "  --serial HEX --ca FILE                 a serial of this CA\n"
             "With:\n"
             "  --note TEXT                            why\n"
             "  --state-dir FOLDER, --config FILE      of the server (default: as serve's)\n"
             "\n"
             "Examples:\n"
             "  edge-run deny add --cert stolen.pem --note 'laptop lost'\n"
             "  edge-run deny remove --cert stolen.pem\n"
             "  edge-run deny list\n",
     .run = run_deny,
     .takes_options = false},
    {.name = "certs",
     .arguments = "init|ca|server|client|…",
     .summary = "make, revoke, read and report certificates",
     .help = certs_help,
     .run = run_certs,
     .takes_options = false},
    {.name = "explain",
     .arguments = "--cert CHAIN.pem --client-ca FILE",
     .summary = "say what a server would decide about a client, and why",
     .help = explain_help,
     .run = run_explain,
     .takes_options = false},
    {.name = "crl",
     .arguments = "inspect|verify|diff|fetch",
     .summary = "read, check, compare and fetch revocation lists",
     .help = crl_help,
     .run = run_crl,
     .takes_options = false},
    {.name = "test",
     .arguments = "[FILE…]",
     .summary = "run the tests of scripts",
     .help = "",
     .run = run_test,
     .takes_options = false},
    {.name = "types",
     .arguments = "[SCRIPT] [--out FILE] [OPTION…]",
     .summary = "write the types of env for TypeScript",
     .help =
         "Writes edge-run.d.ts, or FILE (-: standard output): Env with the variables, secrets and bindings "
         "of "
         "the\n"
         "configuration, and what edge-run adds to request.cf. It stands beside @cloudflare/workers-types. "
         "With several\n"
         "sites --site NAME says whose.\n"
         "\n"
         "Examples:\n"
         "  edge-run types\n"
         "  edge-run types --config wrangler.jsonc --out src/env.d.ts\n",
     .run = run_types,
     .takes_options = false},
    {.name = "bundle",
     .arguments = "SCRIPT [-o FILE] [-- …]",
     .summary = "make one file of a script and its npm packages, with esbuild",
     .help = "Writes SCRIPT.bundle.js, or FILE, and a source map beside it. esbuild is taken from "
             "node_modules, else "
             "from\n"
             "the PATH; what follows -- is handed to it.\n"
             "\n"
             "Examples:\n"
             "  edge-run bundle src/index.ts -o worker.js\n"
             "  edge-run bundle src/index.tsx -o worker.js -- --jsx=automatic\n",
     .run = run_bundle,
     .takes_options = false},
    {.name = "version",
     .arguments = "[--json]",
     .summary = "print the versions of edge-run, V8, OpenSSL and Boost",
     .help = "Examples:\n"
             "  edge-run version\n"
             "  edge-run version --json\n",
     .run = run_version,
     .takes_options = false},
};

const Command* find(std::string_view name) {
  const auto found = std::ranges::find(table, name, &Command::name);
  return found == std::end(table) ? nullptr : found;
}

bool is_help(std::string_view word) { return word == "--help" || word == "-h"; }

/// A script is a path: it has a dot or a slash, or it is there.
bool is_script(const std::string& word) {
  std::error_code none;
  return word.find_first_of("./") != std::string::npos || std::filesystem::is_regular_file(word, none);
}

Result<int> print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

Result<const Command*> choose(const std::string& word) {
  if (const Command* command = find(word)) return command;
  std::vector<std::string_view> names{"help"};
  for (const Command& command : table) names.push_back(command.name);
  return fail(ErrorKind::usage, "there is no command " + word + did_you_mean(word, names));
}

Result<int> show_help(const Command& command) {
  const std::vector<std::string> help{"--help"};
  return command.help.empty() ? command.run(help) : print(help_of(command));
}

Result<int> run_help(Arguments arguments) {
  if (arguments.empty()) return print(overview());
  const auto command = choose(arguments[0]);
  if (!command) return std::unexpected(command.error());
  return show_help(**command);
}

}  // namespace

std::span<const Command> commands() { return table; }

Result<int> run_command(Arguments arguments) {
  if (arguments.empty()) return run_serve(arguments);
  const std::string& first = arguments[0];
  if (is_help(first)) return print(overview());
  if (first == "help") return run_help(arguments.subspan(1));
  if (first == "--version" || first == "-V") return run_version(arguments.subspan(1));
  const bool is_named = find(first) != nullptr;
  if (!is_named && !first.starts_with('-') && !is_script(first))
    return std::unexpected(choose(first).error());
  const Command& command = is_named ? *find(first) : *find("serve");
  const Arguments rest = is_named ? arguments.subspan(1) : arguments;
  if (std::ranges::any_of(rest, is_help)) return show_help(command);
  return command.run(rest);
}

std::string overview() {
  std::string out = "edge-run " EDGE_RUN_VERSION
                    ": scripts decide about clients that show certificates\n"
                    "\n"
                    "Usage:\n"
                    "  edge-run SCRIPT [OPTION…]\n"
                    "  edge-run COMMAND [ARGUMENT…]\n"
                    "\n"
                    "Commands:\n";
  for (const Command& command : table) {
    std::string left = "  " + std::string(command.name) + " " + std::string(command.arguments);
    // The ellipsis is one column and three bytes.
    const std::size_t columns = left.size() - 2 * static_cast<std::size_t>(std::ranges::count(left, '\xE2'));
    left += columns < 31 ? std::string(32 - columns, ' ') : "\n" + std::string(32, ' ');
    out += left + std::string(command.summary) + "\n";
  }
  out +=
      "  help [COMMAND]                this, or the help of a command with its options\n"
      "\n"
      "Exit codes:\n"
      "  0  all went well\n"
      "  1  it failed while running, or a test failed\n"
      "  2  the command line is wrong\n"
      "  3  a configuration, certificate, revocation list or script cannot be used\n"
      "  4  an address cannot be listened on\n"
      "\n"
      "Try:\n"
      "  edge-run examples/hello.js    serve it with development certificates on https://localhost:8443\n"
      "  edge-run help serve           all options\n";
  return out;
}

std::string help_of(const Command& command) {
  std::string out = "edge-run " + std::string(command.name) + " " + std::string(command.arguments) + ": " +
                    std::string(command.summary) + "\n\n" + std::string(command.help);
  if (command.takes_options)
    out += "\nOptions, as --name VALUE or --name=VALUE; in a file the same names with _ for -:\n" +
           options_help();
  return out;
}

bool colours(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && isatty(descriptor) == 1;
}

}  // namespace edge::cli
