// Work that takes long, done on a few threads beside the event loop. It owns what it works on and gives back
// a value; it never sees the loop, a script or a connection.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "runtime/base/task.h"

namespace edge {

/// The threads of one io_context, started with its first work and joined before it ends.
class BackgroundThreads : public boost::asio::execution_context::service {
 public:
  static inline boost::asio::execution_context::id id;
  explicit BackgroundThreads(boost::asio::io_context& io);
  ~BackgroundThreads() override;
  /// Work that has not begun when the loop ends is dropped.
  void post(std::move_only_function<void()> work);

 private:
  void shutdown() override;
  struct Threads;
  std::unique_ptr<Threads> threads_;
};

/// Ends on the loop, with what `work` returned or threw on its thread. A cancelled wait ends with the work,
/// not before.
template <class Work, class R = std::invoke_result_t<Work&>>
Task<R> in_background(boost::asio::io_context& io, Work work) {
  auto initiate = [&io, &work](auto handler) {
    auto job = [&io, handler = std::move(handler), work = std::move(work)]() mutable {
      std::exception_ptr thrown;
      R result{};
      try {
        result = work();
      } catch (...) {
        thrown = std::current_exception();
      }
      boost::asio::post(io, [handler = std::move(handler), thrown, result = std::move(result)]() mutable {
        std::move(handler)(thrown, std::move(result));
      });
    };
    boost::asio::use_service<BackgroundThreads>(io).post(std::move(job));
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>,
                                                 void(std::exception_ptr, R)>(initiate, use_task);
}

}  // namespace edge
