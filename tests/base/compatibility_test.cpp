// Compatibility dates and flags: what is refused, and what a site has by its date.
#include "runtime/base/compatibility.h"

#include "tests/base/config_folder.h"

namespace edge {

TEST_CASE("compatibility: a date that is none, or that is not known yet, is refused") {
  const Folder folder;
  const auto error = [](const std::string& date) {
    return file_error("script = \"policy.js\"\ncompatibility_date = \"" + date + "\"\n");
  };
  for (const char* date : {"2026", "2026-13-01", "2026-02-30", "01-01-2026", "2026-1-1", "2026-01-01x"})
    CHECK(error(date) ==
          "edge-run.toml:2: compatibility_date: \"" + std::string(date) + "\" is no date: write 2026-01-31");
  CHECK(error("2999-01-01").starts_with("edge-run.toml:2: compatibility_date: 2999-01-01 is after "));
}

TEST_CASE("compatibility: a flag that nobody published is refused, and so are opposites") {
  const Folder folder;
  const auto error = [](const std::string& flags) {
    return file_error("script = \"policy.js\"\ncompatibility_flags = [" + flags + "]\n");
  };
  CHECK(error("\"nodejs_compt\"") ==
        "edge-run.toml:2: compatibility_flags: no such compatibility flag: nodejs_compt; did you mean "
        "nodejs_compat?");
  CHECK(error("\"nodejs_compat\", \"no_nodejs_compat\"") ==
        "edge-run.toml:2: compatibility_flags: nodejs_compat contradicts no_nodejs_compat");
  CHECK(
      error("\"url_original\"") ==
      "edge-run.toml:2: compatibility_flags: url_original asks for behaviour of before 2022-10-31 that this "
      "version does not have; --allow-unsupported starts without it");
  CHECK(error("\"webgpu\"").find("is an experiment of workerd's") != std::string::npos);
  const auto allowed = read_config_text(
      "script = \"policy.js\"\nallow_unsupported = true\ncompatibility_flags = [\"url_original\"]\n",
      "edge-run.toml");
  REQUIRE(allowed.has_value());
  CHECK(allowed->warnings.size() == 1);
}

TEST_CASE("compatibility: a flag is on by its name, or from its day on unless its opposite is named") {
  SiteConfig site;
  CHECK(is_compatible(site, "url_standard"));
  CHECK_FALSE(is_compatible(site, "nodejs_als"));
  site.compatibility_date = "2022-10-30";
  CHECK_FALSE(is_compatible(site, "url_standard"));
  site.compatibility_flags = {"url_standard"};
  CHECK(is_compatible(site, "url_standard"));
  site = {};
  site.compatibility_date = "2026-08-04";
  CHECK(is_compatible(site, "nodejs_compat"));
  site.compatibility_flags = {"no_nodejs_compat"};
  CHECK_FALSE(is_compatible(site, "nodejs_compat"));
}

}  // namespace edge
