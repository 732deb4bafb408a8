// `edge-run version`: what a report about this program should name.
#include "runtime/cli/version.h"

#include <openssl/crypto.h>

#include <array>
#include <boost/version.hpp>
#include <cstdio>

#include "runtime/cli/commands.h"
#include "runtime/js/version.h"

namespace edge::cli {
namespace {

using Versions = std::array<std::pair<std::string, std::string>, 4>;

Versions versions() {
  const std::string boost = std::to_string(BOOST_VERSION / 100'000) + "." +
                            std::to_string(BOOST_VERSION / 100 % 1'000) + "." +
                            std::to_string(BOOST_VERSION % 100);
  // Those of the libraries in this process, which need not be those it was compiled with.
  return {{{"edge-run", EDGE_RUN_VERSION},
           {"v8", std::string(js::engine_version())},
           {"openssl", OpenSSL_version(OPENSSL_FULL_VERSION_STRING)},
           {"boost", boost}}};
}

}  // namespace

std::string version_text() {
  std::string text;
  for (const auto& [name, version] : versions()) text += name + " " + version + "\n";
  return text;
}

std::string version_json() {
  std::string text;
  for (const auto& [name, version] : versions())
    text += (text.empty() ? "{\"" : ",\"") + name + "\":\"" + version + "\"";
  return text + "}\n";
}

Result<int> run_version(Arguments arguments) {
  for (const std::string& argument : arguments)
    if (argument != "--json")
      return fail(ErrorKind::usage, "version takes --json or nothing, not " + argument);
  std::fputs((arguments.empty() ? version_text() : version_json()).c_str(), stdout);
  return 0;
}

}  // namespace edge::cli
