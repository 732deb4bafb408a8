// Distinguished names of any bytes: what RFC 2253 prints must say, read again, what the name holds, attribute
// for attribute, so that no two names look alike (T33).
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "runtime/tls/asn1.h"
#include "runtime/tls/deny_list.h"
#include "runtime/tls/distinguished_name.h"
#include "runtime/tls/revocation_scope.h"

using namespace edge;
using namespace edge::tls;

namespace {

using NamePtr = std::unique_ptr<X509_NAME, decltype([](X509_NAME* p) { X509_NAME_free(p); })>;

NamePtr decoded(BytesView der) {
  const ErrorMark mark;
  const unsigned char* at = der.data();
  return NamePtr{d2i_X509_NAME(nullptr, &at, static_cast<long>(der.size()))};
}

/// "type, length, text" again and again: names that no mutation of DER leads to soon.
NamePtr made(BytesView from) {
  static constexpr int types[] = {NID_commonName, NID_organizationName, NID_countryName,
                                  NID_pkcs9_emailAddress};
  static constexpr int kinds[] = {V_ASN1_UTF8STRING, V_ASN1_PRINTABLESTRING, V_ASN1_BMPSTRING,
                                  V_ASN1_T61STRING,  V_ASN1_OCTET_STRING,    V_ASN1_IA5STRING,
                                  V_ASN1_INTEGER,    V_ASN1_UNIVERSALSTRING};
  const ErrorMark mark;
  NamePtr name{X509_NAME_new()};
  while (from.size() >= 2) {
    const std::size_t size = std::min<std::size_t>(from[1] & 0x3f, from.size() - 2);
    const BytesView text = from.subspan(2, size);
    X509_NAME_ENTRY* entry =
        X509_NAME_ENTRY_create_by_OBJ(nullptr, OBJ_nid2obj(types[from[0] & 3]), kinds[from[0] >> 2 & 7],
                                      text.data(), static_cast<int>(text.size()));
    if (entry != nullptr) X509_NAME_add_entry(name.get(), entry, -1, (from[0] & 0x80) != 0 ? -1 : 0);
    X509_NAME_ENTRY_free(entry);
    from = from.subspan(2 + size);
  }
  return decoded(der_of(name.get()));
}

struct Attribute {
  std::string type, value;
  bool is_dump = false;  ///< "#" and the value's DER
};

int digit(char c) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  return static_cast<int>(digits.find(c));
}

/// RFC 2253 section 4, of what this program writes: no quotes, no blanks between parts.
std::optional<std::vector<Attribute>> read(std::string_view text) {
  std::vector<Attribute> attributes;
  while (!text.empty()) {
    Attribute& one = attributes.emplace_back();
    const auto equals = text.find('=');
    if (equals == text.npos) return std::nullopt;
    one.type = text.substr(0, equals);
    text.remove_prefix(equals + 1);
    one.is_dump = text.starts_with('#');
    std::size_t at = 0;
    for (; at < text.size() && text[at] != ',' && text[at] != '+'; ++at) {
      if (text[at] != '\\') {
        one.value += text[at];
        continue;
      }
      if (++at == text.size()) return std::nullopt;
      // A pair: of two hexadecimal digits, or of a character that has a meaning.
      if (at + 1 < text.size() && digit(text[at]) >= 0 && digit(text[at + 1]) >= 0) {
        one.value += static_cast<char>(digit(text[at]) << 4 | digit(text[at + 1]));
        ++at;
      } else {
        one.value += text[at];
      }
    }
    const bool goes_on = at < text.size();
    text.remove_prefix(std::min(at + 1, text.size()));
    if (goes_on && text.empty()) return std::nullopt;
  }
  return attributes;
}

void look(const X509_NAME* name) {
  const std::string legacy = name_legacy(name), text = name_rfc2253(name);
  for (const char c : legacy + text) check(c >= 0x20 && c < 0x7f);
  check(name_id_of(name) == name_id_of(name));
  std::vector<NameAttribute> flat;
  for (const RelativeName& relative : name_parts(name)) {
    check(!relative.empty());
    flat.insert(flat.end(), relative.begin(), relative.end());
  }
  check(flat.size() == static_cast<std::size_t>(X509_NAME_entry_count(name)));
  // One that OpenSSL cannot render whole is no text at all.
  if (text.empty()) return;
  const auto said = read(text);
  check(said.has_value() && said->size() == flat.size());
  for (std::size_t i = 0; i < flat.size(); ++i) {
    const Attribute& one = (*said)[flat.size() - 1 - i];
    // OpenSSL prints no more than 79 characters of an attribute's number.
    check(one.type == flat[i].type || one.type.size() == 79);
    check(one.is_dump || one.value == flat[i].value);
    check(!one.is_dump || octets_of_hex(one.value.substr(1)).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes{data, size};
  if (const NamePtr name = decoded(bytes)) look(name.get());
  if (const NamePtr name = made(bytes)) look(name.get());
  return 0;
}
