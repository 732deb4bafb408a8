// The verbs of `edge-run certs`, each with its words already split.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/cli/command_words.h"
#include "runtime/tls/openssl.h"

namespace edge::cli {

/// Where the CA is: --dir, else "pki".
std::string authority_folder(const CommandWords& words);

/// Makes a root CA in a folder of its own.
Result<int> certs_init(const CommandWords& words, std::int64_t now);
/// Makes a CA below that of --dir, in the folder --into.
Result<int> certs_ca(const CommandWords& words, std::int64_t now);
Result<int> certs_server(const CommandWords& words, std::int64_t now);
Result<int> certs_client(const CommandWords& words, std::int64_t now);
/// Revokes one certificate and writes a new list.
Result<int> certs_revoke(const CommandWords& words, std::int64_t now);
/// Writes a new list.
Result<int> certs_crl(const CommandWords& words, std::int64_t now);
/// Describes certificates.
Result<int> certs_inspect(const CommandWords& words, std::int64_t now);
/// Names certificates that end soon or are not fit for clients; 1 when there is one.
Result<int> certs_report(const CommandWords& words, std::int64_t now);

/// The certificates of a PEM or DER file, "-" for the standard input. Fails, naming the file, when there is
/// none.
Result<std::vector<tls::X509Ptr>> certificates_in(const std::string& file);

}  // namespace edge::cli
