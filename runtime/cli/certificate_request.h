// What a command line asks of a new certificate: subject, names, key, validity.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/cli/command_words.h"
#include "runtime/tls/certs.h"

namespace edge::cli {

/// The flags that request_of() reads.
std::vector<Flag> request_flags();

/// What holds where the command line says nothing.
struct RequestDefaults {
  std::string name;      ///< CN; "": the first SAN's name
  std::int64_t seconds;  ///< of validity
};
/// The request of `--cn`, `--org`, `--unit`, `--subject`, `--san`, `--spiffe`, `--key`, `--days`,
/// `--crl-url`, valid from an hour before `now`, in seconds since 1970. Fails with ErrorKind::usage, naming
/// the flag and what it takes.
Result<tls::CertificateRequest> request_of(const CommandWords& words, const RequestDefaults& defaults,
                                           std::int64_t now);

using Subject = std::vector<std::pair<std::string, std::string>>;
/// "CN=alice,O=Example\, Inc.,C=US" (RFC 4514, as certSubjectDN prints it) or "/C=US/O=Example/CN=alice" (as
/// openssl takes it), in DER order.
Result<Subject> read_subject(std::string_view text);

/// Fails for what the SPIFFE-ID specification does not allow.
/// https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md#2-spiffe-identity
Result<> check_spiffe(std::string_view id);

}  // namespace edge::cli
