// Reads scopes with OpenSSL and compares them.
#include "runtime/tls/revocation_scope.h"

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "runtime/tls/asn1.h"
#include "runtime/tls/byte_reader.h"
#include "runtime/tls/byte_writer.h"
#include "runtime/tls/certs.h"

namespace edge::tls {
namespace {

// Who has more than these names more places than any client asks: the rest does not count, so that what they
// cover is unknown instead of good.
constexpr std::size_t points_max = 16, names_max = 16;

using PointsPtr =
    std::unique_ptr<CRL_DIST_POINTS, decltype([](CRL_DIST_POINTS* p) { CRL_DIST_POINTS_free(p); })>;
using ScopePtr =
    std::unique_ptr<ISSUING_DIST_POINT, decltype([](ISSUING_DIST_POINT* p) { ISSUING_DIST_POINT_free(p); })>;

NameId shortened(const Sha256& digest) {
  NameId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

bool is_blank(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Lower case, blanks at the ends dropped and runs of them made one.
Bytes folded(BytesView text) {
  Bytes made;
  for (const std::uint8_t c : text) {
    if (is_blank(c)) {
      if (!made.empty() && made.back() != ' ') made.push_back(' ');
    } else {
      made.push_back(c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c - 'A' + 'a') : c);
    }
  }
  if (!made.empty() && made.back() == ' ') made.pop_back();
  return made;
}

Bytes folded(const ASN1_STRING* value) {
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, value);
  // What is no text (an INTEGER, broken UTF-16) is compared octet by octet.
  if (size < 0) {
    const auto* data = ASN1_STRING_get0_data(value);
    return Bytes(data, data + ASN1_STRING_length(value));
  }
  Bytes made = folded(BytesView(text, static_cast<std::size_t>(size)));
  OPENSSL_free(text);
  return made;
}

NameId name_id_of(const GENERAL_NAME* name) {
  if (name->type == GEN_DIRNAME) return tls::name_id_of(name->d.directoryName);
  unsigned char* der = nullptr;
  const int size = i2d_GENERAL_NAME(name, &der);
  if (size <= 0) return {};
  const NameId id = shortened(sha256(BytesView(der, static_cast<std::size_t>(size))));
  OPENSSL_free(der);
  return id;
}

std::vector<NameId> name_ids_of(const GENERAL_NAMES* names) {
  std::vector<NameId> ids;
  const int count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names);
  for (int i = 0; i < count && ids.size() < names_max; ++i)
    ids.push_back(name_id_of(sk_GENERAL_NAME_value(names, i)));
  return ids;
}

/// A name that is told relative to its issuer's is completed.
std::optional<std::vector<NameId>> name_ids_of(DIST_POINT_NAME* point, const X509_NAME* issuer) {
  constexpr int full = 0;
  if (point == nullptr) return std::vector<NameId>{};
  if (point->type == full) return name_ids_of(point->name.fullname);
  if (issuer == nullptr || DIST_POINT_set_dpname(point, issuer) != 1 || point->dpname == nullptr)
    return std::nullopt;
  return std::vector<NameId>{tls::name_id_of(point->dpname)};
}

Reasons reasons_of(const ASN1_BIT_STRING* flags) {
  if (flags == nullptr) return all_reasons;
  Reasons reasons = 0;
  for (int bit = 1; bit <= 8; ++bit)
    if (ASN1_BIT_STRING_get_bit(flags, bit) == 1) reasons = static_cast<Reasons>(reasons | 1u << bit);
  return reasons;
}

std::vector<DistributionPoint> points_of(const X509* certificate) {
  const PointsPtr found{static_cast<CRL_DIST_POINTS*>(
      X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr))};
  std::vector<DistributionPoint> points;
  const int count = found == nullptr ? 0 : sk_DIST_POINT_num(found.get());
  for (int i = 0; i < count && points.size() < points_max; ++i) {
    DIST_POINT* point = sk_DIST_POINT_value(found.get(), i);
    const X509_NAME* base = X509_get_issuer_name(certificate);
    if (point->CRLissuer != nullptr && sk_GENERAL_NAME_num(point->CRLissuer) > 0) {
      const GENERAL_NAME* first = sk_GENERAL_NAME_value(point->CRLissuer, 0);
      base = first->type == GEN_DIRNAME ? first->d.directoryName : nullptr;
    }
    auto names = name_ids_of(point->distpoint, base);
    if (!names) continue;
    points.push_back({.names = std::move(*names),
                      .crl_issuers = name_ids_of(point->CRLissuer),
                      .reasons = reasons_of(point->reasons)});
  }
  return points;
}

bool contains(const std::vector<NameId>& names, const NameId& name) {
  return std::ranges::find(names, name) != names.end();
}

bool same_trust(const ListSignature& by, const RevocationKey& key) {
  return by.issuer == key.issuer || by.anchor == key.anchor;
}

/// Section 6.3.3 (b): whether the list is one that `point` means.
bool is_of(const ListSignature& by, const ListScope& scope, const DistributionPoint& point,
           const RevocationKey& key) {
  if (point.crl_issuers.empty()) {
    if (by.name != key.issuer_name) return false;
  } else if (!scope.is_indirect || !contains(point.crl_issuers, by.name)) {
    return false;
  }
  if (scope.names.empty()) return true;
  const auto& names = point.names.empty() ? point.crl_issuers : point.names;
  return std::ranges::any_of(names, [&](const NameId& name) { return contains(scope.names, name); });
}

void write_names(ByteWriter& to, const std::vector<NameId>& names) {
  to.number(names.size(), 1);
  for (const NameId& name : names) to.fixed(name);
}

std::vector<NameId> read_names(ByteReader& from) {
  std::vector<NameId> names(from.number(1));
  for (NameId& name : names) std::ranges::copy(from.take(name.size()), name.begin());
  return names;
}

}  // namespace

IssuerId issuer_id_of(const X509* ca) {
  Bytes both = der_of(X509_get_subject_name(ca));
  const Bytes key = public_key_der(ca);
  both.insert(both.end(), key.begin(), key.end());
  return sha256(both);
}

NameId name_id_of(const X509_NAME* name) {
  ByteWriter text;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const ASN1_OBJECT* type = X509_NAME_ENTRY_get_object(entry);
    text.number(static_cast<std::uint64_t>(X509_NAME_ENTRY_set(entry)), 4);
    text.vector({OBJ_get0_data(type), OBJ_length(type)}, 4);
    text.vector(folded(X509_NAME_ENTRY_get_data(entry)), 4);
  }
  return shortened(sha256(text.bytes));
}

std::vector<std::string> distribution_point_urls(const X509* certificate) {
  const ErrorMark mark;
  const PointsPtr found{static_cast<CRL_DIST_POINTS*>(
      X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr))};
  std::vector<std::string> urls;
  constexpr int full = 0;
  for (int i = 0; found != nullptr && i < sk_DIST_POINT_num(found.get()); ++i) {
    const DIST_POINT_NAME* name = sk_DIST_POINT_value(found.get(), i)->distpoint;
    if (name == nullptr || name->type != full) continue;
    for (int k = 0; k < sk_GENERAL_NAME_num(name->name.fullname) && urls.size() < names_max; ++k) {
      const GENERAL_NAME* one = sk_GENERAL_NAME_value(name->name.fullname, k);
      if (one->type != GEN_URI) continue;
      const ASN1_STRING* text = one->d.uniformResourceIdentifier;
      urls.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                        static_cast<std::size_t>(ASN1_STRING_length(text)));
    }
  }
  return urls;
}

Result<ListScope> scope_of(const X509_CRL* list) {
  int presence = 0;
  const ScopePtr point{static_cast<ISSUING_DIST_POINT*>(
      X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, &presence, nullptr))};
  constexpr int absent = -1;
  if (point == nullptr && presence == absent) return ListScope{};
  if (point == nullptr) return fail(ErrorKind::config, "its issuingDistributionPoint cannot be read");
  auto names = name_ids_of(point->distpoint, X509_CRL_get_issuer(list));
  if (!names || (point->distpoint != nullptr && names->empty()))
    return fail(ErrorKind::config, "its issuingDistributionPoint has no name that can be read");
  ListScope scope{.names = std::move(*names),
                  .reasons = reasons_of(point->onlysomereasons),
                  .only_users = point->onlyuser > 0,
                  .only_authorities = point->onlyCA > 0,
                  .only_attributes = point->onlyattr > 0,
                  .is_indirect = point->indirectCRL > 0};
  // RFC 5280 section 5.2.5.
  if (scope.only_users + scope.only_authorities + scope.only_attributes > 1)
    return fail(ErrorKind::config, "its issuingDistributionPoint contradicts itself");
  return scope;
}

RevocationKey revocation_key_of(const X509* certificate, const X509* issuer, const X509* anchor) {
  RevocationKey key;
  key.issuer = issuer_id_of(issuer);
  key.serial = integer_octets(X509_get0_serialNumber(certificate));
  key.anchor = issuer_id_of(anchor);
  key.issuer_name = name_id_of(X509_get_subject_name(issuer));
  key.is_authority = (X509_get_extension_flags(const_cast<X509*>(certificate)) & EXFLAG_CA) != 0;
  key.points = points_of(certificate);
  key.sha256 = sha256(certificate_to_der(certificate));
  key.spki = sha256(public_key_der(certificate));
  return key;
}

Reasons reasons_covered(const ListSignature& by, const ListScope& scope, const RevocationKey& key) {
  if (!same_trust(by, key) || scope.only_attributes) return 0;
  if (key.is_authority ? scope.only_users : scope.only_authorities) return 0;
  Reasons reasons = 0;
  for (const DistributionPoint& point : key.points)
    if (is_of(by, scope, point, key))
      reasons = static_cast<Reasons>(reasons | (scope.reasons & point.reasons));
  // Lists that no point names, but the issuer signed: as if a point had the issuer's name.
  const DistributionPoint implicit{.names = {key.issuer_name}, .crl_issuers = {}};
  if (is_of(by, scope, implicit, key)) reasons = static_cast<Reasons>(reasons | scope.reasons);
  return reasons;
}

bool may_revoke(const ListSignature& by, const ListScope& scope, const RevocationKey& key) {
  if (!same_trust(by, key) || scope.only_attributes) return false;
  if (by.name == key.issuer_name) return true;
  return std::ranges::any_of(key.points,
                             [&](const auto& point) { return contains(point.crl_issuers, by.name); });
}

Bytes encode_keys(const std::vector<RevocationKey>& keys) {
  ByteWriter to;
  to.number(keys.size(), 1);
  for (const RevocationKey& key : keys) {
    to.fixed(key.issuer);
    to.fixed(key.anchor);
    to.fixed(key.issuer_name);
    to.fixed(key.sha256);
    to.fixed(key.spki);
    to.vector(key.serial, 4);
    to.number(key.is_authority, 1);
    to.number(key.points.size(), 1);
    for (const DistributionPoint& point : key.points) {
      to.number(point.reasons, 2);
      write_names(to, point.names);
      write_names(to, point.crl_issuers);
    }
  }
  return std::move(to.bytes);
}

std::optional<std::vector<RevocationKey>> decode_keys(BytesView bytes) {
  ByteReader from(bytes);
  std::vector<RevocationKey> keys(from.number(1));
  for (RevocationKey& key : keys) {
    from.fixed(key.issuer);
    from.fixed(key.anchor);
    std::ranges::copy(from.take(key.issuer_name.size()), key.issuer_name.begin());
    from.fixed(key.sha256);
    from.fixed(key.spki);
    const BytesView serial = from.vector(4);
    key.serial.assign(serial.begin(), serial.end());
    key.is_authority = from.number(1) != 0;
    key.points.resize(from.number(1));
    for (DistributionPoint& point : key.points) {
      point.reasons = static_cast<Reasons>(from.number(2));
      point.names = read_names(from);
      point.crl_issuers = read_names(from);
    }
  }
  if (!from.is_complete()) return std::nullopt;
  return keys;
}

}  // namespace edge::tls
