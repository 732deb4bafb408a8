// Carries what a script's stream writes to whoever reads the body.
#include "bindings/sink.h"

#include <algorithm>
#include <cstring>

#include "bindings/exchange.h"
#include "bindings/host.h"
#include "bindings/natives.h"

namespace edge::bindings {

Task<js::Result<>> Channel::write(std::shared_ptr<Channel> channel, Bytes bytes) {
  if (channel->reader_gone_)
    co_return js::type_error("This stream has been cancelled: nobody reads it any more.");
  if (channel->ended_) co_return js::type_error("This stream has ended.");
  if (channel->read_ > 0) {
    channel->bytes_.erase(0, channel->read_);
    channel->read_ = 0;
  }
  channel->bytes_.append(as_text(bytes));
  channel->readable_.open();
  channel->writable_.close();
  while (channel->unread() >= room && !channel->reader_gone_) co_await channel->writable_.wait();
  if (channel->reader_gone_)
    co_return js::type_error("This stream has been cancelled: nobody reads it any more.");
  co_return js::Result<>();
}

void Channel::close() {
  ended_ = true;
  readable_.open();
}

void Channel::fail(std::string why) {
  if (ended_) return;
  why_ = std::move(why);
  close();
}

Task<Result<std::size_t>> Channel::read(std::span<char> into) {
  while (unread() == 0) {
    if (!why_.empty()) co_return edge::fail(ErrorKind::script, why_);
    if (ended_) co_return 0;
    if (!co_await readable_.wait(patience_))
      co_return edge::fail(ErrorKind::timeout, "the script wrote nothing to its stream in time");
  }
  const std::size_t size = std::min(into.size(), unread());
  std::memcpy(into.data(), bytes_.data() + read_, size);
  read_ += size;
  if (unread() == 0) {
    bytes_.clear();
    read_ = 0;
  }
  if (unread() < room) writable_.open();
  co_return size;
}

void Channel::drop_reader() {
  reader_gone_ = true;
  bytes_ = {};
  read_ = 0;
  writable_.open();
}

namespace {

class ChannelSource : public http::BodySource {
 public:
  explicit ChannelSource(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}
  ~ChannelSource() override { channel_->drop_reader(); }
  Task<Result<std::size_t>> read(std::span<char> into) override { return channel_->read(into); }

 private:
  std::shared_ptr<Channel> channel_;
};

js::Result<std::unique_ptr<Sink>> open(js::Scope& scope, std::optional<double> length) {
  if (auto problem = problem_outside_event(scope)) return std::unexpected(std::move(*problem));
  Host& host = Host::of(scope);
  auto channel = std::make_shared<Channel>(host.world.io, host.world.limits.origin_timeout);
  if (Exchange* exchange = host.current_exchange(scope)) exchange->add_outlet(channel);
  return std::make_unique<Sink>(std::move(channel),
                                length ? std::optional(static_cast<std::uint64_t>(*length)) : std::nullopt,
                                scope.realm.current_event());
}

js::Result<Task<js::Result<>>> write(js::Scope& scope, Sink& sink, Bytes bytes) {
  if (auto problem = problem_of_owner(scope, sink.event, "WritableStreamSink"))
    return std::unexpected(std::move(*problem));
  return Channel::write(sink.channel, std::move(bytes));
}
void close(Sink& sink) { sink.channel->close(); }
void fail(Sink& sink, std::string why) {
  sink.channel->fail(why.empty() ? "the script's stream failed" : std::move(why));
}

constexpr js::Native table[] = {
    js::native<&open>("sinkOpen"),
    js::native<&write>("sinkWrite"),
    js::native<&close>("sinkClose"),
    js::native<&fail>("sinkFail"),
};

}  // namespace

std::unique_ptr<http::BodySource> Sink::take_source() {
  if (std::exchange(taken_, true)) return nullptr;
  return std::make_unique<ChannelSource>(channel);
}

constinit const std::span<const js::Native> sink_natives = table;

}  // namespace edge::bindings
