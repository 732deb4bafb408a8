// Headers of the operator's own that tell an origin about the client, as text and back: "HEADER=FIELD".
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "runtime/base/config.h"
#include "runtime/base/error.h"

namespace edge {

/// What a header may say: the names that scripts find below request.cf.tlsClientAuth; cert.der, cert.pem and
/// cert.issuers beside them; the last two below request.cf. http/forward_fields.cpp has the value of each.
inline constexpr std::array<std::string_view, 37> forward_fields{"certPresented",
                                                                 "certVerified",
                                                                 "certRevoked",
                                                                 "certIssuerDN",
                                                                 "certSubjectDN",
                                                                 "certIssuerDNRFC2253",
                                                                 "certSubjectDNRFC2253",
                                                                 "certIssuerDNLegacy",
                                                                 "certSubjectDNLegacy",
                                                                 "certSerial",
                                                                 "certIssuerSerial",
                                                                 "certSKI",
                                                                 "certIssuerSKI",
                                                                 "certFingerprintSHA1",
                                                                 "certFingerprintSHA256",
                                                                 "certNotBefore",
                                                                 "certNotAfter",
                                                                 "certRFC9440",
                                                                 "certRFC9440TooLarge",
                                                                 "certChainRFC9440",
                                                                 "certChainRFC9440TooLarge",
                                                                 "cert.state",
                                                                 "cert.ok",
                                                                 "cert.commonName",
                                                                 "cert.san.dns",
                                                                 "cert.san.uri",
                                                                 "cert.san.email",
                                                                 "cert.san.ip",
                                                                 "cert.spiffeId",
                                                                 "cert.notBefore",
                                                                 "cert.notAfter",
                                                                 "cert.publicKey.spkiSha256",
                                                                 "cert.der",
                                                                 "cert.pem",
                                                                 "cert.issuers",
                                                                 "tlsVersion",
                                                                 "tlsCipher"};

/// "X-Client-Serial=certSerial". Fails for a name that is not letters, digits and hyphens (origins drop or
/// confuse others), one that HTTP needs for itself, and a field that does not exist.
Result<> read_record(std::string_view text, ForwardHeader& value);
std::string show_record(const ForwardHeader& value);
inline std::string_view name_of(const ForwardHeader& value) { return value.name; }

}  // namespace edge
