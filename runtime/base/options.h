// The one table of options. Flags, edge-run.toml, the help, "did you mean" and the documentation's check walk
// it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/binding_values.h"
#include "runtime/base/config.h"
#include "runtime/base/error.h"

namespace edge {

/// Where a value applies, and so where a file names it: at the top, in a `[[site]]` table, in `[limits]`.
enum class Place : std::uint8_t { server, site, limits };

/// How the text of a value is read, and which TOML type stands for it.
enum class ValueKind : std::uint8_t {
  text,
  file,     ///< must exist; relative to the folder of the configuration file that names it
  source,   ///< a file or folder, which must exist, or a URL
  folder,   ///< is made when missing; relative as a file is
  address,  ///< "127.0.0.1:8443", "[::1]:8443", ":8443", "8443"
  url,      ///< of an origin: scheme, host, port
  choice,   ///< one of the words of Option::value
  on_off,   ///< "on", "off"; true and false in a file
  flag,     ///< needs no value on the command line
  number,
  duration,  ///< "10s", "500ms", "2m", "1h"
  size,      ///< "64KiB", "100MiB", "4096"
  pair,      ///< "NAME=VALUE", "NAME:=JSON"; a table of names and values in a file
  record,    ///< "NAME=FIRST,SECOND"; a table with Option::record_keys, or an array of such, in a file
};

struct Option {
  std::string_view flag;  ///< "--client-ca"; empty: only a file has it
  std::string_view key;   ///< "client_ca"; empty: only the command line has it
  Place place;
  ValueKind kind;
  bool repeatable;
  std::string_view value;     ///< what the help shows after the flag: "FILE"
  std::string_view help;      ///< one fragment, no period
  std::string_view example;   ///< a value it accepts and that is not its default
  std::string_view wrangler;  ///< its key in wrangler's files: "main", "limits.cpu_ms"; empty: they lack it
  std::span<const RecordKey> (*record_keys)();
  /// Reads `text` into its member; a repeatable one adds it.
  Result<> (*set)(Config& config, SiteConfig& site, const std::string& text);
  /// Forgets the values of a repeatable option that a flag replaces; null: each value has a name, and a flag
  /// replaces that of its own.
  void (*clear)(Config& config, SiteConfig& site);
  /// The value as set() reads it, for the help's defaults and for tests; "" where there is none.
  std::string (*show)(const Config& config, const SiteConfig& site);
};

std::span<const Option> options();

/// The configuration of a command line: its flags, over the file of --config, over the defaults. Without
/// --config and without a script `edge-run.toml` of the current folder is read. Everything is checked but the
/// certificates' content: a bad flag is ErrorKind::usage, a bad file or a contradiction ErrorKind::config
/// with file, line, key and remedy. A site without `tls_cert` is left so: the development certificates are
/// for it (cli/serve.cpp).
Result<Config> read_config(std::span<const std::string> arguments);
/// As above with the file's content given; `path` is its name in messages. For tests and the fuzzer.
Result<Config> read_config_text(std::string_view toml, const std::string& path);

/// Every option with its help, value and default, in columns; `width` in characters.
std::string options_help(std::size_t width = 100);

/// The candidate that `word` is most likely a misspelling of; empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);
/// "; did you mean X?", or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace edge
