// What AsyncLocalStorage keeps: a value of JavaScript that follows the continuations of promises.
#include "runtime/js/async_context.h"

#include "bindings/natives.h"

namespace edge::bindings {
namespace {

constexpr js::Native table[] = {
    js::native<&js::async_storage>("asyncStorage"),
    js::native<&js::set_async_storage>("setAsyncStorage"),
};

}  // namespace

constinit const std::span<const js::Native> async_context_natives = table;

}  // namespace edge::bindings
