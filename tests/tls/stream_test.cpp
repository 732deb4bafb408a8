// The stream: bytes both ways, orderly and other ends, memory of idle and blocked connections.
#include "runtime/tls/stream.h"

#include "runtime/tls/site.h"
#include "tests/tls/loopback.h"

using namespace edge;
using namespace edge::tls;
using namespace edge::tls::testing;

namespace {

struct Pair {
  std::unique_ptr<Stream> inside, outside;
};

/// Two ends of a connection that is ready: plain, or after a TLS handshake.
Pair connect(Server& server, bool encrypted) {
  auto [inside, outside] = connected_sockets(server.io);
  Pair pair;
  if (!encrypted) {
    pair.inside = std::make_unique<Stream>(std::move(inside));
    pair.outside = std::make_unique<Stream>(std::move(outside));
    return pair;
  }
  SslPtr accepting{SSL_new(server.sites->find("a.test")->context())};
  SSL_set_accept_state(accepting.get());
  pair.inside = std::make_unique<Stream>(std::move(inside), std::move(accepting));
  pair.outside = std::make_unique<Stream>(std::move(outside), client_ssl({}));
  const auto shake = [](Stream& stream) -> Task<> { CHECK((co_await stream.handshake()).has_value()); };
  std::vector<Task<>> tasks;
  tasks.push_back(shake(*pair.inside));
  tasks.push_back(shake(*pair.outside));
  run(server.io, std::move(tasks));
  return pair;
}

void prepare(Server& server) { server.serve({server.config("a.test", ClientAuthMode::off, {})}); }

Task<> send_all(Stream& stream, std::string bytes, Result<>& result) {
  result = co_await stream.write(bytes);
  stream.close();
}

Task<> receive_all(Stream& stream, std::string& bytes, Result<>& result) {
  char part[10'000];
  for (;;) {
    const auto got = co_await stream.read_some(part);
    if (!got) {
      result = std::unexpected(got.error());
      co_return;
    }
    if (*got == 0) co_return;
    bytes.append(part, *got);
  }
}

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t value = 1;
  for (char& byte : bytes) {
    value = value * 1664525 + 1013904223;
    byte = static_cast<char>(value >> 24);
  }
  return bytes;
}

/// Runs what there is to do, which need not end.
void run_a_while(asio::io_context& io) {
  io.restart();
  io.run_for(std::chrono::milliseconds(50));
}

}  // namespace

TEST_CASE("stream: what is written is read, from one byte to many records") {
  Server server;
  prepare(server);
  for (const bool encrypted : {false, true}) {
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{16 * 1024}, std::size_t{16 * 1024 + 1}, std::size_t{5'000'000}}) {
      CAPTURE(encrypted);
      CAPTURE(size);
      const Pair pair = connect(server, encrypted);
      const std::string sent = pattern(size);
      std::string received;
      Result<> writing, reading;
      std::vector<Task<>> tasks;
      tasks.push_back(send_all(*pair.inside, sent, writing));
      tasks.push_back(receive_all(*pair.outside, received, reading));
      run(server.io, std::move(tasks));
      CHECK(writing.has_value());
      CHECK(reading.has_value());
      CHECK(received == sent);
    }
  }
}

TEST_CASE("stream: reading and writing go on at once, in both directions") {
  Server server;
  prepare(server);
  const Pair pair = connect(server, true);
  const std::string one = pattern(3'000'000), other(2'000'000, 'x');
  std::string received_outside(one.size(), '\0'), received_inside(other.size(), '\0');
  const auto write = [](Stream& stream, const std::string& bytes) -> Task<> {
    CHECK((co_await stream.write(bytes)).has_value());
  };
  const auto read = [](Stream& stream, std::string& into) -> Task<> {
    for (std::size_t at = 0; at < into.size();) {
      const auto got = co_await stream.read_some({into.data() + at, into.size() - at});
      REQUIRE(got.has_value());
      REQUIRE(*got > 0);
      at += *got;
    }
  };
  std::vector<Task<>> tasks;
  tasks.push_back(write(*pair.inside, one));
  tasks.push_back(write(*pair.outside, other));
  tasks.push_back(read(*pair.inside, received_inside));
  tasks.push_back(read(*pair.outside, received_outside));
  run(server.io, std::move(tasks));
  CHECK(received_outside == one);
  CHECK(received_inside == other);
}

TEST_CASE("stream: a FIN without close_notify is no orderly end, and close_notify is one") {
  Server server;
  prepare(server);
  for (const bool says_so : {false, true}) {
    const Pair pair = connect(server, true);
    if (says_so) {
      pair.inside->close();
    } else {
      pair.inside->socket().shutdown(Socket::shutdown_send);
    }
    std::string received;
    Result<> reading;
    std::vector<Task<>> tasks;
    tasks.push_back(receive_all(*pair.outside, received, reading));
    run(server.io, std::move(tasks));
    CHECK(reading.has_value() == says_so);
    if (!says_so) CHECK(reading.error().kind == ErrorKind::closed);
  }
}

TEST_CASE("stream: a plain connection ends with its FIN") {
  Server server;
  const Pair pair = connect(server, false);
  pair.inside->close();
  std::string received;
  Result<> reading;
  std::vector<Task<>> tasks;
  tasks.push_back(receive_all(*pair.outside, received, reading));
  run(server.io, std::move(tasks));
  CHECK(reading.has_value());
  CHECK(received.empty());
}

TEST_CASE("stream: bytes that are no TLS end the connection with ErrorKind::tls") {
  Server server;
  prepare(server);
  const Pair pair = connect(server, true);
  const std::string junk = "GET / HTTP/1.1\r\n\r\n and what else a stranger sends";
  pair.inside->socket().send(asio::buffer(junk));
  std::string received;
  Result<> reading;
  std::vector<Task<>> tasks;
  tasks.push_back(receive_all(*pair.outside, received, reading));
  run(server.io, std::move(tasks));
  REQUIRE_FALSE(reading.has_value());
  CHECK(reading.error().kind == ErrorKind::tls);
}

TEST_CASE("stream: cancel ends a waiting read, a waiting write and what comes after them with a timeout") {
  Server server;
  prepare(server);
  for (const bool encrypted : {false, true}) {
    CAPTURE(encrypted);
    const Pair pair = connect(server, encrypted);
    std::string received;
    Result<> reading, writing, later;
    const auto cancel = [&]() -> Task<> {
      for (int i = 0; i < 100; ++i) co_await asio::post(server.io.get_executor(), use_task);
      pair.inside->cancel();
      later = co_await pair.inside->wait_readable();
    };
    std::vector<Task<>> tasks;
    tasks.push_back(receive_all(*pair.inside, received, reading));
    tasks.push_back(send_all(*pair.inside, std::string(50'000'000, 'x'), writing));
    tasks.push_back(cancel());
    run(server.io, std::move(tasks));
    for (const Result<>* result : {&reading, &writing, &later}) {
      REQUIRE_FALSE(result->has_value());
      CHECK(result->error().kind == ErrorKind::timeout);
    }
  }
}

TEST_CASE("stream: wait_readable returns at once for bytes that were received already") {
  Server server;
  prepare(server);
  const Pair pair = connect(server, true);
  bool waited = false, pending = false;
  const auto write = [&]() -> Task<> { co_await pair.inside->write("two bytes and more"); };
  const auto read = [&]() -> Task<> {
    REQUIRE((co_await pair.outside->wait_readable()).has_value());
    char few[2];
    const auto got = co_await pair.outside->read_some(few);
    REQUIRE(got.has_value());
    pending = pair.outside->has_pending();
    waited = (co_await pair.outside->wait_readable()).has_value();
  };
  std::vector<Task<>> tasks;
  tasks.push_back(read());
  tasks.push_back(write());
  run(server.io, std::move(tasks));
  CHECK(pending);
  CHECK(waited);
}

TEST_CASE("stream: a write to a client that does not read stops, and goes on when it does") {
  Server server;
  prepare(server);
  const Pair pair = connect(server, true);
  const std::string sent = pattern(30'000'000);
  Result<> writing = fail(ErrorKind::io, "it goes on");
  asio::co_spawn(server.io, send_all(*pair.inside, sent, writing), [](const std::exception_ptr&) {});
  run_a_while(server.io);
  CHECK_FALSE(writing.has_value());
  std::string received;
  Result<> reading;
  std::vector<Task<>> tasks;
  tasks.push_back(receive_all(*pair.outside, received, reading));
  run(server.io, std::move(tasks));
  CHECK(writing.has_value());
  CHECK(received == sent);
}

TEST_CASE("stream: what cannot be written or read now is left to who waits, and nothing of it is lost") {
  Server server;
  prepare(server);
  for (const bool encrypted : {false, true}) {
    CAPTURE(encrypted);
    const Pair pair = connect(server, encrypted);
    char none[16];
    const auto nothing_yet = pair.outside->read_now(none);
    REQUIRE(nothing_yet.has_value());
    CHECK_FALSE(nothing_yet->has_value());

    const std::string sent = pattern(30'000'000);
    std::string_view rest = sent;
    Result<bool> written = true;
    for (int i = 0; i < 1000 && written == true; ++i) {
      std::string_view piece = rest.substr(0, 100'000);
      const std::size_t size = piece.size();
      written = pair.inside->write_now(piece);
      rest.remove_prefix(size - piece.size());
    }
    CHECK(written == false);
    REQUIRE(rest.size() < sent.size());

    std::string received;
    Result<> writing, reading;
    std::vector<Task<>> tasks;
    tasks.push_back(send_all(*pair.inside, std::string(rest), writing));
    tasks.push_back(receive_all(*pair.outside, received, reading));
    run(server.io, std::move(tasks));
    CHECK(writing.has_value());
    CHECK(received == sent);
  }
}

TEST_CASE("stream: one that never waits gives way to the others") {
  Server server;
  prepare(server);
  const Pair pair = connect(server, false);
  bool turn_came = false, came_before_the_end = false;
  const auto write_much = [&]() -> Task<> {
    char drained[65536];
    for (int i = 0; i < 200; ++i) {
      REQUIRE((co_await pair.inside->write(std::string(16'384, 'x'))).has_value());
      REQUIRE((co_await pair.outside->read_some(drained)).has_value());
    }
    came_before_the_end = turn_came;
  };
  const auto other = [&]() -> Task<> {
    turn_came = true;
    co_return;
  };
  std::vector<Task<>> tasks;
  tasks.push_back(write_much());
  tasks.push_back(other());
  run(server.io, std::move(tasks));
  CHECK(came_before_the_end);
}
