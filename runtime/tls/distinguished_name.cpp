// The renderings of distinguished names.
#include "runtime/tls/distinguished_name.h"

#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <memory>

#include "runtime/tls/asn1.h"
#include "runtime/tls/object_identifier.h"

namespace edge::tls {
namespace {

/// "CN", "emailAddress", …; the dotted form of what OpenSSL has no name for.
std::string attribute_type(const ASN1_OBJECT* object) {
  const int nid = OBJ_obj2nid(object);
  return nid != NID_undef ? OBJ_nid2sn(nid) : dotted(object);
}

/// Always valid UTF-8: what cannot be converted becomes U+FFFD, which equals no name that anybody allows.
std::string attribute_value(const ASN1_STRING* value) {
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, value);
  if (size < 0) return "\xEF\xBF\xBD";
  std::string copy(reinterpret_cast<const char*>(text), size);
  OPENSSL_free(text);
  return copy;
}

}  // namespace

std::string name_rfc2253(const X509_NAME* name) {
  const ErrorMark mark;
  std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })> out{BIO_new(BIO_s_mem())};
  // A name that cannot be rendered whole (broken UTF-8) is "", as in nginx: half a name could equal
  // another's.
  if (out == nullptr || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return "";
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, size) : "";
}

// DEPARTURE from OpenSSL: its X509_NAME_oneline escapes "/" and "+" since 3.6, BoringSSL's does not.
std::string name_legacy(const X509_NAME* name) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::size_t type_characters_max = 79;  // as of both libraries, in the form of RFC 2253 too
  std::string text;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
    text += "/" + attribute_type(X509_NAME_ENTRY_get_object(entry)).substr(0, type_characters_max) + "=";
    for (const std::uint8_t octet :
         BytesView{ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))}) {
      if (octet >= 0x20 && octet <= 0x7e)
        text += static_cast<char>(octet);
      else
        text += {'\\', 'x', hex[octet >> 4], hex[octet & 0x0f]};
    }
  }
  return text;
}

std::vector<RelativeName> name_parts(const X509_NAME* name) {
  const ErrorMark mark;
  std::vector<RelativeName> parts;
  int set = -1;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    if (const int own = X509_NAME_ENTRY_set(entry); own != set || parts.empty()) {
      parts.emplace_back();
      set = own;
    }
    parts.back().push_back({attribute_type(X509_NAME_ENTRY_get_object(entry)),
                            attribute_value(X509_NAME_ENTRY_get_data(entry))});
  }
  return parts;
}

}  // namespace edge::tls
