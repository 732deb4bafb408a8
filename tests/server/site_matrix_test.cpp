// Which site answers, for every pair of a TLS name and a Host, with every kind of certificate: one table,
// worked out by hand, against a running worker.
#include "tests/server/serving.h"

using namespace edge;
using namespace edge::server;
using namespace edge::server::testing;

namespace {

// What the table says of a name beside the name of a site.
constexpr std::string_view nobody = "nobody";  ///< no site has it: the site of every name, where there is one
constexpr std::string_view no_name = "no name";    ///< no host name: never anybody's
constexpr std::string_view refused = "malformed";  ///< not even HTTP

struct Row {
  std::string text;
  std::string_view site;
};

/// What clients send in SNI.
const std::vector<Row> server_names = {
    {"pub.test", "pub"},
    {"PUB.Test", "pub"},
    {"mtls.test", "mtls"},
    {"MTLS.test", "mtls"},
    {"mtls.test.", "mtls"},
    {"xn--mnchen-3ya.test", "mtls"},
    {"strict.test", "strict"},
    {"a.wild.test", "wild"},
    {"admin.wild.test", "strict"},
    {"ADMIN.Wild.test.", "strict"},
    {"127.0.0.1", "pub"},
    {"a.b.wild.test", nobody},
    {"wild.test", nobody},
    {"xn--mtls-0ra.test", nobody},
    {"", nobody},
    {"m\xC3\xBCnchen.test", no_name},
    {"mtls.test ", no_name},
    {"mtls..test", no_name},
    {"*.wild.test", no_name},
};

std::string asking(const std::string& host) { return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"; }
std::string asking(const std::string& target, const std::string& host) {
  return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

/// What clients send in HTTP.
const std::vector<Row> requests = {
    {asking("pub.test"), "pub"},
    {asking("mtls.test"), "mtls"},
    {asking("MTLS.TEST"), "mtls"},
    {asking("mtls.test."), "mtls"},
    {asking("mtls.test:443"), "mtls"},
    {asking("MTLS.test.:8443"), "mtls"},
    {asking("mtls.test  "), "mtls"},  // spaces around a value are none of it (RFC 9110 section 5.5)
    {asking("XN--Mnchen-3ya.test"), "mtls"},
    {asking("strict.test"), "strict"},
    {asking("a.wild.test"), "wild"},
    {asking("B.wild.test."), "wild"},
    {asking("admin.wild.test"), "strict"},
    {asking("Admin.Wild.Test.:1"), "strict"},
    {asking("127.0.0.1"), "pub"},
    {asking("127.0.0.1:8443"), "pub"},
    {asking("https://mtls.test/", "mtls.test"), "mtls"},
    {asking("https://mtls.test:443/", "MTLS.test"), "mtls"},
    {asking("a.b.wild.test"), nobody},
    {asking("wild.test"), nobody},
    {asking("xn--mtls-0ra.test"), nobody},
    {asking("[::1]"), nobody},
    {asking("127.0.0.2"), nobody},
    {asking("mtls..test"), no_name},
    {asking("*.wild.test"), refused},
    {asking("m\xC3\xBCnchen.test"), refused},
    {asking("mtls.test@pub.test"), refused},
    {asking("pub.test,mtls.test"), refused},
    {asking("mtls.test:443:443"), refused},
    {asking("mtls.test:65536"), refused},
    {asking("mtls%2etest"), refused},
    {asking(""), refused},
    {asking("https://mtls.test/", "pub.test"), refused},
    {asking("https://pub.test/", "mtls.test"), refused},
    {asking("https://mtls.test@pub.test/", "pub.test"), refused},
    {asking("https:mtls.test/", "mtls.test"), refused},
    {"GET / HTTP/1.1\r\nHost: mtls.test\r\nHost: pub.test\r\n\r\n", refused},
    {"GET / HTTP/1.1\r\nHost: pub.test\r\nHost: pub.test\r\n\r\n", refused},
    {"GET / HTTP/1.1\r\nHost : pub.test\r\n\r\n", refused},
    {"GET / HTTP/1.1\r\n\r\n", refused},
};

struct Card {
  std::string name;
  const tls::Identity* identity;
  std::string in_optional_mode;
};

struct Matrix {
  explicit Matrix(bool with_fallback) : fallback(with_fallback) {
    pki.revoke({{0x22}});
    SiteConfig strict = pki.mtls_site("strict", {"strict.test", "admin.wild.test"});
    strict.client_auth = ClientAuthMode::required;
    SiteConfig pub = pki.site("pub", {"pub.test", "127.0.0.1"}), wild = pki.site("wild", {"*.wild.test"}),
               any = pki.site("any", {});
    for (SiteConfig* open : {&pub, &wild, &any}) open->client_auth = ClientAuthMode::off;
    sites = {pub, pki.mtls_site("mtls", {"mtls.test", "xn--mnchen-3ya.test"}), strict, wild};
    if (fallback) sites.push_back(any);
  }
  [[nodiscard]] std::string_view site_of(const Row& row) const {
    return fallback && row.site == nobody ? "any" : row.site;
  }
  [[nodiscard]] std::vector<Card> cards() const {
    return {{"no certificate", nullptr, "presented=0 verified=NONE revoked=0"},
            {"a good certificate", &pki.good, "presented=1 verified=SUCCESS revoked=0"},
            {"a revoked certificate", &pki.other, "presented=1 verified=SUCCESS revoked=1"},
            {"a foreign certificate", &pki.foreign, "presented=1 verified=FAILED:"}};
  }
  /// 0: no handshake.
  [[nodiscard]] int status(const Row& name, const Row& request, const Card& card) const {
    const std::string_view site = site_of(name);
    if (site == nobody || site == no_name) return 0;
    if (site == "strict" && card.identity != &pki.good) return 0;
    if (request.site == refused) return 400;
    return site_of(request) == site ? 200 : 421;
  }

  Pki pki;
  bool fallback;
  std::vector<SiteConfig> sites;
};

void check_answer(const Matrix& matrix, const Row& name, const Card& card, const Reply& reply) {
  const std::string site(matrix.site_of(name));
  CHECK(reply.says("site=" + site + "\n"));
  if (site == "mtls" || site == "strict") {
    CHECK(reply.says(card.in_optional_mode));
  } else {
    CHECK(reply.says("presented=0 verified=NONE"));
  }
}

}  // namespace

TEST_CASE("T10-T12: every TLS name, Host and certificate meet the site of both, or nobody") {
  for (const bool fallback : {false, true}) {
    const Matrix matrix(fallback);
    const Serving serving(matrix.pki.config(matrix.sites), describing_factory());
    for (const Row& name : server_names) {
      for (const Card& card : matrix.cards()) {
        for (const Row& request : requests) {
          Client client({.port = serving.port(), .sni = name.text, .identity = card.identity});
          client.send(request.text);
          const Reply reply = client.receive();
          INFO(name.text, " with ", card.name, " asks ", request.text, fallback ? "(fallback)" : "");
          CHECK(reply.status == matrix.status(name, request, card));
          if (reply.status == 200) {
            check_answer(matrix, name, card, reply);
          } else {
            CHECK_FALSE(reply.says("site="));
          }
          // Without a handshake no other request differs.
          if (matrix.status(name, request, card) == 0) break;
        }
      }
    }
  }
}

TEST_CASE(
    "T15: a connection that is kept for names of other sites is misdirected, whatever was served on it") {
  const Matrix matrix(true);
  const Serving serving(matrix.pki.config(matrix.sites), describing_factory());
  for (const std::string other : {"pub.test", "strict.test", "a.wild.test", "other.test"}) {
    Client client({.port = serving.port(), .sni = "mtls.test", .identity = &matrix.pki.good});
    CHECK(client.get("mtls.test").status == 200);
    CHECK(client.get("xn--mnchen-3ya.test").status == 200);
    CHECK(client.get(other).status == 421);
    CHECK(client.is_closed_by_server());
  }
}

TEST_CASE("T16: no way in leads around the certificate: methods, upgrades, old versions, other protocols") {
  const Matrix matrix(false);
  const Serving serving(matrix.pki.config(matrix.sites), describing_factory());
  const std::vector<std::string> ways = {
      "GET / HTTP/1.1\r\nHost: HOST\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 2\r\n\r\nhi",
      "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: HOST\r\n\r\n",
      "GET / HTTP/1.0\r\nHost: HOST\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n",
      "CONNECT HOST:443 HTTP/1.1\r\nHost: HOST:443\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "PROXY TCP4 10.0.0.1 10.0.0.2 1 443\r\nGET / HTTP/1.1\r\nHost: HOST\r\n\r\n",
  };
  const auto at = [](std::string way, const std::string& host) {
    for (std::size_t found; (found = way.find("HOST")) != way.npos;) way.replace(found, 4, host);
    return way;
  };
  for (const std::string& way : ways) {
    CAPTURE(way);
    for (const tls::Identity* identity :
         {static_cast<const tls::Identity*>(nullptr), &matrix.pki.other, &matrix.pki.foreign}) {
      Client client({.port = serving.port(), .sni = "strict.test", .identity = identity});
      client.send(at(way, "strict.test"));
      CHECK(client.receive().status == 0);
    }
    // Where the script decides, it is told on every way.
    Client client({.port = serving.port(), .sni = "mtls.test", .identity = &matrix.pki.other});
    client.send(at(way, "mtls.test"));
    const Reply reply = client.receive();
    if (reply.status == 200) CHECK(reply.says("verified=SUCCESS revoked=1"));
  }
}
