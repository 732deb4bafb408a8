// Task<T>: a coroutine on one worker's io_context. The executor type is concrete: a type-erased one costs
// microseconds per request.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace edge {

using Executor = boost::asio::io_context::executor_type;

template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

/// The completion token of every asynchronous wait in this project.
inline constexpr boost::asio::use_awaitable_t<Executor> use_task{};

}  // namespace edge
