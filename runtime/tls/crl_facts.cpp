// Describes lists by the same readers that take them into force.
#include "runtime/tls/crl_facts.h"

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <format>
#include <memory>

#include "runtime/tls/asn1.h"
#include "runtime/tls/crl_checks.h"
#include "runtime/tls/crl_entries.h"
#include "runtime/tls/distinguished_name.h"
#include "runtime/tls/object_identifier.h"

namespace edge::tls {
namespace {

using NamePtr = std::unique_ptr<X509_NAME, decltype([](X509_NAME* p) { X509_NAME_free(p); })>;
using ScopePtr =
    std::unique_ptr<ISSUING_DIST_POINT, decltype([](ISSUING_DIST_POINT* p) { ISSUING_DIST_POINT_free(p); })>;
using KeyIdPtr =
    std::unique_ptr<AUTHORITY_KEYID, decltype([](AUTHORITY_KEYID* p) { AUTHORITY_KEYID_free(p); })>;

/// The value; or nothing, and why noted.
template <class T>
std::optional<T> noted(CrlFacts& facts, Result<T> result) {
  if (result) return std::move(*result);
  facts.problems.push_back(std::move(result.error().message));
  return std::nullopt;
}

void note(CrlFacts& facts, const Result<>& result) {
  if (!result) facts.problems.push_back(result.error().message);
}

std::string text_of(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DIRNAME:
      return name_rfc2253(name->d.directoryName);
    case GEN_URI:
    case GEN_DNS:
    case GEN_EMAIL:
      return printable(as_text(
          {ASN1_STRING_get0_data(name->d.ia5), static_cast<std::size_t>(ASN1_STRING_length(name->d.ia5))}));
    default:
      return "a name of another kind";
  }
}

std::vector<std::string> points_of(const X509_CRL* list) {
  const ScopePtr scope{static_cast<ISSUING_DIST_POINT*>(
      X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, nullptr, nullptr))};
  std::vector<std::string> points;
  DIST_POINT_NAME* name = scope == nullptr ? nullptr : scope->distpoint;
  if (name == nullptr) return points;
  constexpr int full = 0;
  if (name->type == full) {
    for (int i = 0; i < sk_GENERAL_NAME_num(name->name.fullname); ++i)
      points.push_back(text_of(sk_GENERAL_NAME_value(name->name.fullname, i)));
  } else if (DIST_POINT_set_dpname(name, X509_CRL_get_issuer(list)) == 1 && name->dpname != nullptr) {
    points.push_back(name_rfc2253(name->dpname));
  }
  return points;
}

std::vector<CrlExtension> extensions_of(const X509_CRL* list) {
  std::vector<CrlExtension> extensions;
  for (int i = 0; i < X509_CRL_get_ext_count(list); ++i) {
    X509_EXTENSION* extension = X509_CRL_get_ext(list, i);
    const ASN1_OBJECT* object = X509_EXTENSION_get_object(extension);
    const std::string oid = dotted(object);
    const int nid = OBJ_obj2nid(object);
    extensions.push_back({.oid = oid,
                          .name = nid == NID_undef ? oid : OBJ_nid2sn(nid),
                          .critical = X509_EXTENSION_get_critical(extension) != 0});
  }
  return extensions;
}

std::string authority_key_of(const X509_CRL* list) {
  const KeyIdPtr authority{static_cast<AUTHORITY_KEYID*>(
      X509_CRL_get_ext_d2i(list, NID_authority_key_identifier, nullptr, nullptr))};
  if (authority == nullptr || authority->keyid == nullptr) return "";
  return hex_upper({ASN1_STRING_get0_data(authority->keyid),
                    static_cast<std::size_t>(ASN1_STRING_length(authority->keyid))});
}

void read_dates(const X509_CRL* list, CrlFacts& facts) {
  const auto this_update = seconds_of(X509_CRL_get0_lastUpdate(list));
  if (!this_update) facts.problems.emplace_back("its thisUpdate is no valid date");
  facts.this_update = this_update.value_or(0);
  const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list);
  if (next == nullptr) return;
  const auto next_update = seconds_of(next);
  if (!next_update) facts.problems.emplace_back("its nextUpdate is no valid date");
  facts.next_update = next_update.value_or(0);
}

void read_numbers(const X509_CRL* list, CrlFacts& facts) {
  if (auto number = noted(facts, number_of(list, NID_crl_number))) facts.number = number->value_or(Bytes{});
  if (auto base = noted(facts, number_of(list, NID_delta_crl))) facts.base = std::move(*base);
  if (facts.base && facts.number.empty()) facts.problems.emplace_back("it is a delta without a CRLNumber");
}

void read_listed(BytesView der, CrlFacts& facts) {
  auto listed = noted(facts, read_entries(der));
  if (!listed) return;
  facts.entries = std::move(listed->entries);
  for (const Bytes& issuer : listed->issuers) {
    const unsigned char* at = issuer.data();
    const NamePtr name{d2i_X509_NAME(nullptr, &at, static_cast<long>(issuer.size()))};
    facts.other_issuers.push_back(name == nullptr ? "a name that cannot be read" : name_rfc2253(name.get()));
  }
  if (!facts.other_issuers.empty() && !facts.scope.is_indirect)
    facts.problems.emplace_back("it has entries of other issuers, and does not say that it is indirect");
}

Result<CrlFacts> facts_of(BytesView der) {
  auto parts = split_crl(der);
  if (!parts) return std::unexpected(std::move(parts.error()));
  const unsigned char* at = parts->without_entries.data();
  const CrlPtr list{d2i_X509_CRL(nullptr, &at, static_cast<long>(parts->without_entries.size()))};
  if (list == nullptr) return fail(ErrorKind::config, "not the DER of a list: " + openssl_reason());
  CrlFacts facts;
  facts.issuer = name_rfc2253(X509_CRL_get_issuer(list.get()));
  facts.authority_key = authority_key_of(list.get());
  facts.points = points_of(list.get());
  facts.extensions = extensions_of(list.get());
  facts.algorithm = OBJ_nid2ln(X509_CRL_get_signature_nid(list.get()));
  facts.sha256 = sha256(der);
  facts.bytes = der.size();
  note(facts, check_algorithm(list.get()));
  note(facts, check_extensions(list.get()));
  if (auto scope = noted(facts, scope_of(list.get()))) facts.scope = std::move(*scope);
  read_dates(list.get(), facts);
  read_numbers(list.get(), facts);
  read_listed(parts->entries, facts);
  return facts;
}

}  // namespace

Result<std::vector<CrlFacts>> crl_facts(BytesView bytes, const std::string& source) {
  const ErrorMark mark;
  auto ders = lists_in(bytes, source);
  if (!ders) return std::unexpected(std::move(ders.error()));
  std::vector<CrlFacts> lists;
  for (const Bytes& der : *ders) {
    auto facts = facts_of(der);
    if (!facts) {
      const std::string which = ders->size() > 1 ? "list " + std::to_string(lists.size() + 1) + ": " : "";
      return fail(ErrorKind::config, source + ": " + which + facts.error().message);
    }
    lists.push_back(std::move(*facts));
  }
  return lists;
}

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet >= 0x7f)
      shown += std::format("\\x{:02X}", octet);
    else
      shown += c;
  }
  return shown;
}

}  // namespace edge::tls
