// Distinguished names in the renderings that nginx and Cloudflare print.
#pragma once

#include <string>
#include <vector>

#include "runtime/tls/certificate.h"

struct X509_name_st;

namespace edge::tls {

/// RFC 2253: RDNs in reverse DER order, "," between them, non-ASCII bytes as \C3\AB (X509_NAME_print_ex,
/// XN_FLAG_RFC2253).
std::string name_rfc2253(const X509_name_st* name);
/// "/C=US/O=x": DER order, nothing escaped but bytes outside 0x20..0x7e as \xHH (BoringSSL's
/// X509_NAME_oneline).
std::string name_legacy(const X509_name_st* name);
std::vector<RelativeName> name_parts(const X509_name_st* name);

}  // namespace edge::tls
