// A value that many hold and nobody changes: copying it copies a pointer. Whoever edits gets a copy of their
// own.
#pragma once

#include <memory>

namespace edge {

template <class T>
class Shared {
 public:
  Shared() : value_(none()) {}  ///< T's default; all defaults are one object
  explicit Shared(T value) : value_(std::make_shared<T>(std::move(value))) {}

  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }
  /// Only of a value that is not shared between threads: a copy is made unless this is the only holder.
  [[nodiscard]] T& edit() {
    if (value_.use_count() != 1) value_ = std::make_shared<T>(*value_);
    return *value_;
  }

 private:
  static const std::shared_ptr<T>& none() {
    static const auto value = std::make_shared<T>();
    return value;
  }
  std::shared_ptr<T> value_;
};

}  // namespace edge
