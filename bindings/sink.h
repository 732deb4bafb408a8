// A body that JavaScript writes: a bounded channel whose other end is an http::BodySource.
#pragma once

#include <memory>
#include <string>

#include "bindings/gate.h"
#include "bindings/outlet.h"
#include "runtime/http/body.h"
#include "runtime/js/native.h"
#include "runtime/js/realm.h"

namespace edge::bindings {

/// Between a script's writes and a connection's reads. The writer waits while more than `room` bytes are
/// unread.
class Channel final : public Outlet {
 public:
  static constexpr std::size_t room = 64 * 1024;

  Channel(boost::asio::io_context& io, std::chrono::milliseconds patience)
      : readable_(io), writable_(io), patience_(patience) {}
  /// Fails when the reader went away.
  static Task<js::Result<>> write(std::shared_ptr<Channel> channel, Bytes bytes);
  void close();
  /// What the reader is told after what was written so far; nothing after close().
  void fail(std::string why) override;
  /// True while more may come and somebody reads.
  [[nodiscard]] bool is_open() const override { return !ended_ && !reader_gone_; }

  Task<Result<std::size_t>> read(std::span<char> into);
  void drop_reader();

 private:
  [[nodiscard]] std::size_t unread() const { return bytes_.size() - read_; }
  Gate readable_, writable_;
  std::chrono::milliseconds patience_;  ///< a reader's, with a writer that sends nothing
  std::string bytes_;
  std::size_t read_ = 0;
  std::string why_;
  bool ended_ = false, reader_gone_ = false;
};

/// The writer's end. One that is dropped without close() fails: a half body must not look like a whole one.
class Sink : public js::Held {
 public:
  Sink(std::shared_ptr<Channel> channel, std::optional<std::uint64_t> length, js::EventId event)
      : channel(std::move(channel)), length(length), event(event) {}
  ~Sink() override { channel->fail("the stream was dropped before its end"); }
  /// The reader's end; null where it was taken already.
  std::unique_ptr<http::BodySource> take_source();

  const std::shared_ptr<Channel> channel;
  const std::optional<std::uint64_t> length;  ///< in bytes, where the script knows
  const js::EventId event;                    ///< whose it is: nobody else writes to it

 private:
  bool taken_ = false;
};

}  // namespace edge::bindings
