// A client hello chooses its site whatever it is cut into: TCP segments, TLS records, or more than one of
// them.
#include <boost/asio/write.hpp>
#include <utility>

#include "tests/tls/loopback.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::testing;

namespace {

/// Sends what the client's TLS makes, byte by byte, each in a segment of its own.
Task<> visit_in_single_bytes(Socket socket, SslPtr ssl, Outcome& outcome) {
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), in, out);
  socket.set_option(tcp::no_delay(true));
  socket.non_blocking(true);
  for (;;) {
    const int done = SSL_do_handshake(ssl.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out, &bytes);
    for (long i = 0; i < size; ++i) {
      boost::system::error_code ec;
      co_await socket.async_send(asio::buffer(bytes + i, 1), asio::redirect_error(use_task, ec));
      if (ec) co_return;
      co_await asio::post(socket.get_executor(), use_task);
    }
    (void)BIO_reset(out);
    if (done == 1) break;
    char received[4096];
    boost::system::error_code ec;
    const std::size_t got =
        co_await socket.async_receive(asio::buffer(received), asio::redirect_error(use_task, ec));
    if (ec) co_return;
    BIO_write(in, received, static_cast<int>(got));
  }
  outcome.client = {};
}

Outcome visit_in_single_bytes(Server& server, const Visit& how) {
  Outcome outcome;
  outcome.client = fail(ErrorKind::tls, "the handshake did not end");
  auto [inside, outside] = connected_sockets(server.io);
  std::vector<Task<>> tasks;
  tasks.push_back(serve_one(*server.acceptor, std::move(inside), outcome));
  tasks.push_back(visit_in_single_bytes(std::move(outside), client_ssl(how), outcome));
  run(server.io, std::move(tasks));
  return outcome;
}

/// What the client's TLS makes, in TLS records of `bytes_max` each, and those in segments of their own.
std::string in_small_records(std::string_view records, std::size_t bytes_max) {
  std::string out;
  while (records.size() >= 5) {
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(records[3])) << 8 |
                      static_cast<unsigned char>(records[4]);
    const std::string_view header = records.substr(0, 3);
    std::string_view content = records.substr(5, size);
    // Only a handshake message in the clear may be cut into other records.
    const std::size_t piece_max = header[0] == 22 ? bytes_max : content.size();
    for (; !content.empty(); content.remove_prefix(std::min(piece_max, content.size()))) {
      const std::string_view piece = content.substr(0, piece_max);
      out += header;
      out += static_cast<char>(piece.size() >> 8);
      out += static_cast<char>(piece.size() & 0xff);
      out += piece;
    }
    records.remove_prefix(5 + size);
  }
  return out;
}

/// Cuts the client hello, which is all that it sends first, into records of `bytes_max`.
Task<> visit_in_small_records(Socket socket, SslPtr ssl, std::size_t bytes_max, Outcome& outcome) {
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), in, out);
  bool is_first = true;
  for (;;) {
    const int done = SSL_do_handshake(ssl.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out, &bytes);
    const std::string made(bytes, static_cast<std::size_t>(std::max(0L, size)));
    const std::string sent = std::exchange(is_first, false) ? in_small_records(made, bytes_max) : made;
    (void)BIO_reset(out);
    boost::system::error_code ec;
    if (!sent.empty())
      co_await asio::async_write(socket, asio::buffer(sent), asio::redirect_error(use_task, ec));
    if (ec) co_return;
    if (done == 1) break;
    char received[4096];
    const std::size_t got =
        co_await socket.async_receive(asio::buffer(received), asio::redirect_error(use_task, ec));
    if (ec) co_return;
    BIO_write(in, received, static_cast<int>(got));
  }
  outcome.client = {};
}

Outcome visit_in_small_records(Server& server, const Visit& how, std::size_t bytes_max,
                               const std::string& protocols = {}) {
  Outcome outcome;
  outcome.client = fail(ErrorKind::tls, "the handshake did not end");
  auto [inside, outside] = connected_sockets(server.io);
  SslPtr ssl = client_ssl(how);
  if (!protocols.empty())
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
  std::vector<Task<>> tasks;
  tasks.push_back(serve_one(*server.acceptor, std::move(inside), outcome));
  tasks.push_back(visit_in_small_records(std::move(outside), std::move(ssl), bytes_max, outcome));
  run(server.io, std::move(tasks));
  return outcome;
}

}  // namespace

TEST_CASE("T13: a client hello in single bytes chooses the same site as one in one piece") {
  Server server;
  const Identity ca = make_ca("CA");
  const Identity client = make_client(ca);
  server.serve(
      {server.config("", ClientAuthMode::off, {}), server.config("a.test", ClientAuthMode::required, {&ca})});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const Outcome served =
        visit_in_single_bytes(server, {.sni = "a.test", .identity = &client, .version = version});
    REQUIRE(served.client.has_value());
    REQUIRE(served.accepted());
    CHECK((**served.server).site->config().name == "a.test");
    CHECK(served.peer().client->auth.verified == "SUCCESS");
  }
  const Outcome refused = visit_in_single_bytes(server, {.sni = "a.test"});
  CHECK_FALSE(refused.accepted());
}

TEST_CASE("T13: a client hello cut into TLS records, or larger than one, chooses the same site") {
  Server server;
  const Identity ca = make_ca("CA");
  const Identity client = make_client(ca);
  server.serve(
      {server.config("", ClientAuthMode::off, {}), server.config("a.test", ClientAuthMode::required, {&ca})});
  // Protocols that nobody speaks, of 16 KiB together, and then ours.
  std::string protocols;
  while (protocols.size() < 17'000) protocols += std::string(1, '\x40') + std::string(64, 'x');
  protocols += "\x08http/1.1";
  const auto served = [&](std::size_t record, int version, const std::string& alpn) {
    const Outcome outcome = visit_in_small_records(
        server, {.sni = "a.test", .identity = &client, .version = version}, record, alpn);
    if (!outcome.client || !outcome.accepted()) return std::string("no handshake");
    return (**outcome.server).site->config().name + " " + outcome.peer().client->auth.verified;
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const std::size_t record : {1, 5, 100, 16'384}) {
      CAPTURE(record);
      CHECK(served(record, version, {}) == "a.test SUCCESS");
      if (record > 5) CHECK(served(record, version, protocols) == "a.test SUCCESS");
    }
  }
  for (const std::size_t record : {1, 100})
    CHECK_FALSE(visit_in_small_records(server, {.sni = "a.test"}, record).accepted());
}
