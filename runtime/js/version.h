// Which V8 this program runs, for people and reports.
#pragma once

#include <string_view>

namespace edge::js {

/// "13.6.233.17"
std::string_view engine_version();

}  // namespace edge::js
