// Task<T>: a coroutine on one worker's io_context. The executor type is concrete: a type-erased one costs
// microseconds per request.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace edge {

using Executor = boost::asio::io_context::executor_type;

template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

/// The completion token of the asynchronous waits in this project.
inline constexpr boost::asio::use_awaitable_t<Executor> use_task{};
/// The same for an operation that is awaited where it is named: a coroutine less, for the waits of every
/// request.
inline constexpr boost::asio::deferred_t in_task{};

}  // namespace edge
