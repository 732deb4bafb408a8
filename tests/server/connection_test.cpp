// One connection over loopback: which site answers, what the handler is shown, and when a connection must
// end.
#include "runtime/server/connection.h"

#include "tests/server/serving.h"

using namespace edge;
using namespace edge::server;
using namespace edge::server::testing;

TEST_CASE("T11: a Host of another site than the TLS name's is misdirected, however it is spelled") {
  Pki pki;
  Serving serving(pki.config({pki.site("pub", {"pub.test"}), pki.mtls_site("mtls", {"mtls.test"}),
                              pki.site("wild", {"*.wild.test"})}),
                  describing_factory());
  for (const char* sni : {"pub.test", "a.wild.test"}) {
    for (const char* host :
         {"mtls.test", "MTLS.test", "mtls.test.", "mtls.test:443", "mtls.test:8443", "MTLS.TEST.:1"}) {
      Client client({.port = serving.port(), .sni = sni});
      const Reply reply = client.get(host);
      CHECK_MESSAGE(reply.status == 421, (std::string(sni) + " asks for " + host));
      CHECK_FALSE(reply.says("mtls"));
      CHECK(client.is_closed_by_server());
    }
  }
}

TEST_CASE(
    "T11: a Host that is no host name, given twice, or contradicted by the target never reaches a handler") {
  Pki pki;
  Serving serving(pki.config({pki.site("pub", {"pub.test"}), pki.mtls_site("mtls", {"mtls.test"})}),
                  describing_factory());
  for (const char* request :
       {"GET / HTTP/1.1\r\nHost: mtls.test\r\nHost: pub.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: pub.test\r\nHost: mtls.test\r\n\r\n",
        "GET https://mtls.test/ HTTP/1.1\r\nHost: pub.test\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: pub.test mtls.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: xn--mtls-0ra.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: pub.test/mtls.test\r\n\r\n", "GET / HTTP/1.1\r\nHost: \r\n\r\n"}) {
    Client client({.port = serving.port(), .sni = "pub.test"});
    client.send(request);
    const Reply reply = client.receive();
    CHECK_MESSAGE((reply.status == 400 || reply.status == 421), request);
    CHECK(client.is_closed_by_server());
  }
}

TEST_CASE("T11: names of one site share a connection") {
  Pki pki;
  Serving serving(pki.config({pki.site("wild", {"*.wild.test", "pub.test"})}), describing_factory());
  Client client({.port = serving.port(), .sni = "a.wild.test"});
  for (const char* host : {"a.wild.test", "b.wild.test", "B.WILD.TEST.", "pub.test:8443"})
    CHECK(client.get(host).status == 200);
  CHECK(client.get("a.b.wild.test").status == 421);
}

TEST_CASE("T10: without a TLS name only the site of every name is reached, whatever Host says") {
  Pki pki;
  Serving serving(pki.config({pki.site("any", {}), pki.mtls_site("mtls", {"mtls.test"})}),
                  describing_factory());
  CHECK(Client({.port = serving.port(), .sni = ""}).get("mtls.test").status == 421);
  CHECK(Client({.port = serving.port(), .sni = ""}).get("127.0.0.1").says("site=any"));
}

TEST_CASE("T10: without a TLS name and without a site of every name there is no handshake") {
  Pki pki;
  Serving serving(pki.config({pki.mtls_site("mtls", {"mtls.test"})}), describing_factory());
  Client client({.port = serving.port(), .sni = ""});
  CHECK_FALSE(client.shaken());
}

TEST_CASE("optional mode: the handler is shown what each client's certificate is worth") {
  Pki pki;
  pki.revoke({{0x22}});
  Serving serving(pki.config({pki.mtls_site("mtls", {"mtls.test"})}), describing_factory());
  const auto ask = [&](const tls::Identity* identity) {
    return Client({.port = serving.port(), .identity = identity}).get("mtls.test");
  };
  CHECK(ask(nullptr).says("presented=0 verified=NONE revoked=0"));
  CHECK(ask(&pki.good).says("presented=1 verified=SUCCESS revoked=0"));
  CHECK(ask(&pki.other).says("presented=1 verified=SUCCESS revoked=1"));
  CHECK(ask(&pki.foreign).says("presented=1 verified=FAILED:"));
}

TEST_CASE("T02: a revocation reaches a live connection with its next request") {
  Pki pki;
  Serving serving(pki.config({pki.mtls_site("mtls", {"mtls.test"})}), describing_factory());
  Client client({.port = serving.port(), .identity = &pki.good});
  CHECK(client.get("mtls.test").says("revoked=0"));
  pki.revoke({{0x11}});
  serving.publish_lists();
  CHECK(client.get("mtls.test").says("verified=SUCCESS revoked=1"));
  pki.revoke({});
  serving.publish_lists();
  CHECK(client.get("mtls.test").says("revoked=0"));
}

TEST_CASE("T02: the revocation of one client leaves another client's connection as it was") {
  Pki pki;
  Serving serving(pki.config({pki.mtls_site("mtls", {"mtls.test"})}), describing_factory());
  Client client({.port = serving.port(), .identity = &pki.good});
  CHECK(client.get("mtls.test").says("revoked=0"));
  pki.revoke({{0x22}});
  serving.publish_lists();
  CHECK(client.get("mtls.test").says("revoked=0"));
}

TEST_CASE("required mode: a client without a good certificate has no handshake") {
  Pki pki;
  pki.revoke({{0x22}});
  SiteConfig site = pki.mtls_site("mtls", {"mtls.test"});
  site.client_auth = ClientAuthMode::required;
  Serving serving(pki.config({site}), describing_factory());
  for (const tls::Identity* identity :
       {static_cast<const tls::Identity*>(nullptr), &std::as_const(pki.other), &std::as_const(pki.foreign)})
    CHECK(Client({.port = serving.port(), .identity = identity}).get("mtls.test").status == 0);
  CHECK(Client({.port = serving.port(), .identity = &pki.good}).get("mtls.test").status == 200);
}

TEST_CASE("T02: in required mode a client that was revoked meanwhile gets 403, and the connection ends") {
  Pki pki;
  SiteConfig site = pki.mtls_site("mtls", {"mtls.test"});
  site.client_auth = ClientAuthMode::required;
  Serving serving(pki.config({site}), describing_factory());
  Client client({.port = serving.port(), .identity = &pki.good});
  CHECK(client.get("mtls.test").status == 200);
  pki.revoke({{0x11}});
  serving.publish_lists();
  const Reply refused = client.get("mtls.test");
  CHECK(refused.status == 403);
  CHECK_FALSE(refused.says("site="));
  CHECK(client.is_closed_by_server());
}

TEST_CASE("a revocation index that cannot be opened leaves the one in force") {
  Pki pki;
  pki.revoke({{0x11}});
  Serving serving(pki.config({pki.mtls_site("mtls", {"mtls.test"})}), describing_factory());
  Client client({.port = serving.port(), .identity = &pki.good});
  CHECK(client.get("mtls.test").says("revoked=1"));
  pki.write("bad", "no index");
  std::filesystem::rename(pki.file("bad"), serving.generation().revocations().index);
  const_cast<EpochPage&>(serving.generation().epoch()).store(99);
  CHECK(client.get("mtls.test").says("revoked=1"));
}

TEST_CASE("T20, T22: no identity header of the client's reaches the handler, and ours do") {
  Pki pki;
  Serving serving(pki.config({pki.mtls_site("mtls", {"mtls.test"})}), describing_factory());
  Client client({.port = serving.port(), .identity = &pki.good});
  const Reply reply =
      client.get("mtls.test", "/",
                 "Client-Cert: :forged:\r\nclient_cert: forged\r\nCF-Client-Cert-Sha256: forged\r\n"
                 "X_SSL_CLIENT_VERIFY: forged\r\nx-forwarded-client-cert: forged\r\nX-Cert-Serial: forged\r\n"
                 "CF-Connecting-IP: 6.6.6.6\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: forged\r\n"
                 "X-Real-IP: 6.6.6.6\r\nCF-Ray: forged\r\nCF-Visitor: forged\r\nX-Mine: kept\r\n");
  CHECK(reply.status == 200);
  CHECK_FALSE(reply.says("forged"));
  CHECK_FALSE(reply.says("6.6.6.6"));
  CHECK(reply.says("X-Mine: kept\n"));
  CHECK(reply.says("CF-Connecting-IP: 127.0.0.1\n"));
  CHECK(reply.says("X-Real-IP: 127.0.0.1\n"));
  CHECK(reply.says("X-Forwarded-For: 127.0.0.1\n"));
  CHECK(reply.says("X-Forwarded-Proto: https\n"));
  CHECK(reply.says("CF-Visitor: {\"scheme\":\"https\"}\n"));
  const std::size_t ray = reply.body.find("CF-Ray: ");
  REQUIRE(ray != reply.body.npos);
  CHECK(reply.body.substr(ray + 8, 16).find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(reply.body[ray + 24] == '\n');
}

TEST_CASE("T21: Connection cannot nominate our headers away") {
  Pki pki;
  Serving serving(pki.config({pki.mtls_site("mtls", {"mtls.test"})}), describing_factory());
  const Reply reply =
      Client({.port = serving.port()})
          .get("mtls.test", "/",
               "Connection: CF-Connecting-IP, X-Forwarded-For, CF-Ray, X-Gone\r\nX-Gone: 1\r\n");
  CHECK(reply.says("CF-Connecting-IP: 127.0.0.1\n"));
  CHECK(reply.says("X-Forwarded-For: 127.0.0.1\n"));
  CHECK(reply.says("CF-Ray: "));
  CHECK_FALSE(reply.says("X-Gone"));
}

TEST_CASE("a connection serves one request after the other, pipelined ones too, each with an id of its own") {
  Pki pki;
  Serving serving(pki.config({pki.site("pub", {})}), describing_factory());
  Client client({.port = serving.port()});
  const Reply first = client.get("pub.test", "/1");
  CHECK(first.says("url=https://pub.test/1\n"));
  client.send("GET /2 HTTP/1.1\r\nHost: pub.test\r\n\r\nGET /3 HTTP/1.1\r\nHost: pub.test\r\n\r\n");
  const Reply second = client.receive(), third = client.receive();
  CHECK(second.says("url=https://pub.test/2\n"));
  CHECK(third.says("url=https://pub.test/3\n"));
  const auto ray = [](const Reply& reply) { return reply.body.substr(reply.body.find("CF-Ray"), 24); };
  CHECK(ray(first) != ray(second));
  CHECK(ray(second) != ray(third));
}

TEST_CASE("T89: the pages of refusals name status and request, not the cause, and no cache keeps them") {
  Pki pki;
  Serving serving(pki.config({pki.site("pub", {"pub.test"})}), describing_factory());
  const Reply reply = Client({.port = serving.port(), .sni = "pub.test"}).get("other.test");
  CHECK(reply.status == 421);
  CHECK(reply.headers.at("cache-control") == "no-store");
  CHECK(reply.headers.at("content-type") == "text/plain; charset=utf-8");
  CHECK(reply.body.starts_with("421 Misdirected Request\nrequest "));
  CHECK(reply.body.size() == std::string("421 Misdirected Request\nrequest 0123456789abcdef\n").size());
}

TEST_CASE("a request that is no HTTP is answered 400 and ends the connection") {
  Pki pki;
  Serving serving(pki.config({pki.site("pub", {})}), describing_factory());
  Client client({.port = serving.port()});
  client.send("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(client.receive().status == 400);
  CHECK(client.is_closed_by_server());
}

TEST_CASE("methods that would make a tunnel or a mirror of us are not for handlers") {
  Pki pki;
  Serving serving(pki.config({pki.site("pub", {})}), describing_factory());
  Client trace({.port = serving.port()});
  trace.send("TRACE / HTTP/1.1\r\nHost: pub.test\r\n\r\n");
  CHECK(trace.receive().status == 501);
  Client connect({.port = serving.port()});
  connect.send("CONNECT pub.test:443 HTTP/1.1\r\nHost: pub.test:443\r\n\r\n");
  CHECK(connect.receive().status == 501);
  Client options({.port = serving.port()});
  options.send("OPTIONS * HTTP/1.1\r\nHost: pub.test\r\n\r\n");
  CHECK(options.receive().status == 400);
}

TEST_CASE(
    "a condemned handler is replaced in a server of one process, and its running requests end in peace") {
  Pki pki;
  auto made = std::make_shared<int>(0);
  const HandlerFactory factory = [made](const HandlerSetup&) -> Result<std::unique_ptr<Handler>> {
    auto number = std::make_shared<int>(++*made);
    auto spent = std::make_shared<bool>(false);
    return std::make_unique<FakeHandler>(
        [number, spent](http::Request request) -> Task<http::Response> {
          if (request.target == "/spend") *spent = true;
          co_return text("handler " + std::to_string(*number));
        },
        [spent] { return *spent; });
  };
  Serving serving(pki.config({pki.site("pub", {})}), factory);
  Client client({.port = serving.port()});
  CHECK(client.get("pub.test").body == "handler 1");
  CHECK(client.get("pub.test", "/spend").body == "handler 1");
  CHECK(client.get("pub.test").body == "handler 2");
  CHECK(client.get("pub.test").body == "handler 2");
}
