// atob() and btoa().
// https://html.spec.whatwg.org/multipage/webappapis.html#atob
#include "bindings/natives.h"
#include "runtime/base/bytes.h"

namespace edge::bindings {
namespace {

js::Result<js::OneByte> atob(std::string text) {
  // A character beyond ASCII is a byte beyond ASCII here, which is no base64 either.
  auto bytes = base64_decode(text);
  if (!bytes)
    return js::dom_exception("InvalidCharacterError", "atob() called with invalid base64-encoded data.");
  return js::OneByte{std::string(as_text(*bytes))};
}

js::Result<std::string> btoa(js::Scope& scope, v8::Local<v8::String> text) {
  if (!text->ContainsOnlyOneByte())
    return js::dom_exception("InvalidCharacterError",
                             "btoa() can only operate on characters in the Latin1 (ISO/IEC 8859-1) range.");
  Bytes bytes(static_cast<std::size_t>(text->Length()));
  text->WriteOneByteV2(scope.isolate, 0, static_cast<std::uint32_t>(bytes.size()), bytes.data());
  return base64(bytes);
}

constexpr js::Native table[] = {js::native<&atob>("atob"), js::native<&btoa>("btoa")};

}  // namespace

constinit const std::span<const js::Native> base64_natives = table;

}  // namespace edge::bindings
