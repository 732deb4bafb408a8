// Makes the script of a Realm visible to debuggers.
#include "bindings/debugged.h"

#include <utility>

#include "runtime/js/module_source.h"

namespace edge::bindings {

Debugged::Debugged(http::DevTools& devtools, const js::Inspector& inspector, const std::string& title,
                   const std::string& script)
    : devtools_(devtools),
      id_(devtools.add(
          {.title = title,
           .url = js::file_url(script),
           .connect = [it = inspector.debuggee()](auto send) { return it->connect(std::move(send)); },
           .receive = [it = inspector.debuggee()](
                          std::uint32_t session,
                          std::string message) { it->receive(session, std::move(message)); },
           .disconnect = [it = inspector.debuggee()](std::uint32_t session) { it->disconnect(session); }})) {}

Debugged::~Debugged() { devtools_.remove(id_); }

}  // namespace edge::bindings
