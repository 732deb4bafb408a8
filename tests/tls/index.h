// Revocation lists and indexes made by hand, for tests of what they say.
#pragma once

#include <doctest/doctest.h>

#include "runtime/tls/revocations.h"
#include "tests/tls/pki.h"

namespace edge::tls::pki {

using State = Verdict::State;

inline constexpr std::int64_t day = 24 * 3600;
inline constexpr std::int64_t start = 1'750'000'000;

inline IssuerId issuer(std::uint8_t which) {
  IssuerId id{};
  id.fill(which);
  return id;
}

inline ListSignature signature(std::uint8_t which) {
  ListSignature by{.issuer = issuer(which), .anchor = issuer(which)};
  by.name.fill(which);
  return by;
}

inline RevocationKey key(std::uint8_t which, Bytes serial) {
  RevocationKey made{.issuer = issuer(which), .serial = std::move(serial), .anchor = issuer(which)};
  made.issuer_name.fill(which);
  return made;
}

inline Crl list(std::uint8_t which, const std::vector<Bytes>& serials, const std::string& source = "a.crl") {
  Crl made;
  made.source = source;
  made.by = signature(which);
  made.this_update = start;
  made.next_update = start + 10 * day;
  for (const Bytes& serial : serials) {
    RevokedEntry entry;
    entry.serial.assign(serial);
    entry.date = start - day;
    entry.reason = 1;
    made.entries.push_back(entry);
  }
  return made;
}

struct Index {
  pki::TemporaryFolder folder;
  std::string path = folder.file("revocations.idx");
  std::shared_ptr<const Revocations> index;

  explicit Index(const std::vector<Crl>& lists, std::uint64_t epoch = 1) {
    REQUIRE(Revocations::write(path, epoch, lists));
    index = Revocations::open(path).value();
  }
  [[nodiscard]] Verdict look_up(std::uint8_t which, Bytes serial, std::int64_t now = start + day) const {
    return index->look_up(key(which, std::move(serial)), now);
  }
  [[nodiscard]] State state(std::uint8_t which, Bytes serial, std::int64_t now = start + day) const {
    return look_up(which, std::move(serial), now).state;
  }
};

}  // namespace edge::tls::pki
