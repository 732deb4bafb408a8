// A request, and at most three redirects on the same host; what it may cost and where it may lead is bounded
// (T59, T60).
#include "runtime/server/fetch_list.h"

#include "runtime/server/ask_once.h"
#include "runtime/server/list_url.h"

namespace edge::server {
namespace {

http::Request request_of(const CachedList* known) {
  http::Request request;
  request.headers.append("Accept", "application/pkix-crl, application/x-pem-file, */*;q=0.5");
  // A few kilobytes that unpack to gigabytes are no list (T59).
  request.headers.append("Accept-Encoding", "identity");
  request.headers.append("User-Agent", "edge-run/" EDGE_RUN_VERSION);
  if (known != nullptr && !known->etag.empty()) request.headers.append("If-None-Match", known->etag);
  if (known != nullptr && !known->last_modified.empty())
    request.headers.append("If-Modified-Since", known->last_modified);
  return request;
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
    auto answer = ask_once({.url = url,
                            .request = request_of(wish.known),
                            .limits = wish.limits,
                            .timeout = wish.limits.crl_timeout,
                            .timeout_name = "crl_timeout",
                            .answer_bytes_max = wish.limits.crl_bytes,
                            .may_be_private = wish.may_be_private});
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
