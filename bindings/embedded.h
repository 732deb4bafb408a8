// What the build puts into the program: the bootstrap, the built-in modules, the TypeScript library, the
// linter, the startup snapshot, and the bytecode of the test library.
#pragma once

#include <span>
#include <string_view>

extern "C" {
struct EdgeModule {
  const char *specifier, *begin, *end;
};
/// What is in bindings/modules/; the last row is all null.
extern const EdgeModule edge_modules[];
extern const char edge_bootstrap_script_begin[], edge_bootstrap_script_end[];
extern const char edge_type_script_begin[], edge_type_script_end[];
extern const char edge_lint_begin[], edge_lint_end[];
// In programs that link edge_snapshot alone: the tool that makes the snapshot has none.
extern const char edge_snapshot_blob_begin[], edge_snapshot_blob_end[];
extern const char edge_test_library_code_begin[], edge_test_library_code_end[];
}

namespace edge::bindings {

inline std::string_view bootstrap_script() {
  return {edge_bootstrap_script_begin, edge_bootstrap_script_end};
}
inline std::string_view type_script() { return {edge_type_script_begin, edge_type_script_end}; }
inline std::string_view lint_script() { return {edge_lint_begin, edge_lint_end}; }
/// The code cache of "edge-run:test".
inline std::span<const char> test_library_code() {
  return {edge_test_library_code_begin, edge_test_library_code_end};
}
inline std::span<const char> snapshot() { return {edge_snapshot_blob_begin, edge_snapshot_blob_end}; }

}  // namespace edge::bindings
