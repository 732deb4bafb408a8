// Text that many share: copying it copies a pointer.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace edge {

class SharedText {
 public:
  SharedText() = default;  ///< ""
  SharedText(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {}
  SharedText(const char* text) : SharedText(std::string(text)) {}

  [[nodiscard]] const std::string& text() const {
    static const std::string none;
    return text_ ? *text_ : none;
  }
  friend bool operator==(const SharedText& a, const SharedText& b) { return a.text() == b.text(); }

 private:
  std::shared_ptr<const std::string> text_;
};

}  // namespace edge
