// The versions that make up this program, as text and as JSON.
#pragma once

#include <string>

namespace edge::cli {

std::string version_text();
std::string version_json();

}  // namespace edge::cli
