// TypeScript to JavaScript, by amaro: types are stripped, nothing is checked.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/error.h"

namespace edge::bindings {

/// Strips types in a Realm of its own, on a thread of its own, so that its memory and its time are none of a
/// script's. Both are made with the first file that nobody has stripped before.
class TypeScript {
 public:
  /// What files became is kept in `cache_folder`, which is made when it is needed; "": nowhere.
  explicit TypeScript(std::string cache_folder);
  ~TypeScript();
  TypeScript(const TypeScript&) = delete;

  /// The JavaScript of a file's `source`, each place where it was: types become white space. Fails with
  /// "path:line:column" for what is no TypeScript, and for syntax that is more than types.
  Result<std::string> strip(const std::string& path, const std::string& source);
  /// Gives thread and memory back until the next file.
  void rest();

 private:
  class Tool;
  const std::string cache_folder_;
  std::unique_ptr<Tool> tool_;
};

}  // namespace edge::bindings
