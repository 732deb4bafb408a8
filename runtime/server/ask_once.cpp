// A look-up, a connection, a request, in a loop of their own. Everything is bounded: time, size, and where it
// may lead (T60).
#include "runtime/server/ask_once.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>

#include "runtime/base/deadline.h"
#include "runtime/base/io_context.h"
#include "runtime/http/client.h"
#include "runtime/tls/connector.h"

namespace edge::server {
namespace {

/// The first address of the host that may be connected to. It is the one that will be: a second look-up could
/// say something else.
Result<std::string> address_of(const ListUrl& url, bool may_be_private) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (const int failed = getaddrinfo(url.host.c_str(), nullptr, &hints, &found); failed != 0)
    return fail(ErrorKind::connect, url.host + " has no address: " + gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype([](addrinfo* p) { freeaddrinfo(p); })> owner{found};
  std::string refused;
  for (; found != nullptr; found = found->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0)
      continue;
    if (may_be_private || is_public_address(text)) return std::string(text);
    refused = text;
  }
  return fail(ErrorKind::connect, url.host + " is at " + refused +
                                      ", which is no public address; set crl_private = true to allow it");
}

Task<Result<Answer>> ask(http::Client& client, http::Request request, http::Destination destination,
                         std::size_t bytes_max) {
  auto head = co_await client.send(std::move(request), std::move(destination));
  if (!head) co_return std::unexpected(std::move(head.error()));
  Answer answer{.head = std::move(*head), .body = {}};
  if (answer.head.status != 200) co_return answer;
  if (bytes_max == 0) co_return answer;
  auto body = co_await answer.head.body.collect(bytes_max);
  if (!body) co_return std::unexpected(std::move(body.error()));
  answer.body = std::move(*body);
  co_return answer;
}

}  // namespace

Result<Answer> ask_once(Question question) {
  const ListUrl& url = question.url;
  auto address = address_of(url, question.may_be_private);
  if (!address) return std::unexpected(std::move(address.error()));
  std::shared_ptr<tls::Connector> connector;
  if (url.scheme == "https") {
    auto loaded = tls::Connector::load({});
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    connector = std::move(*loaded);
  }
  question.request.scheme = url.scheme;
  question.request.authority = url.authority;
  question.request.target = url.target;
  IoContext io;
  TimerWheel wheel(io);
  http::Client client(io, wheel, question.limits, connector);
  Result<Answer> answer = fail(ErrorKind::timeout, "it took longer than " + question.timeout_name);
  http::Destination destination(url.scheme, url.host, url.port);
  destination.address = *address;
  boost::asio::co_spawn(
      io, ask(client, std::move(question.request), std::move(destination), question.answer_bytes_max),
      [&](const std::exception_ptr& failed, Result<Answer> got) {
        if (!failed) answer = std::move(got);
        io.stop();
      });
  io.run_for(question.timeout);
  io.shutdown();
  return answer;
}

}  // namespace edge::server
