// The io_context that connections live in, for the one thread that runs it.
#pragma once

#include <boost/asio/config.hpp>
#include <boost/asio/io_context.hpp>

namespace edge {

/// A read that got less than it asked for counts as the last of its event: the wait behind it does not ask
/// the kernel again. What that misses is a FIN that came before the read.
struct IoContext : boost::asio::io_context {
  IoContext()
      : boost::asio::io_context(boost::asio::config_from_string(
            "scheduler.concurrency_hint=1\nreactor.reset_edge_on_partial_read=1")) {}
  /// Destroys what still waits, while everything that it borrows is alive.
  using boost::asio::execution_context::shutdown;
};

}  // namespace edge
