// THE SPINE: how one connection goes from bytes to a handler's answer and back.
#include "runtime/server/connection.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "runtime/base/log.h"
#include "runtime/server/list_sources.h"
#include "runtime/server/request_id.h"
#include "runtime/tls/certs.h"

namespace edge::server {
namespace {

/// So long a wait for the next request lasts before the socket is looked at.
constexpr std::chrono::seconds look_after{1};

}  // namespace

Task<> Connection::run() {
  if (!co_await shake_hands()) co_return;
  http::H1 http(*stream_, deadline_, shared_.limits);
  // While it waits, which is most of the time, a connection has no frame but this one's and that of the wait.
  for (bool again = true; again;) {
    waiting_ = true;
    looks_ = shared_.limits.idle_timeout > look_after;
    if (!http.begin_wait(looks_ ? look_after : shared_.limits.idle_timeout)) {
      again = (co_await stream_->wait_readable()).has_value();
      http.end_wait();
    }
    waiting_ = looks_ = false;
    if (again) again = co_await serve(http);
  }
  deadline_.disarm();
  stream_->close();
}

Task<bool> Connection::shake_hands() {
  deadline_.expires_after(shared_.limits.handshake_timeout);
  epoch_ = shared_.revocations.epoch();
  checked_at_ = std::time(nullptr);
  auto accepted =
      co_await shared_.acceptor.accept(std::move(socket_), [this](tls::Stream& s) { handshaking_ = &s; });
  handshaking_ = nullptr;
  deadline_.disarm();
  if (!accepted) {
    note_refusal(accepted.error());
    co_return false;
  }
  stream_ = std::move(accepted->stream);
  site_ = accepted->site;
  peer_ = std::move(accepted->peer);
  note_verdict();
  note_distribution_points();
  shared_.client_expiry.seen(site_->config().name, *peer_, checked_at_);
  note_seen(*site_, *peer_);
  co_return true;
}

Task<bool> Connection::serve(http::H1& http) {
  std::optional<http::ReadOutcome> outcome = http.read_now();
  if (!outcome) {
    waiting_ = true;
    outcome = co_await http.read();
    waiting_ = false;
  }
  if (outcome->problem) {
    co_await refuse(http, std::move(*outcome->problem));
    co_return false;
  }
  if (!outcome->request) co_return false;
  http::Request& request = *outcome->request;
  request.first_of_connection = !served_;
  served_ = true;
  const std::string id = next_request_id();
  const AccessRecord record(request, id);
  std::optional<http::WebSocketOffer> offer = http::web_socket_offer(request);
  std::optional<Failure> failure = objection(request);
  if (!failure && offer && !is_valid(*offer)) failure = Failure::bad_request;
  std::optional<Handlers::Lease> handler;
  http::Response response;
  if (failure) {
    response = error_page(*failure, id);
  } else {
    handler.emplace(shared_.handlers, *site_);
    admit(request, id);
    Begun begun = handler->begin(std::move(request));
    if (begun.answer)
      response = std::move(*begun.answer);
    else
      response = co_await std::move(begun.rest);
  }
  if (response.web_socket && offer && !http.has_unread()) {
    co_await join(std::move(response), std::move(*offer), record);
    co_return false;
  }
  if (response.web_socket) {
    log::write(LogLevel::warn, "script.invalid",
               "the script answered with a WebSocket where the client asked for none", {{"req_id", id}});
    response = error_page(Failure::invalid_answer, id);
  }
  const int status = response.status;
  const bool last = failure || draining_;
  if (!http.write_now(response, last)) co_await http.write(std::move(response), last);
  record.write({.status = status, .bytes_in = http.bytes_read(), .bytes_out = http.bytes_written()}, *peer_);
  std::optional<bool> reusable = http.reusable_now();
  if (!reusable) reusable = co_await http.reusable();
  co_return *reusable && !last && !draining_;
}

// The connection is a WebSocket from here to its end.
Task<> Connection::join(http::Response response, http::WebSocketOffer offer, const AccessRecord& record) {
  auto accepted = co_await http::accept_web_socket(stream_, std::move(offer), std::move(response.headers));
  if (!accepted) {
    record.write({.status = 426}, *peer_);
    co_await response.web_socket->send(
        {.kind = http::WebSocketMessage::Kind::close, .data = {}, .code = http::close_code::abnormal});
    co_return;
  }
  web_socket_ = std::move(*accepted);
  if (draining_) web_socket_->shut(http::close_code::going_away);
  close_if_revoked();  // since the request was let in
  const http::Relayed relayed = co_await http::relay(web_socket_, std::move(response.web_socket));
  web_socket_.reset();
  record.write({.status = 101, .bytes_in = relayed.from_first, .bytes_out = relayed.to_first}, *peer_);
}

// What a request carries beyond the client's own words: the headers that Cloudflare gives a Worker, and the
// facts. The client's claims go first, so that no script can pass them on by copying headers (T20-T22).
void Connection::admit(http::Request& request, std::string_view id) {
  http::strip_request_headers(request.headers, shared_.configured_claims);
  if (client_headers_.size() == 0) {
    const std::string& address = peer_->connection.client_address;
    client_headers_.reserve(5, 90 + 3 * address.size());  // not more: every connection has them
    client_headers_.append("CF-Connecting-IP", address);
    client_headers_.append("X-Real-IP", address);
    client_headers_.append("X-Forwarded-For", address);
    client_headers_.append("X-Forwarded-Proto", "https");
    client_headers_.append("CF-Visitor", R"({"scheme":"https"})");
  }
  request.headers.append(client_headers_);
  request.headers.append("CF-Ray", id);
  if (request.wants_web_socket) request.headers.append("Upgrade", "websocket");
  request.peer = peer_;
}

// Why a request is not for the handler.
std::optional<Failure> Connection::objection(const http::Request& request) {
  // One function finds the Site of a name for TLS and HTTP alike, so no spelling of Host reaches another
  // trust (T11). The name that TLS found the Site by needs no second look.
  if (request.authority != peer_->connection.sni && shared_.sites.find(request.authority) != site_)
    return Failure::misdirected;
  renew_verdict();
  // The handshake asked for a good certificate; a revocation since then must end what it began (T02).
  if (site_->config().client_auth == ClientAuthMode::required && !peer_->good())
    return Failure::refused_client;
  if (request.method == "CONNECT" || request.method == "TRACE") return Failure::unsupported;
  if (!request.target.starts_with('/') || request.authority.empty()) return Failure::bad_request;
  return {};
}

void Connection::renew_verdict() {
  // Besides a new index, time alone changes a verdict: a list becomes too old to call anybody good.
  constexpr std::int64_t recheck_seconds = 60;
  const std::int64_t now = std::time(nullptr);
  if (shared_.revocations.epoch() == epoch_ && now - checked_at_ < recheck_seconds && now >= checked_at_)
    return;
  const std::shared_ptr<const tls::Revocations> index = shared_.revocations.current();
  // Not the epoch that was announced: when that index could not be opened, the next request tries again.
  epoch_ = index->epoch();
  checked_at_ = now;
  auto renewed = tls::renew_verdict(peer_, *site_, *index, now);
  note_seen(*site_, *renewed);
  if (renewed == peer_) return;
  peer_ = std::move(renewed);
  note_verdict();
}

Task<> Connection::refuse(http::H1& http, http::FramingProblem problem) {
  const std::string id = next_request_id();
  http::Request unreadable;
  unreadable.method = unreadable.target = "-";
  const AccessRecord record(unreadable, id);
  log::write(LogLevel::debug, "http.refused", problem.reason,
             {{"req_id", id}, {"status", problem.status}, {"client_ip", peer_->connection.client_address}});
  co_await http.write(error_page_for_status(problem.status, id), true);
  record.write({.status = problem.status, .bytes_in = http.bytes_read(), .bytes_out = http.bytes_written()},
               *peer_);
  co_await http.reusable();  // reads what still comes, so that closing does not destroy the answer
}

void Connection::note_refusal(const tls::Refused& refused) {
  const tls::Peer* peer = refused.peer.get();
  const std::string& why = refused.error.message;
  // OpenSSL's words when a site that requires a certificate got none.
  const bool none_sent = refused.error.kind == ErrorKind::tls && why.contains("did not return a certificate");
  const tls::Site* const site = peer ? shared_.sites.find(peer->connection.sni) : nullptr;
  // It may have been refused for want of an answer.
  if (site) note_seen(*site, *peer);
  if (peer || none_sent) return shared_.client_auth_log.refused(client_, peer, site, why);
  log::write(LogLevel::debug, "tls.handshake", why, {{"client_ip", client_.to_string()}});
}

// In optional mode the script decides; the operator still wants to know who came with what (the event is
// never a refusal by itself).
void Connection::note_verdict() {
  const tls::ClientAuth& auth = peer_->client->auth;
  const bool failed = auth.presented == "1" && (auth.verified != "SUCCESS" || auth.revoked == "1");
  if (failed) shared_.client_auth_log.not_good(client_, *peer_, *site_);
}

// Who is to ask a responder about it.
void Connection::note_seen(const tls::Site& site, const tls::Peer& peer) {
  const auto all = shared_.sites.all();
  const auto at = std::ranges::find(all, &site, [](const auto& one) { return one.get(); });
  shared_.ocsp_wishes.seen(static_cast<std::size_t>(at - all.begin()), site, peer, std::time(nullptr));
}

// Where the list that is missing could be fetched: the chain verified, and the site trusts the host (T60).
void Connection::note_distribution_points() {
  using enum tls::Verdict::Why;
  const auto why = peer_->verdict.why;
  if (!shared_.list_found || site_->config().crl_hosts.empty() || (why != missing && why != not_covered))
    return;
  const auto certificate = tls::certificate_from_der(peer_->client->leaf_der);
  if (!certificate) return;
  for (const std::string& url : tls::distribution_point_urls(certificate->get()))
    if (is_allowed(site_->config(), url)) shared_.list_found(url);
}

void Connection::close_if_revoked() {
  // A WebSocket has no next request that could be denied.
  const bool closes = peer_ && (web_socket_ || site_->config().on_revoke == OnRevoke::close);
  if (!closes) return;
  renew_verdict();
  if (peer_->verdict.state != tls::Verdict::State::revoked) return;
  draining_ = true;
  if (site_->config().on_revoke == OnRevoke::deny)
    return web_socket_->shut(http::close_code::policy_violation);
  // The client learns it now, whatever its handler still does.
  boost::system::error_code ignored;
  stream_->socket().shutdown(boost::asio::socket_base::shutdown_both, ignored);
  cancel();
}

Connection::Connection(Shared& shared, tls::Socket socket, boost::asio::ip::address client)
    : shared_(shared),
      socket_(std::move(socket)),
      client_(client),
      deadline_(shared.wheel, [this] { expired(); }) {}

Connection::~Connection() = default;

// The deadline's. No event may have told of a FIN that came with the last request (base/io_context.h), so a
// wait that has become long looks for it, once.
void Connection::expired() {
  if (!std::exchange(looks_, false) || stream_->peer_has_ended()) return cancel();
  deadline_.expires_after(shared_.limits.idle_timeout - look_after);
}

void Connection::cancel() {
  if (stream_) return stream_->cancel();
  if (handshaking_) handshaking_->cancel();
}

void Connection::drain() {
  constexpr std::chrono::seconds first_request{1};
  draining_ = true;
  if (web_socket_) return web_socket_->shut(http::close_code::going_away);
  if (!waiting_) return;
  // Who has just connected is about to send a request, and gets its answer.
  if (!served_ && std::chrono::steady_clock::now() - since_ < first_request) return;
  boost::system::error_code ignored;
  if (stream_->has_pending() || stream_->socket().available(ignored) > 0) return;
  cancel();
}

}  // namespace edge::server
