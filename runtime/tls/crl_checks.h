// What is looked at in a revocation list whoever signed it: shared by what takes lists into force (crl.cpp)
// and by what only describes them (crl_facts.cpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"

struct X509_crl_st;

namespace edge::tls {

/// The DER of every list in a file: DER itself, PEM with any number of lists, or the bare base64 that cfssl
/// prints. Fails, naming `source`, when there is none.
Result<std::vector<Bytes>> lists_in(BytesView bytes, const std::string& source);

/// Fails for a signature over MD5 or SHA-1, RSA-PSS included. Messages of this and the following lack the
/// source.
Result<> check_algorithm(const X509_crl_st* list);
/// Fails for a critical extension that we don't know (T56): it could call revoked certificates good.
Result<> check_extensions(const X509_crl_st* list);
/// CRLNumber (NID_crl_number), or a delta's BaseCRLNumber (NID_delta_crl), big-endian without leading 00 (RFC
/// 5280 sections 5.2.3 and 5.2.4); nothing where the list has none.
Result<std::optional<Bytes>> number_of(const X509_crl_st* list, int extension);

}  // namespace edge::tls
