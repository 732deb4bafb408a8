// Writes OIDs.
#include "runtime/tls/object_identifier.h"

#include <openssl/objects.h>

#include "runtime/tls/asn1.h"

namespace edge::tls {

std::string dotted(const ASN1_OBJECT* object) {
  const ErrorMark mark;
  constexpr int as_numbers = 1;
  const int size = OBJ_obj2txt(nullptr, 0, object, as_numbers);
  if (size <= 0) return "";
  std::string text(static_cast<std::size_t>(size) + 1, '\0');  // OpenSSL ends it with a NUL
  OBJ_obj2txt(text.data(), size + 1, object, as_numbers);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace edge::tls
