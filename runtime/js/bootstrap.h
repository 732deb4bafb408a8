// Running the bootstrap script: makes the globals and `entries` in a fresh context.
#pragma once

#include <v8.h>

#include <cstdint>
#include <vector>

#include "runtime/js/program_text.h"
#include "runtime/js/realm.h"

namespace edge::js {

/// What a snapshot refers to by number: all natives in the table's order, and the text of the script.
/// Outlives the isolate.
class BootstrapReferences {
 public:
  explicit BootstrapReferences(const Builtins& builtins);
  BootstrapReferences(const BootstrapReferences&) = delete;
  BootstrapReferences& operator=(const BootstrapReferences&) = delete;
  /// Ended by 0.
  [[nodiscard]] const std::intptr_t* data() const { return addresses_.data(); }
  [[nodiscard]] ProgramText& text() { return text_; }

 private:
  ProgramText text_;
  std::vector<std::intptr_t> addresses_;
};

/// What the script names in stacks.
inline constexpr std::string_view bootstrap_name = "edge-run:bootstrap";
/// Inside the context: gives `entries`.
edge::Result<v8::Local<v8::Object>> run_bootstrap(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                                  const Builtins& builtins, ProgramText& text);

}  // namespace edge::js
