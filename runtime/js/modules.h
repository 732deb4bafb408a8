// Modules of a Realm: the graph of what is loaded, its linking, and `import()`.
#pragma once

#include <v8.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/js/module_source.h"
#include "runtime/js/source_map.h"

namespace edge::js {

struct ModuleRecord {
  ModuleAddress address;
  v8::Global<v8::Module> module;
  v8::Global<v8::Value>
      value;  ///< the default export of what is no script; of CommonJS its `module`, once it runs
  v8::Global<v8::Function> body;       ///< of CommonJS
  std::vector<ModuleRecord*> imports;  ///< what its own import statements name
  v8::Global<v8::Value> map_url;       ///< where a script says that its source map is
  std::optional<SourceMap> map;
  bool map_was_read = false;
};

/// One of each Realm. Files are read at start and in `import()`.
class Modules {
 public:
  /// `options` are borrowed.
  explicit Modules(const RealmOptions& options) : options_(options) {}

  /// Compiles the main script as a module, of ECMAScript or CommonJS. After finish_start() `import()` stays
  /// inside its folder.
  v8::MaybeLocal<v8::Module> add_main(Scope& scope, const std::string& path, const std::string& source);
  /// Compiles all that `root` imports, and what that imports, and links it. False leaves an exception
  /// pending.
  bool link(Scope& scope, v8::Local<v8::Module> root);
  void finish_start() { started_ = true; }

  /// The module at `address`, compiled when it is not known yet. `place` says who wants it.
  v8::MaybeLocal<v8::Module> load(Scope& scope, const ModuleAddress& address, const std::string& place);
  /// What an import in `importer` means; an exception is pending where it means nothing.
  std::optional<ModuleAddress> resolve(Scope& scope, const ImportRequest& request) const;
  /// The module that `specifier` in `referrer` was linked to.
  v8::MaybeLocal<v8::Module> linked(Scope& scope, v8::Local<v8::String> specifier,
                                    v8::Local<v8::FixedArray> attributes, v8::Local<v8::Module> referrer);
  /// A script's content as V8 takes it: that of a file in TypeScript without its types.
  [[nodiscard]] edge::Result<std::string> code_of(const std::string& path, std::string content) const;
  /// Paths of the files that modules were read from.
  [[nodiscard]] std::vector<std::string> files() const;
  /// Empty for one that no script imported.
  [[nodiscard]] v8::Local<v8::Module> built_in(v8::Isolate* isolate, const std::string& specifier) const;
  [[nodiscard]] ModuleRecord& record_of(v8::Isolate* isolate, v8::Local<v8::Module> module) const;
  /// True when `module`, or what it imports, is being evaluated.
  [[nodiscard]] bool leads_to_running(v8::Isolate* isolate, v8::Local<v8::Module> module) const;
  /// Compiles the main script as a classic one, of service-worker syntax; `import()` works in it.
  v8::MaybeLocal<v8::Script> add_classic(Scope& scope, const std::string& path, const std::string& source);
  /// The place that a source map names for one in a loaded script; "" where there is none.
  [[nodiscard]] std::string original_place(v8::Isolate* isolate, const GeneratedPlace& place);
  /// False, with an exception pending, where `import()` may not go.
  bool may_import(Scope& scope, const ModuleAddress& address) const;

 private:
  /// What a module is made of. Nothing, with an exception pending, where that cannot be had.
  std::optional<std::string> content_of(Scope& scope, const ModuleAddress& address,
                                        const std::string& place) const;
  bool load_requests(Scope& scope, v8::Local<v8::Module> module, v8::LocalVector<v8::Module>& open);
  /// The script that has this name in stacks; null where none has.
  ModuleRecord* script_named(const std::string& path);

  const RealmOptions& options_;
  std::unordered_map<std::string, std::unique_ptr<ModuleRecord>> by_key_;
  std::unordered_multimap<int, ModuleRecord*> by_hash_;
  ModuleRecord classic_;  ///< the main script where it is no module
  std::string folder_;
  bool started_ = false;
};

/// "worker.js:3:1" of the code that runs, which is of the module `importer`; for messages. Of a built-in
/// module its name alone: V8 would count the lines of all its source.
std::string current_place(Scope& scope, const std::string& importer);

/// `import()` and `import.meta`.
void install_module_callbacks(v8::Isolate* isolate);

}  // namespace edge::js
