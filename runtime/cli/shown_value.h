// Values that would fill a screen.
#pragma once

#include <string>

namespace edge::cli {

/// `text`, or its beginning and its length; --json has the whole.
inline std::string shortened(const std::string& text) {
  constexpr std::size_t characters_max = 100;
  if (text.size() <= characters_max) return text;
  return text.substr(0, characters_max) + "… (" + std::to_string(text.size()) + " characters)";
}

}  // namespace edge::cli
