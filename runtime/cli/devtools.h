// `--inspect[=ADDR:PORT]`: opens the door for debuggers, and says where it is. It is no row of the option
// table: whoever comes in can run code, so it is asked for by hand, never by a file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/http/devtools.h"

namespace edge::cli {

/// Takes `--inspect` out of the arguments of a command; nothing where it is not among them.
Result<std::optional<ListenAddress>> take_inspect(std::vector<std::string>& arguments);
Result<std::unique_ptr<http::DevTools>> open_devtools(const ListenAddress& address);

}  // namespace edge::cli
