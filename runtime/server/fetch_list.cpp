// A look-up, a request, and at most three redirects on the same host. Everything is bounded: time, size, and
// where it may lead (T59, T60).
#include "runtime/server/fetch_list.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>

#include "runtime/base/deadline.h"
#include "runtime/http/client.h"
#include "runtime/server/list_url.h"
#include "runtime/tls/connector.h"

namespace edge::server {
namespace {

// What still waits when the loop ends is destroyed while everything it borrows is alive.
struct Loop : boost::asio::io_context {
  Loop() : boost::asio::io_context(1) {}
  using boost::asio::execution_context::shutdown;
};

struct Answer {
  http::Response head;
  std::string body;
};

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
  auto body = co_await answer.head.body.collect(bytes_max);
  if (!body) co_return std::unexpected(std::move(body.error()));
  answer.body = std::move(*body);
  co_return answer;
}

http::Request request_of(const ListUrl& url, const CachedList* known) {
  http::Request request;
  request.scheme = url.scheme;
  request.authority = url.authority;
  request.target = url.target;
  request.headers.append("Accept", "application/pkix-crl, application/x-pem-file, */*;q=0.5");
  // A few kilobytes that unpack to gigabytes are no list (T59).
  request.headers.append("Accept-Encoding", "identity");
  request.headers.append("User-Agent", "edge-run/" EDGE_RUN_VERSION);
  if (known != nullptr && !known->etag.empty()) request.headers.append("If-None-Match", known->etag);
  if (known != nullptr && !known->last_modified.empty())
    request.headers.append("If-Modified-Since", known->last_modified);
  return request;
}

/// One request, in its own loop, which ends with it or with its time.
Result<Answer> exchange(const ListWish& wish, const ListUrl& url) {
  auto address = address_of(url, wish.may_be_private);
  if (!address) return std::unexpected(std::move(address.error()));
  std::shared_ptr<tls::Connector> connector;
  if (url.scheme == "https") {
    auto loaded = tls::Connector::load({});
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    connector = std::move(*loaded);
  }
  Loop io;
  TimerWheel wheel(io);
  http::Client client(io, wheel, wish.limits, connector);
  Result<Answer> answer = fail(ErrorKind::timeout, "fetching took longer than crl_timeout");
  boost::asio::co_spawn(io,
                        ask(client, request_of(url, wish.known),
                            {.scheme = url.scheme, .host = url.host, .port = url.port, .address = *address},
                            wish.limits.crl_bytes),
                        [&](const std::exception_ptr& failed, Result<Answer> got) {
                          if (!failed) answer = std::move(got);
                          io.stop();
                        });
  io.run_for(wish.limits.crl_timeout);
  io.shutdown();
  return answer;
}

std::string header(const Answer& answer, const char* name) {
  return std::string(answer.head.headers.find(name).value_or(""));
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Where a redirect leads; only ever to another path of the same server.
Result<ListUrl> redirected(const ListUrl& from, const std::string& location) {
  if (location.starts_with('/') && !location.starts_with("//")) {
    auto moved = parse_list_url(from.scheme + "://" + from.authority + location);
    if (moved) return *moved;
  }
  auto moved = parse_list_url(location);
  if (!moved) return fail(ErrorKind::protocol, "it redirects to no http or https URL");
  if (moved->host != from.host || moved->port != from.port || moved->scheme != from.scheme)
    return fail(ErrorKind::protocol, "it redirects to another server, " + moved->authority +
                                         ": configure that URL if it is right");
  return *moved;
}

Result<CachedList> fetched(const ListWish& wish, ListUrl url) {
  constexpr int redirects_max = 3;
  for (int redirects = 0; redirects <= redirects_max; ++redirects) {
    auto answer = exchange(wish, url);
    if (!answer) return std::unexpected(std::move(answer.error()));
    const int status = answer->head.status;
    if (status == 304 && wish.known != nullptr) return *wish.known;
    if (status == 200) {
      const std::string encoding = header(*answer, "content-encoding");
      if (!encoding.empty() && encoding != "identity")
        return fail(ErrorKind::protocol,
                    "its answer is encoded as " + encoding + ", which was not asked for");
      return CachedList{.url = wish.url,
                        .etag = header(*answer, "etag"),
                        .last_modified = header(*answer, "last-modified"),
                        .list = Bytes(answer->body.begin(), answer->body.end())};
    }
    if (!is_redirect(status)) return fail(ErrorKind::protocol, "it answers " + std::to_string(status));
    auto moved = redirected(url, header(*answer, "location"));
    if (!moved) return std::unexpected(std::move(moved.error()));
    url = std::move(*moved);
  }
  return fail(ErrorKind::protocol, "it redirects again and again");
}

}  // namespace

Result<CachedList> fetch_list(const ListWish& wish) {
  const auto url = parse_list_url(wish.url);
  if (!url) return fail(ErrorKind::config, wish.url + " is no http or https URL");
  auto list = fetched(wish, *url);
  if (!list) return fail(list.error().kind, wish.url + ": " + list.error().message);
  return list;
}

}  // namespace edge::server
