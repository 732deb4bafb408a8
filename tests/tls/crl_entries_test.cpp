// The walk over a list's entries, on DER written by hand.
#include "runtime/tls/crl_entries.h"

#include <doctest/doctest.h>

#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::tls;

namespace {

Bytes element(std::uint8_t tag, std::string_view content) {
  Bytes der{tag, static_cast<std::uint8_t>(content.size())};
  der.insert(der.end(), content.begin(), content.end());
  return der;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes sequence(std::initializer_list<Bytes> parts) { return element(0x30, as_text(joined(parts))); }

Result<ListedEntries> entry_with(const Bytes& serial, const Bytes& time, const Bytes& rest = {}) {
  return read_entries(sequence({serial, time, rest}));
}

const Bytes serial_5 = {0x02, 0x01, 0x05};
const Bytes valid_time = element(0x17, "240525231100Z");

}  // namespace

TEST_CASE("an entry's dates are UTCTime or GeneralizedTime, in Zulu and to the second") {
  CHECK(entry_with(serial_5, valid_time).value().entries[0].date == 1716678660);
  CHECK(entry_with(serial_5, element(0x17, "991231235959Z")).value().entries[0].date == 946684799);
  CHECK(entry_with(serial_5, element(0x18, "20510101010203Z")).value().entries[0].date == 2556147723);
  for (const char* text : {"", "Z", "2405252311Z", "240525231100", "240525231100+", "241325231100Z",
                           "240230000000Z", "240525246000Z", "24052523110xZ"}) {
    CHECK_FALSE(entry_with(serial_5, element(0x17, text)));
  }
  CHECK_FALSE(entry_with(serial_5, element(0x18, "240525231100Z")));
}

TEST_CASE("an entry is a serial, a date, and extensions or nothing") {
  CHECK(read_entries({}).value().entries.empty());
  CHECK_FALSE(read_entries(sequence({})));
  CHECK_FALSE(read_entries(sequence({serial_5})));
  CHECK_FALSE(read_entries(sequence({valid_time, serial_5})));
  CHECK_FALSE(entry_with(element(0x02, ""), valid_time));
  CHECK_FALSE(entry_with(serial_5, valid_time, element(0x04, "x")));
  CHECK_FALSE(entry_with(serial_5, valid_time, joined({element(0x30, ""), element(0x30, "")})));
  CHECK(entry_with(serial_5, valid_time, element(0x30, "")).has_value());
}

TEST_CASE("T34: a serial that is longer than it need be is the one that certificates have") {
  const auto serial_of = [](std::string_view octets) {
    const auto read = entry_with(element(0x02, octets), valid_time).value();
    const BytesView serial = read.entries[0].serial;
    return Bytes(serial.begin(), serial.end());
  };
  using namespace std::string_view_literals;
  CHECK(serial_of("\x00\x00\x05"sv) == Bytes{0x05});
  CHECK(serial_of("\x00\x00\x85"sv) == Bytes{0x00, 0x85});
  CHECK(serial_of("\xff\xff\x85"sv) == Bytes{0x85});
  CHECK(serial_of("\xff\x05"sv) == Bytes{0xff, 0x05});
}

TEST_CASE("lengths that are indefinite, not minimal or too long are refused") {
  for (const Bytes& der :
       {Bytes{0x30, 0x80, 0x00, 0x00}, Bytes{0x30, 0x81, 0x05, 0x02, 0x01, 0x05, 0x05, 0x00},
        Bytes{0x30, 0x82, 0x00, 0x01, 0x00}, Bytes{0x30, 0x7f}, Bytes{0x30, 0x84, 0xff, 0xff, 0xff, 0xff},
        Bytes{0x30, 0x85, 1, 1, 1, 1, 1}, Bytes{0x30}}) {
    CHECK_FALSE(read_entries(der));
  }
}

TEST_CASE("T54: a reason is read, and one that is not DER refuses the list") {
  const Bytes oid = {0x06, 0x03, 0x55, 0x1d, 0x15};
  const auto with_reason = [&](const Bytes& value) {
    return entry_with(serial_5, valid_time, sequence({sequence({oid, value})}));
  };
  CHECK(with_reason({0x04, 0x03, 0x0a, 0x01, 0x04}).value().entries[0].reason == 4);
  CHECK_FALSE(with_reason({0x04, 0x00}));
  CHECK_FALSE(with_reason({0x04, 0x04, 0x0a, 0x02, 0x01, 0x01}));
  CHECK_FALSE(with_reason({}));
}

TEST_CASE(
    "certificateIssuer stands for its entry and those that follow; without a directory name it refuses") {
  const Bytes oid = {0x06, 0x03, 0x55, 0x1d, 0x1d}, critical = {0x01, 0x01, 0xff};
  const auto names = [&](const Bytes& general_names) {
    return sequence({sequence({oid, critical, element(0x04, as_text(general_names))})});
  };
  CHECK_FALSE(entry_with(serial_5, valid_time, names(sequence({}))));
  CHECK_FALSE(entry_with(serial_5, valid_time, names(sequence({element(0x86, "http://x")}))));
  const Bytes name = element(0x30, "name");
  const Bytes first = sequence({serial_5, valid_time}),
              second = sequence({serial_5, valid_time, names(sequence({element(0xa4, as_text(name))}))});
  const auto read = read_entries(joined({first, second, first})).value();
  REQUIRE(read.entries.size() == 3);
  CHECK(read.issuers == std::vector<Bytes>{name});
  CHECK(read.entries[0].issuer == 0);
  CHECK(read.entries[1].issuer == 1);
  CHECK(read.entries[2].issuer == 1);
}

TEST_CASE("a list is split into what is signed and what OpenSSL reads") {
  const auto ca = pki::root("ca");
  const auto der = make_crl(ca, {.serials = {{5}, {6}}}).value(), empty = make_crl(ca, {}).value();
  const auto parts = split_crl(der).value();
  CHECK(read_entries(parts.entries).value().entries.size() == 2);
  CHECK(parts.without_entries.size() < der.size());
  const auto again = split_crl(parts.without_entries).value();
  CHECK(again.entries.empty());
  CHECK(again.without_entries == parts.without_entries);
  CHECK(split_crl(empty).value().without_entries == empty);
}
