// Configuration files of any bytes: read without a crash, or refused with ErrorKind::config.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runtime/base/options.h"

namespace {

void expect(bool condition) {
  if (!condition) std::abort();
}

void read(std::string_view text) {
  const auto config = edge::read_config_text(text, "fuzz.toml");
  if (!config) {
    expect(config.error().kind == edge::ErrorKind::config && !config.error().message.empty());
    return;
  }
  // What is accepted can be served: a site has a script, and every option shows a value that it reads again.
  expect(!config->sites.empty() && !config->listen.empty());
  for (const edge::SiteConfig& site : config->sites) {
    expect(!site.script.empty());
    for (const edge::Option& option : edge::options()) {
      edge::Config copy;
      edge::SiteConfig site_copy;
      const std::string shown = option.show(*config, site);
      if (!shown.empty()) expect(option.set(copy, site_copy, shown).has_value());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read(text);
  // Few inputs name a file that exists; with one, they get as far as the checks of the whole.
  read("script = \"/dev/null\"\n" + text);
  return 0;
}
