// OIDs as text.
#pragma once

#include <string>

struct asn1_object_st;

namespace edge::tls {

/// "1.2.840.10045.2.1", whole however long: one that is cut off could pass for another. "" for one that
/// OpenSSL does not write, as it does not above 586 octets of DER.
std::string dotted(const asn1_object_st* object);

}  // namespace edge::tls
