// V8's own word for its version.
#include "runtime/js/version.h"

#include <v8-initialization.h>

namespace edge::js {

std::string_view engine_version() { return v8::V8::GetVersion(); }

}  // namespace edge::js
