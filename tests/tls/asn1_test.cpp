// Conversions of ASN.1 values.
#include "runtime/tls/asn1.h"

#include <doctest/doctest.h>
#include <openssl/asn1.h>
#include <openssl/err.h>

#include "tests/tls/pki.h"

using namespace edge;
using namespace edge::tls;

TEST_CASE("T34: an integer's octets are those of its DER") {
  const auto octets_of = [](const char* decimal) {
    BIGNUM* number = nullptr;
    BN_dec2bn(&number, decimal);
    ASN1_INTEGER* integer = BN_to_ASN1_INTEGER(number, nullptr);
    const Bytes octets = integer_octets(integer);
    ASN1_INTEGER_free(integer);
    BN_free(number);
    return octets;
  };
  CHECK(octets_of("0") == Bytes{0x00});
  CHECK(octets_of("127") == Bytes{0x7f});
  CHECK(octets_of("128") == Bytes{0x00, 0x80});
  CHECK(octets_of("-1") == Bytes{0xff});
  CHECK(octets_of("-128") == Bytes{0x80});
}

TEST_CASE("dates are seconds since 1970, before it too") {
  const auto seconds = [](const char* text) -> std::int64_t {
    ASN1_TIME* time = ASN1_TIME_new();
    const bool set = ASN1_TIME_set_string(time, text) == 1;
    const auto value = set ? seconds_of(time) : std::nullopt;
    ASN1_TIME_free(time);
    return value.value_or(-1);
  };
  CHECK(seconds("240525231100Z") == 1716678660);
  CHECK(seconds("20510101010203Z") == 2556147723);
  CHECK(seconds("19500101000000Z") == -631152000);
  CHECK_FALSE(seconds_of(nullptr));
}

TEST_CASE("an ErrorMark takes back what was queued while it lived, and nothing else") {
  ERR_clear_error();
  ERR_raise(ERR_LIB_X509, ERR_R_INTERNAL_ERROR);
  {
    const ErrorMark mark;
    ERR_raise(ERR_LIB_X509, ERR_R_PASSED_NULL_PARAMETER);
    CHECK_FALSE(openssl_reason().empty());
  }
  CHECK(ERR_GET_REASON(ERR_get_error()) == ERR_R_INTERNAL_ERROR);
  CHECK(ERR_get_error() == 0);
}
