// Making a connection to an origin: its addresses, TCP, and TLS for https.
#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <utility>

#include "runtime/http/connection_pool.h"
#include "runtime/http/local_address.h"

namespace edge::http {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Resolver = boost::asio::ip::basic_resolver<tcp, Executor>;
using Endpoints = std::vector<tcp::endpoint>;
constexpr auto as_tuple = boost::asio::as_tuple(use_task);

std::string name_of(const Destination& destination) {
  return destination.host + ":" + std::to_string(destination.port);
}

/// One deadline for all steps; each step says how it is stopped.
struct Attempt {
  Attempt(TimerWheel& wheel)
      : deadline(wheel, [this] {
          expired = true;
          if (stop) stop();
        }) {}
  std::move_only_function<void()> stop;
  bool expired = false;
  Deadline deadline;
};

/// A look-up cannot be cancelled inside getaddrinfo, so what waits for it is a timer, and a late answer finds
/// nobody.
struct LookUp {
  explicit LookUp(boost::asio::io_context& io)
      : resolver(io.get_executor()), ended(io, std::chrono::steady_clock::time_point::max()) {}
  Resolver resolver;
  boost::asio::steady_timer ended;
  Endpoints endpoints;
  error_code error;
  bool done = false;
};

Task<Result<Endpoints>> addresses_of(boost::asio::io_context& io, Attempt& attempt, Destination destination) {
  std::string host = destination.address.empty() ? destination.host : destination.address;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  error_code error;
  if (const auto address = boost::asio::ip::make_address(host, error); !error)
    co_return Endpoints{tcp::endpoint(address, destination.port)};
  const auto look_up = std::make_shared<LookUp>(io);
  look_up->resolver.async_resolve(host, std::to_string(destination.port),
                                  [look_up](error_code ec, Resolver::results_type results) {
                                    look_up->error = ec;
                                    for (const auto& result : results)
                                      look_up->endpoints.push_back(result.endpoint());
                                    look_up->done = true;
                                    look_up->ended.cancel();
                                  });
  attempt.stop = [look_up] { look_up->ended.cancel(); };
  if (!look_up->done) co_await look_up->ended.async_wait(as_tuple);
  attempt.stop = nullptr;
  if (attempt.expired) co_return fail(ErrorKind::timeout, "looking up " + host + " took too long");
  if (look_up->error || look_up->endpoints.empty())
    co_return fail(ErrorKind::connect, host + " has no address: " + look_up->error.message());
  co_return std::move(look_up->endpoints);
}

/// What is left of the addresses after those that a script may not reach.
Result<Endpoints> reachable(Endpoints endpoints, const Destination& destination) {
  if (destination.reach == Reach::anywhere) return endpoints;
  const auto address = endpoints.front().address().to_string();
  std::erase_if(endpoints, [](const tcp::endpoint& endpoint) { return is_local(endpoint.address()); });
  if (!endpoints.empty()) return endpoints;
  return fail(ErrorKind::connect,
              address +
                  " is an address of this machine or of its network segment, which scripts may not reach; " +
                  "if they may, name the host in --local-fetch (local_fetch) or make it the site's origin");
}

Task<Result<tls::Socket>> connect_socket(Connecting how, Attempt& attempt, Endpoints endpoints,
                                         std::string name) {
  const auto end = std::chrono::steady_clock::now() + how.timeout;
  error_code error;
  for (std::size_t at = 0; at < endpoints.size(); ++at) {
    // An address that swallows packets must leave time for the next.
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    attempt.deadline.expires_after(
        std::max(left / static_cast<long>(endpoints.size() - at), std::chrono::milliseconds{1}));
    attempt.expired = false;
    tls::Socket socket(how.io.get_executor());
    attempt.stop = [&socket] {
      error_code ignored;
      socket.close(ignored);
    };
    std::tie(error) = co_await socket.async_connect(endpoints[at], as_tuple);
    attempt.stop = nullptr;
    if (!error) {
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      attempt.deadline.expires_after(std::max(
          std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()),
          std::chrono::milliseconds{1}));
      co_return socket;
    }
  }
  if (attempt.expired) co_return fail(ErrorKind::timeout, "connecting to " + name + " took too long");
  co_return fail(ErrorKind::connect, "cannot connect to " + name + ": " + error.message());
}

}  // namespace

Task<Result<std::shared_ptr<OriginConnection>>> connect_to_origin(Connecting how, Destination destination) {
  if (destination.scheme != "http" && (destination.scheme != "https" || !how.connector))
    co_return fail(ErrorKind::connect, "no connection can be made for scheme " + destination.scheme);
  Attempt attempt(how.wheel);
  attempt.deadline.expires_after(how.timeout);
  auto endpoints = co_await addresses_of(how.io, attempt, destination);
  if (!endpoints) co_return std::unexpected(std::move(endpoints.error()));
  endpoints = reachable(std::move(*endpoints), destination);
  if (!endpoints) co_return std::unexpected(std::move(endpoints.error()));
  auto socket = co_await connect_socket(how, attempt, std::move(*endpoints), name_of(destination));
  if (!socket) co_return std::unexpected(std::move(socket.error()));
  std::unique_ptr<tls::Stream> stream;
  if (destination.scheme == "https") {
    auto secured = co_await how.connector->connect(
        std::move(*socket), destination.host,
        [&attempt](tls::Stream& started) { attempt.stop = [&started] { started.cancel(); }; });
    attempt.stop = nullptr;
    if (!secured && attempt.expired)
      co_return fail(ErrorKind::timeout, "the TLS handshake with " + name_of(destination) + " took too long");
    if (!secured) co_return std::unexpected(std::move(secured.error()));
    stream = std::move(*secured);
  } else {
    stream = std::make_unique<tls::Stream>(std::move(*socket));
  }
  co_return std::make_shared<OriginConnection>(how.wheel, std::move(stream), std::move(destination));
}

}  // namespace edge::http
