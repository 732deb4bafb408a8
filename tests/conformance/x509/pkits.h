// NIST's Public Key Interoperability Test Suite: its certificates, keys and revocation lists.
#pragma once

#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <filesystem>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/x509/suite.h"

namespace edge::tls::testing {

inline std::vector<std::string> files_of(const std::string& folder, const std::string& ending) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().string().ends_with(ending)) files.push_back(entry.path().string());
  std::ranges::sort(files);
  return files;
}

/// Of a PKCS#12 file of the suite.
inline Identity identity_of(const std::string& path) {
  const std::string bytes = content_of(path);
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  PKCS12* file = d2i_PKCS12(nullptr, &at, static_cast<long>(bytes.size()));
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  REQUIRE_MESSAGE(PKCS12_parse(file, "password", &key, &certificate, nullptr) == 1, path);
  PKCS12_free(file);
  return {.certificate = X509Ptr{certificate}, .key = KeyPtr{key}};
}

class Pkits {
 public:
  explicit Pkits(const std::string& folder) {
    for (const std::string& file : files_of(folder + "/certs", ".crt")) {
      if (file.ends_with("EE.crt")) continue;
      auto certificate = certificate_from_der(as_bytes(content_of(file)));
      if (!certificate) continue;
      if (file.ends_with("TrustAnchorRootCertificate.crt"))
        anchor = std::move(*certificate);
      else
        authorities.push_back({.certificate = std::move(*certificate), .key = nullptr});
    }
    REQUIRE(anchor != nullptr);
    read_lists(folder);
  }

  /// The certificates that may be above `leaf`, as a client that has its chain sends them.
  [[nodiscard]] std::vector<const Identity*> above(const Identity& leaf) const {
    std::vector<const Identity*> found;
    std::queue<const X509*> open({leaf.certificate.get()});
    for (; !open.empty(); open.pop()) {
      for (const Identity& authority : authorities) {
        const bool is_issuer = X509_NAME_cmp(X509_get_subject_name(authority.certificate.get()),
                                             X509_get_issuer_name(open.front())) == 0;
        if (!is_issuer || std::ranges::find(found, &authority) != found.end()) continue;
        found.push_back(&authority);
        open.push(authority.certificate.get());
      }
    }
    return found;
  }

  X509Ptr anchor;
  std::vector<Identity> authorities;
  std::vector<Crl> lists;

 private:
  /// The suite holds lists that must be refused: those are left out, one by one.
  void read_lists(const std::string& folder) {
    std::vector<X509Ptr> cas, others;
    X509_up_ref(anchor.get());
    cas.emplace_back(anchor.get());
    for (const Identity& authority : authorities) {
      X509_up_ref(authority.certificate.get());
      others.emplace_back(authority.certificate.get());
    }
    const auto signers = list_signers({.cas = cas, .others = others}, system_seconds());
    for (const std::string& file : files_of(folder + "/crls", ".crl")) {
      auto parsed = parse_crls(as_bytes(content_of(file)), std::filesystem::path(file).filename(), signers,
                               system_seconds());
      if (parsed) std::ranges::move(*parsed, std::back_inserter(lists));
    }
    merge_deltas(lists);
  }
};

/// TLS knows no DSA since 1.3, and security level 2 refuses the suite's keys of 1024 bits.
inline bool is_of_dsa(std::string_view name) { return name.contains("DSA"); }

/// The folder of the suite, which is fetched where it is missing; the end of the test when it cannot be had.
inline std::string pkits_folder() {
  std::string folder = line_of("tests/conformance/x509/fetch");
  REQUIRE_MESSAGE(!folder.empty(), "PKITS cannot be fetched; EDGE_SUITES=skip does without");
  return folder;
}

/// Files of the end entities that the suite has a verdict about and that a client of TLS can present.
inline std::vector<std::string> pkits_clients(const std::string& folder) {
  std::vector<std::string> clients;
  for (const std::string& file : files_of(folder + "/pkcs12", "EE.p12")) {
    const std::string name = std::filesystem::path(file).stem().string();
    const bool has_verdict = name.starts_with("Valid") || name.starts_with("Invalid");
    if (has_verdict && !is_of_dsa(name)) clients.push_back(file);
  }
  return clients;
}

}  // namespace edge::tls::testing
