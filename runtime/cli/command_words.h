// The words of a command that has flags of its own, beside those of the table of options.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/error.h"

namespace edge::cli {

/// A flag of one command.
struct Flag {
  enum class Takes : std::uint8_t { value, values, nothing };
  std::string_view name;  ///< "--out"
  Takes takes = Takes::value;
  std::string_view letter = {};  ///< "-o"; empty: it has none
};

class CommandWords {
 public:
  /// Splits `arguments` by `known`: `--name VALUE`, `--name=VALUE`, `-n VALUE`; what follows `--` is no flag.
  /// Fails with ErrorKind::usage, naming `command` and the flag that was meant, for one that is not known,
  /// lacks its value, or is given twice and takes one.
  static Result<CommandWords> read(std::string_view command, std::span<const Flag> known,
                                   std::span<const std::string> arguments);

  /// The value of a flag; null: it was not given.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  [[nodiscard]] std::string value_or(std::string_view name, std::string otherwise) const;
  /// All values of a flag that may be repeated.
  [[nodiscard]] const std::vector<std::string>& all(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
  /// The words that are no flags, in their order.
  [[nodiscard]] const std::vector<std::string>& rest() const { return rest_; }
  /// A failure of this command's line.
  [[nodiscard]] std::unexpected<Error> wrong(const std::string& message) const;

 private:
  std::string command_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> rest_;
};

}  // namespace edge::cli
