// What certificates say, as text of a header.
#include "runtime/http/header_text.h"

#include <doctest/doctest.h>

using namespace edge;
using namespace edge::http;

TEST_CASE("T24: no byte ends a header line, and none is outside ASCII") {
  CHECK(header_safe(std::string_view("CN=a\r\nX-Admin: 1\0b\x7f", 19)) == "CN=a\\0D\\0AX-Admin: 1\\00b\\7F");
  CHECK(header_safe(" CN=caf\xC3\xA9 ") == "\\20CN=caf\\C3\\A9\\20");
  CHECK(header_safe("a b\tc") == "a b\\09c");
  CHECK(header_safe("").empty());
}

TEST_CASE("percent_encoded: all but unreserved and safe characters, in upper-case hex") {
  CHECK(percent_encoded("a-._~Z9") == "a-._~Z9");
  CHECK(percent_encoded("+/= \n\x80") == "%2B%2F%3D%20%0A%80");
  CHECK(percent_encoded("+/= \n", "+=/") == "+/=%20%0A");
}

TEST_CASE("pem_of: lines of 64 characters, one certificate after the other") {
  const Bytes certificate(49, 0xff), small{1};
  CHECK(pem_of({certificate, small}) == "-----BEGIN CERTIFICATE-----\n" + std::string(64, '/') +
                                            "\n/w==\n-----END CERTIFICATE-----\n" +
                                            "-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n");
}

TEST_CASE("T31: a value cannot pretend to be two, whatever is in it") {
  CHECK(string_list({}).empty());
  CHECK(string_list({"a.example"}) == R"("a.example")");
  CHECK(string_list({"a, \"b", "c\\"}) == R"("a, \"b", "c\\")");
  CHECK(string_list({"caf\xC3\xA9\r\n"}) == R"("caf\\C3\\A9\\0D\\0A")");
}

TEST_CASE("T34: a serial is the magnitude that nginx prints, not the octets of the certificate") {
  CHECK(serial_magnitude("00936EACBE07F201DF") == "936EACBE07F201DF");
  CHECK(serial_magnitude("05") == "05");
  CHECK(serial_magnitude("0100") == "0100");
  CHECK(serial_magnitude("00") == "00");
  CHECK(serial_magnitude("F0") == "-10");
  CHECK(serial_magnitude("FF") == "-01");
  CHECK(serial_magnitude("FF00") == "-0100");
  CHECK(serial_magnitude("").empty());
}

TEST_CASE("iso_time: seconds since 1970 in UTC") {
  CHECK(iso_time(0) == "1970-01-01T00:00:00Z");
  CHECK(iso_time(1'795'225'817) == "2026-11-21T01:50:17Z");
  CHECK(iso_time(4'102'444'800) == "2100-01-01T00:00:00Z");
}
