// Makes the script of a Realm visible to debuggers.
#pragma once

#include <string>

#include "runtime/http/devtools.h"
#include "runtime/js/inspector.h"

namespace edge::bindings {

/// For as long as it lives, `inspector` is among the targets of `devtools`.
class Debugged {
 public:
  /// `script` is the path of the main script, `title` what debuggers show beside it.
  Debugged(http::DevTools& devtools, const js::Inspector& inspector, const std::string& title,
           const std::string& script);
  ~Debugged();
  Debugged(const Debugged&) = delete;

 private:
  http::DevTools& devtools_;
  std::string id_;
};

}  // namespace edge::bindings
