// Reads revocation lists, and refuses those that cannot be trusted or not be understood whole.
#include "runtime/tls/crl.h"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "runtime/tls/asn1.h"
#include "runtime/tls/crl_checks.h"
#include "runtime/tls/crl_entries.h"
#include "runtime/tls/distinguished_name.h"

namespace edge::tls {
namespace {

std::unexpected<Error> refused(const std::string& source, std::string why) {
  return fail(ErrorKind::config, source + ": " + std::move(why));
}

bool signs_lists(X509* ca) {
  return (X509_get_key_usage(ca) & KU_CRL_SIGN) != 0;
}  // no keyUsage at all allows everything

/// The signature is checked over the bytes of the file, not over what was parsed of them.
bool signature_matches(const X509_CRL* list, BytesView signed_part, X509* ca) {
  EVP_PKEY* key = X509_get0_pubkey(ca);
  const ASN1_BIT_STRING* signature = nullptr;
  const X509_ALGOR* algorithm = nullptr;
  X509_CRL_get0_signature(list, &signature, &algorithm);
  const std::unique_ptr<ASN1_STRING, decltype([](ASN1_STRING* p) { ASN1_STRING_free(p); })> content{
      ASN1_STRING_type_new(V_ASN1_SEQUENCE)};
  check(content != nullptr &&
        ASN1_STRING_set(content.get(), signed_part.data(), static_cast<int>(signed_part.size())) == 1);
  return key != nullptr && ASN1_item_verify(ASN1_ITEM_rptr(ASN1_SEQUENCE), const_cast<X509_ALGOR*>(algorithm),
                                            const_cast<ASN1_BIT_STRING*>(signature), content.get(), key) == 1;
}

/// Whose key signed the list. Several may have its name: each one's key is tried (T35).
Result<const ListSigner*> signer_of(const X509_CRL* list, BytesView signed_part,
                                    const std::vector<ListSigner>& signers) {
  const std::string name = name_rfc2253(X509_CRL_get_issuer(list));
  bool named = false, may_sign = false;
  for (const ListSigner& signer : signers) {
    X509* certificate = signer.certificate.get();
    if (X509_NAME_cmp(X509_get_subject_name(certificate), X509_CRL_get_issuer(list)) != 0) continue;
    named = true;
    if (!signs_lists(certificate)) continue;
    may_sign = true;
    if (signature_matches(list, signed_part, certificate)) return &signer;
  }
  if (!named)
    return fail(ErrorKind::config, "its issuer '" + name + "' is none of the configured client CAs");
  if (!may_sign)
    return fail(ErrorKind::config, "the CA '" + name + "' may not sign lists (its keyUsage lacks cRLSign)");
  return fail(ErrorKind::config, "its signature was not made by the configured CA '" + name + "'");
}

Result<> read_dates(const X509_CRL* list, std::int64_t now, Crl& crl) {
  const auto this_update = seconds_of(X509_CRL_get0_lastUpdate(list));
  if (!this_update) return fail(ErrorKind::config, "its thisUpdate is no valid date");
  if (*this_update > now + crl_clock_skew_max)
    return fail(ErrorKind::config, "its thisUpdate lies in the future");
  crl.this_update = *this_update;
  if (const ASN1_TIME* time = X509_CRL_get0_nextUpdate(list); time != nullptr) {
    const auto next_update = seconds_of(time);
    if (!next_update) return fail(ErrorKind::config, "its nextUpdate is no valid date");
    crl.next_update = *next_update;
  }
  return {};
}

Result<> read_numbers(const X509_CRL* list, Crl& crl) {
  auto number = number_of(list, NID_crl_number);
  if (!number) return std::unexpected(number.error());
  auto base = number_of(list, NID_delta_crl);
  if (!base) return std::unexpected(base.error());
  // OpenSSL trusted a delta to have one (CVE-2026-28388, T55): what it follows upon cannot be told without.
  if (*base && !*number) return fail(ErrorKind::config, "it is a delta without a CRLNumber");
  crl.number = number->value_or(Bytes{});
  crl.base = std::move(*base);
  return {};
}

Result<> read_entries_into(Crl& crl, BytesView der) {
  auto listed = read_entries(der);
  if (!listed) return std::unexpected(listed.error());
  if (!listed->issuers.empty() && !crl.scope.is_indirect)
    return fail(ErrorKind::config, "it has entries of other issuers, and does not say that it is indirect");
  for (const Bytes& name_der : listed->issuers) {
    const unsigned char* at = name_der.data();
    const std::unique_ptr<X509_NAME, decltype([](X509_NAME* p) { X509_NAME_free(p); })> name{
        d2i_X509_NAME(nullptr, &at, static_cast<long>(name_der.size()))};
    if (name == nullptr) return fail(ErrorKind::config, "an entry's certificateIssuer cannot be read");
    crl.other_issuers.push_back(name_id_of(name.get()));
  }
  crl.entries = std::move(listed->entries);
  // A complete list tells with removeFromCRL what is not on it any more (T54).
  if (!crl.base)
    std::erase_if(crl.entries, [](const auto& entry) { return entry.reason == remove_from_crl; });
  return {};
}

Result<Crl> parse_crl(BytesView der, const std::vector<ListSigner>& signers, std::int64_t now) {
  auto parts = split_crl(der);
  if (!parts) return std::unexpected(parts.error());
  const unsigned char* at = parts->without_entries.data();
  const CrlPtr list{d2i_X509_CRL(nullptr, &at, static_cast<long>(parts->without_entries.size()))};
  if (list == nullptr) return fail(ErrorKind::config, "not the DER of a list: " + openssl_reason());
  if (auto strong = check_algorithm(list.get()); !strong) return std::unexpected(strong.error());
  const auto signer = signer_of(list.get(), parts->signed_part, signers);
  if (!signer) return std::unexpected(signer.error());
  if (auto known = check_extensions(list.get()); !known) return std::unexpected(known.error());
  auto scope = scope_of(list.get());
  if (!scope) return std::unexpected(scope.error());

  Crl crl;
  crl.by = (*signer)->id;
  crl.signer_keys = (*signer)->keys;
  crl.scope = std::move(*scope);
  crl.issuer_name = name_rfc2253(X509_CRL_get_issuer(list.get()));
  crl.sha256 = sha256(der);
  if (auto dates = read_dates(list.get(), now, crl); !dates) return std::unexpected(dates.error());
  if (auto numbers = read_numbers(list.get(), crl); !numbers) return std::unexpected(numbers.error());
  if (auto entries = read_entries_into(crl, parts->entries); !entries)
    return std::unexpected(entries.error());
  return crl;
}

}  // namespace

bool ListedSerial::assign(BytesView octets) {
  // Octets that only repeat the sign of those behind: careless CAs write them, and certificates never have
  // them.
  const auto repeats_sign = [](BytesView all) {
    return all.size() > 1 && all[0] == ((all[1] & 0x80) != 0 ? 0xff : 0x00);
  };
  while (repeats_sign(octets)) octets = octets.subspan(1);
  size_ = 0;
  if (octets.size() > octets_max) return false;
  std::ranges::copy(octets, octets_.begin());
  size_ = static_cast<std::uint8_t>(octets.size());
  return true;
}

Result<std::vector<Crl>> parse_crls(BytesView bytes, const std::string& source,
                                    const std::vector<ListSigner>& signers, std::int64_t now) {
  const ErrorMark mark;
  constexpr std::size_t list_bytes_max = 1u << 30;  // lengths are ints in OpenSSL
  if (bytes.size() > list_bytes_max) return refused(source, "it is larger than 1 GiB");
  auto ders = lists_in(bytes, source);
  if (!ders) return std::unexpected(ders.error());
  std::vector<Crl> lists;
  for (const Bytes& der : *ders) {
    auto list = parse_crl(der, signers, now);
    if (!list) {
      const std::string which = ders->size() > 1 ? "list " + std::to_string(lists.size() + 1) + ": " : "";
      return refused(source, which + list.error().message);
    }
    list->source = source;
    lists.push_back(std::move(*list));
  }
  return lists;
}

Result<std::vector<Crl>> parse_crls(BytesView bytes, const std::string& source,
                                    const std::vector<X509Ptr>& cas, std::int64_t now) {
  return parse_crls(bytes, source, list_signers({.cas = cas, .others = {}}, now), now);
}

}  // namespace edge::tls
