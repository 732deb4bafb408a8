// The threads beside an event loop.
#include "runtime/base/background.h"

#include <boost/asio/thread_pool.hpp>

namespace edge {

struct BackgroundThreads::Threads {
  boost::asio::thread_pool pool{2};
};

BackgroundThreads::BackgroundThreads(boost::asio::io_context& io)
    : boost::asio::execution_context::service(io), threads_(std::make_unique<Threads>()) {}

BackgroundThreads::~BackgroundThreads() = default;

void BackgroundThreads::post(std::move_only_function<void()> work) {
  boost::asio::post(threads_->pool, std::move(work));
}

// Called before the loop's own queue is destroyed, into which threads that still run would post; and once
// more.
void BackgroundThreads::shutdown() {
  if (!threads_) return;
  threads_->pool.stop();
  threads_->pool.join();
  threads_.reset();
}

}  // namespace edge
