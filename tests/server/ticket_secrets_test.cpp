// Files that are taken as secrets of session tickets, and those that are refused with the remedy.
#include "runtime/server/ticket_secrets.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::server;

namespace {

const std::string good_secret = "0123456789abcdefghijklmnopqrstuvwxyz\n";

struct Secrets {
  tls::pki::TemporaryFolder folder;
  Config config;
  void add(const std::string& name, const std::string& content, mode_t mode = 0600) {
    const std::string path = folder.file(name);
    std::ofstream(path, std::ios::binary) << content;
    REQUIRE(chmod(path.c_str(), mode) == 0);
    config.ticket_secret.push_back(path);
  }
  std::string refusal() const {
    const auto loaded = load_ticket_secrets(config);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().kind == ErrorKind::config);
    return loaded.error().message;
  }
};

}  // namespace

TEST_CASE(
    "T06: a ticket secret that is missing, short, long, a folder or no secret is refused with the remedy") {
  Secrets missing;
  missing.config.ticket_secret = {missing.folder.file("absent")};
  CHECK(missing.refusal().contains(
      "absent cannot be read: No such file or directory; make one with: openssl rand"));
  Secrets folder;
  folder.config.ticket_secret = {folder.folder.file("")};
  CHECK(folder.refusal().contains("is no file"));
  Secrets brief;
  brief.add("brief", good_secret.substr(0, 31));
  CHECK(brief.refusal().contains("brief has 31 octets, and a secret has at least 32; make one with"));
  Secrets large;
  large.add("large", std::string(5000, 'x'));
  CHECK(large.refusal().contains("more than 4096 octets"));
  Secrets zeros;
  zeros.add("zeros", std::string(48, '\0'));
  CHECK(zeros.refusal().contains("is no secret"));
}

TEST_CASE("T06: a ticket secret that others may read, or a group may change, is refused") {
  for (const mode_t mode : {0604, 0602, 0660, 0777}) {
    CAPTURE(mode);
    Secrets open;
    open.add("open", good_secret, mode);
    CHECK(open.refusal().contains("chmod 600 " + open.folder.file("open")));
  }
}

TEST_CASE("a ticket secret that is named twice is refused, under whatever name") {
  Secrets twice;
  twice.add("one", good_secret);
  twice.add("copy", good_secret);
  CHECK(twice.refusal().contains("copy holds the same secret"));
}

TEST_CASE("ticket secrets are the octets of their files, in the order of the configuration") {
  CHECK(load_ticket_secrets(Config{})->empty());
  Secrets two;
  two.add("new", good_secret, 0400);
  two.add("old", "x" + good_secret, 0640);
  const auto loaded = load_ticket_secrets(two.config);
  REQUIRE(loaded);
  REQUIRE(loaded->size() == 2);
  CHECK(as_text(loaded->front()) == good_secret);
  CHECK(as_text(loaded->back()) == "x" + good_secret);
}
