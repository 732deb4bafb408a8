// Stacks as people read them: places of the files that the author wrote.
#pragma once

#include <string>
#include <string_view>

namespace edge::js {

class Realm;

/// The text of a stack, with the places of its frames ("    at f (file:line:column)") replaced by those that
/// the source maps of the Realm's scripts name. A map is read when the first stack of its script is shown, so
/// it costs nothing until then; that work is none of the script's CPU time.
std::string original_stack(Realm& realm, std::string_view stack);

}  // namespace edge::js
