// Makes revocation lists.
#include <openssl/x509v3.h>

#include <ctime>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/certs_parts.h"

namespace edge::tls {
namespace {

constexpr std::int64_t day = 24 * 3600;

using Time = std::unique_ptr<ASN1_TIME, decltype([](ASN1_TIME* p) { ASN1_TIME_free(p); })>;
using Enumerated =
    std::unique_ptr<ASN1_ENUMERATED, decltype([](ASN1_ENUMERATED* p) { ASN1_ENUMERATED_free(p); })>;

Result<> add_entry(X509_CRL* list, const CrlEntryRequest& request) {
  auto serial = integer_of(request.serial);
  if (!serial) return std::unexpected(std::move(serial.error()));
  const Time date{ASN1_TIME_set(nullptr, request.date)};
  if (!date) return openssl_failure("a date of the list cannot be set");
  X509_REVOKED* entry = X509_REVOKED_new();
  X509_REVOKED_set_serialNumber(entry, serial->get());
  X509_REVOKED_set_revocationDate(entry, date.get());
  if (request.reason != 0) {
    const Enumerated reason{ASN1_ENUMERATED_new()};
    ASN1_ENUMERATED_set(reason.get(), request.reason);
    X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason.get(), 0, X509V3_ADD_DEFAULT);
  }
  X509_CRL_add0_revoked(list, entry);
  return {};
}

Result<> add_entries(X509_CRL* list, const CrlRequest& request, std::int64_t start) {
  for (const Bytes& serial : request.serials)
    if (auto added = add_entry(list, {.serial = serial, .date = start, .reason = request.reason}); !added)
      return added;
  for (const CrlEntryRequest& entry : request.entries)
    if (auto added = add_entry(list, entry); !added) return added;
  return {};
}

}  // namespace

Result<Bytes> make_crl(const Identity& ca, const CrlRequest& request) {
  const ErrorMark mark;
  const CrlPtr list{X509_CRL_new()};
  const std::int64_t start = request.this_update != 0 ? request.this_update : std::time(nullptr);
  const Time this_update{ASN1_TIME_set(nullptr, start)};
  const Time next_update{
      ASN1_TIME_set(nullptr, request.next_update > 0 ? request.next_update : start + 30 * day)};
  if (!this_update || !next_update) return openssl_failure("a date of the list cannot be set");
  check(X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1 &&
        X509_CRL_set1_lastUpdate(list.get(), this_update.get()) == 1);
  if (request.next_update != -1) X509_CRL_set1_nextUpdate(list.get(), next_update.get());
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(ca.certificate.get()));
  if (auto added = add_entries(list.get(), request, start); !added) return std::unexpected(added.error());
  const auto authority = authority_of(ca.certificate.get());
  X509_CRL_add1_ext_i2d(list.get(), NID_authority_key_identifier, authority.get(), 0, X509V3_ADD_DEFAULT);
  if (request.number) {
    const Integer number{ASN1_INTEGER_new()};
    ASN1_INTEGER_set_uint64(number.get(), *request.number);
    X509_CRL_add1_ext_i2d(list.get(), NID_crl_number, number.get(), 0, X509V3_ADD_DEFAULT);
  }
  if (X509_CRL_sign(list.get(), ca.key.get(), signing_digest(ca.key.get())) <= 0)
    return openssl_failure("the list cannot be signed");
  unsigned char* der = nullptr;
  const int size = i2d_X509_CRL(list.get(), &der);
  check(size > 0);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

}  // namespace edge::tls
