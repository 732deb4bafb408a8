// Regular expressions by V8, in the Realm that is being visited.
#include "runtime/js/regexp.h"

#include <v8.h>

#include "runtime/js/exception.h"

namespace edge::js {
namespace {

v8::MaybeLocal<v8::RegExp> compile(v8::Isolate* isolate, const RegExp& expression) {
  auto flags = static_cast<int>(v8::RegExp::kUnicodeSets);
  if (expression.ignore_case) flags |= static_cast<int>(v8::RegExp::kIgnoreCase);
  return v8::RegExp::New(isolate->GetCurrentContext(), string_of(isolate, expression.source),
                         static_cast<v8::RegExp::Flags>(flags));
}

}  // namespace

bool is_valid(const RegExp& expression) {
  auto* isolate = v8::Isolate::GetCurrent();
  v8::HandleScope handles(isolate);
  v8::TryCatch quiet(isolate);
  return !compile(isolate, expression).IsEmpty();
}

std::optional<std::vector<std::optional<std::string>>> match(const RegExp& expression,
                                                             std::string_view input) {
  auto* isolate = v8::Isolate::GetCurrent();
  v8::HandleScope handles(isolate);
  auto context = isolate->GetCurrentContext();
  v8::Local<v8::RegExp> compiled;
  v8::Local<v8::Object> found;
  if (!compile(isolate, expression).ToLocal(&compiled)) return std::nullopt;
  if (!compiled->Exec(context, string_of(isolate, input)).ToLocal(&found) || !found->IsArray())
    return std::nullopt;
  std::vector<std::optional<std::string>> groups;
  const auto length = found.As<v8::Array>()->Length();
  for (std::uint32_t at = 1; at < length; ++at) {
    v8::Local<v8::Value> group;
    if (!found->Get(context, at).ToLocal(&group)) return std::nullopt;
    groups.push_back(group->IsString() ? std::optional(text_of(isolate, group)) : std::nullopt);
  }
  return groups;
}

}  // namespace edge::js
