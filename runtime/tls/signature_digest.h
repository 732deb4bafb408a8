// Which digest a signature is made over, and whether that is one whose collisions can be made.
#pragma once

#include <optional>
#include <string>

struct X509_algor_st;

namespace edge::tls {

/// Why a signature of this AlgorithmIdentifier proves nothing: "it is signed with SHA1, which is too weak",
/// for SHA-1, MD5 and older; nothing for the others (T41). RSA-PSS is judged by its parameters (RFC 4055
/// section 3.1), whose default is SHA-1: that is also what counts where they cannot be read.
std::optional<std::string> weak_digest(const X509_algor_st* algorithm);

}  // namespace edge::tls
