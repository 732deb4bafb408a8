// `--inspect`: opens the door for debuggers, and says where it is.
#include "runtime/cli/devtools.h"

#include "runtime/base/log.h"
#include "runtime/base/option_values.h"

namespace edge::cli {

Result<std::optional<ListenAddress>> take_inspect(std::vector<std::string>& arguments) {
  constexpr std::string_view flag = "--inspect";
  std::optional<ListenAddress> address;
  for (const std::string& argument : arguments) {
    if (argument == flag) {
      address = ListenAddress{.address = "127.0.0.1", .port = 9229};  // where Chrome's and VS Code's look
    } else if (argument.starts_with(std::string(flag) + "=")) {
      auto read = option_values::read_address(argument.substr(flag.size() + 1));
      if (!read) return fail(ErrorKind::usage, "--inspect: " + read.error().message);
      address = std::move(*read);
    }
  }
  std::erase_if(arguments, [&](const std::string& argument) {
    return argument == flag || argument.starts_with(std::string(flag) + "=");
  });
  return address;
}

Result<std::unique_ptr<http::DevTools>> open_devtools(const ListenAddress& address) {
  auto devtools = http::DevTools::listen(address);
  if (!devtools) return devtools;
  const std::string& where = (*devtools)->address();
  log::write(
      LogLevel::info, "inspector.listening",
      "debuggers can attach at " + where + ": open chrome://inspect, or http://" + where + "/json/list");
  if (!address.address.starts_with("127.") && address.address != "::1")
    log::write(LogLevel::warn, "inspector.exposed",
               "whoever reaches " + where + " can run code in this process");
  return devtools;
}

}  // namespace edge::cli
