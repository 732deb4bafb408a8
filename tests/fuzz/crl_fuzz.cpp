// Revocation lists of any bytes, and of what a CA may have signed: none is taken that no CA signed, and the
// walk over entries finds in each what OpenSSL finds.
#include "runtime/tls/crl.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/crl_entries.h"
#include "tests/fuzz/der.h"

using namespace edge;
using namespace edge::tls;

namespace {

constexpr std::int64_t now = 1'750'000'000;

struct Good {
  Identity ca =
      make_self_signed(
          {.subject = {{"CN", "ca"}}, .not_before = now - 1000, .not_after = now + 1000, .ca = true})
          .value();
  std::vector<X509Ptr> cas = [this] {
    std::vector<X509Ptr> list;
    list.push_back(certificate_from_der(ca.certificate_der()).value());
    return list;
  }();
  std::vector<Bytes> lists = {
      list_of({.serials = {{0x01}, {0x00, 0x80}, Bytes(20, 0x7f)}, .reason = 1}),
      list_of({.entries = {{{0x02}, now - 5, 6}, {{0x03}, now - 6, 8}}}),
      extended("2.5.29.27", "critical,DER:020101"),
      extended("issuingDistributionPoint",
               "critical,indirectCRL:TRUE,fullname:URI:http://a/,onlysomereasons:keyCompromise")};

  [[nodiscard]] Bytes list_of(CrlRequest request) const {
    request.this_update = now - 10;
    request.next_update = now + 10;
    return make_crl(ca, request).value();
  }
  /// Its first entry, and with it those that follow, are of another issuer than the list.
  void add_issuer(X509_CRL* list) const {
    std::unique_ptr<GENERAL_NAMES, decltype([](GENERAL_NAMES* p) { GENERAL_NAMES_free(p); })> names{
        sk_GENERAL_NAME_new_null()};
    GENERAL_NAME* one = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(one, GEN_DIRNAME, X509_NAME_dup(X509_get_subject_name(ca.certificate.get())));
    sk_GENERAL_NAME_push(names.get(), one);
    X509_REVOKED* entry = sk_X509_REVOKED_value(X509_CRL_get_REVOKED(list), 0);
    check(X509_REVOKED_add1_ext_i2d(entry, NID_certificate_issuer, names.get(), 1, 0) == 1);
  }
  /// A list that has an extension, in the syntax of OpenSSL's configuration.
  [[nodiscard]] Bytes extended(const char* name, const char* value) const {
    const Bytes plain = list_of({.serials = {{0x05}, {0x06}}});
    const unsigned char* at = plain.data();
    const CrlPtr list{d2i_X509_CRL(nullptr, &at, static_cast<long>(plain.size()))};
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509_EXTENSION* extension = X509V3_EXT_conf(nullptr, &context, name, value);
    check(extension != nullptr && X509_CRL_add_ext(list.get(), extension, -1) == 1);
    X509_EXTENSION_free(extension);
    if (std::string_view(value).contains("indirectCRL")) add_issuer(list.get());
    check(X509_CRL_sign(list.get(), ca.key.get(), EVP_sha256()) > 0);
    unsigned char* der = nullptr;
    const int size = i2d_X509_CRL(list.get(), &der);
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
  }
};
const Good& good() {
  static const Good made;
  return made;
}

/// What OpenSSL reads of a list that is read here: the same entries, but for serials that no certificate has.
void compare(BytesView der, const std::vector<RevokedEntry>& entries) {
  const ErrorMark mark;
  const unsigned char* at = der.data();
  const CrlPtr list{d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()))};
  if (list == nullptr) return;  // a number that is longer than it need be is read here, and not there
  const auto* all = X509_CRL_get_REVOKED(list.get());
  std::size_t found = 0;
  for (int i = 0; i < sk_X509_REVOKED_num(all); ++i) {
    const X509_REVOKED* entry = sk_X509_REVOKED_value(all, i);
    ListedSerial serial;
    if (!serial.assign(integer_octets(X509_REVOKED_get0_serialNumber(entry)))) continue;
    check(found < entries.size());
    const RevokedEntry& ours = entries[found++];
    check(std::ranges::equal(ours.serial.octets(), serial.octets()));
    const auto date = seconds_of(X509_REVOKED_get0_revocationDate(entry));
    // A leap second is a date here alone.
    check(!date || std::max<std::int64_t>(*date, 0) == ours.date);
  }
  check(found == entries.size());
}

/// Gives whether the list is taken.
bool look(BytesView bytes) {
  const auto lists = parse_crls(bytes, "fuzz.crl", good().cas, now);
  if (const auto parts = split_crl(bytes)) {
    if (const auto read = read_entries(parts->entries)) compare(bytes, read->entries);
    // Without its entries a list is still a list, and has no more of them.
    const auto again = split_crl(parts->without_entries);
    check(again.has_value() && again->entries.empty());
  }
  (void)read_entries(bytes);
  check(ERR_peek_error() == 0);
  return lists.has_value();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  fuzz::make_keys_predictable();
  for (const Bytes& list : good().lists) check(look(list));
  return 0;
}

/// Which list is damaged and whether it is signed again, then the changes; or a whole list.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes{data, size};
  look(bytes);
  if (size == 0) return 0;
  const bool is_signed = (data[0] & 1) != 0;
  const Bytes& whole = good().lists[data[0] / 2 % good().lists.size()];
  fuzz::Node tree = fuzz::damaged(whole, bytes.subspan(1));
  if (is_signed) fuzz::sign(tree, good().ca.key.get());
  const Bytes der = fuzz::der_of(tree);
  if (look(der) && !is_signed) {
    const Bytes part = fuzz::der_of(fuzz::elements_of(whole)->front().children.front());
    check(std::ranges::search(der, part).size() == part.size());
  }
  return 0;
}
