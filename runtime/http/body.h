// The body of a message: nothing, bytes in memory, or a source that is read piece by piece.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "runtime/base/error.h"
#include "runtime/base/task.h"

namespace edge::http {

/// Where the bytes of a streaming body come from. Back-pressure is the reader's pace.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Fills some of `into`; 0 at the end.
  virtual Task<Result<std::size_t>> read(std::span<char> into) = 0;
  /// True when read() would end without waiting, with bytes or with the end: a codec then puts them into the
  /// packet that it is about to send anyway.
  [[nodiscard]] virtual bool is_ready() const { return false; }
};

/// Move-only. A null body differs from an empty one: it has no Content-Length of its own and JavaScript sees
/// null.
class Body {
 public:
  Body();
  explicit Body(std::string bytes);
  Body(std::unique_ptr<BodySource> source, std::optional<std::uint64_t> length);
  Body(Body&& other) noexcept;
  Body& operator=(Body&& other) noexcept;
  ~Body();

  [[nodiscard]] bool is_null() const { return !bytes_ && !source_; }
  [[nodiscard]] bool is_streaming() const { return source_ != nullptr; }
  [[nodiscard]] bool is_ready() const { return source_ == nullptr || source_->is_ready(); }
  /// Known length in bytes; nothing for null bodies and for streams of unknown length.
  [[nodiscard]] std::optional<std::uint64_t> length() const;
  /// The bytes of a body that is in memory; empty for others.
  [[nodiscard]] const std::string& bytes() const;
  /// Fills some of `into`; 0 at the end. The body must stay where it is meanwhile.
  Task<Result<std::size_t>> read(std::span<char> into);
  /// Everything that is left, ErrorKind::limit when it is more than `bytes_max`.
  Task<Result<std::string>> collect(std::size_t bytes_max);

 private:
  Task<Result<std::size_t>> read_bytes(std::span<char> into);
  std::optional<std::string> bytes_;
  std::unique_ptr<BodySource> source_;
  std::optional<std::uint64_t> length_;
  std::size_t read_ = 0;
};

}  // namespace edge::http
