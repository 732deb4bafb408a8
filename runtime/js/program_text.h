// Scripts that are part of the program: V8 reads them where they lie, and copies nothing.
#pragma once

#include <v8.h>

#include <algorithm>
#include <string_view>

namespace edge::js {

/// ASCII that is there as long as the process. V8 keeps a pointer to this object: it outlives the isolate.
class ProgramText : public v8::String::ExternalOneByteStringResource {
 public:
  explicit ProgramText(std::string_view text) : text_(text) {}
  [[nodiscard]] const char* data() const override { return text_.data(); }
  [[nodiscard]] std::size_t length() const override { return text_.size(); }
  /// Empty, with no exception pending, for what is not ASCII.
  v8::MaybeLocal<v8::String> string(v8::Isolate* isolate) {
    const bool is_ascii =
        std::ranges::none_of(text_, [](char c) { return static_cast<unsigned char>(c) > 127; });
    return is_ascii ? v8::String::NewExternalOneByte(isolate, this) : v8::MaybeLocal<v8::String>();
  }

 protected:
  void Dispose() override {}  // V8 does not own it

 private:
  std::string_view text_;
};

}  // namespace edge::js
