// Regular expressions of JavaScript for C++ that needs them, such as a URL pattern's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::js {

/// A source and its flags. V8 compiles it when it is used and remembers it by the text, so that no V8 object
/// has to be kept.
struct RegExp {
  std::string source;
  bool ignore_case = false;
};

/// True when V8 takes the source, with the flag "v".
bool is_valid(const RegExp& expression);
/// What each group matched in `input`, where the whole matches; the first is group 1. Outside a Realm, and
/// where the matching was ended, nothing matches.
std::optional<std::vector<std::optional<std::string>>> match(const RegExp& expression,
                                                             std::string_view input);

}  // namespace edge::js
