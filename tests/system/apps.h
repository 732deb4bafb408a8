// The apps of tests/apps, bundled as their authors would, and what they need of the world around them.
#pragma once

#include <string>

#include "tests/system/edge_run.h"

namespace edge::testing {

/// An environment variable while it lives: programs that a test starts inherit it.
class Setting {
 public:
  Setting(const char* name, const std::string& value);
  ~Setting();
  Setting(const Setting&) = delete;

 private:
  const char* name_;
  std::string before_;
};

/// The path of an app.
std::string app_source(const std::string& name);
/// The app as one file of the folder, made by `edge-run bundle`; its path.
std::string bundled(const TemporaryFolder& folder, const std::string& name);
/// A certificate of the folder's CA whose serial has its high bit set, high.pem, and high.crl, which revokes
/// it.
void revoke_high_serial(const TemporaryFolder& folder);

}  // namespace edge::testing
