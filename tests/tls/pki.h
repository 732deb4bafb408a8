// Certificates for the tests of runtime/tls: made in memory, and bent where a test needs what no CA should
// issue.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <ctime>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "runtime/tls/certs.h"

namespace edge::tls::pki {

inline Identity root(const std::string& name, CertificateRequest request = {}) {
  request.subject = {{"CN", name}};
  request.ca = true;
  return make_self_signed(request).value();
}

inline Identity intermediate(const Identity& ca, const std::string& name, CertificateRequest request = {}) {
  request.subject = {{"CN", name}};
  request.ca = true;
  return issue(ca, request).value();
}

inline Identity leaf(const Identity& ca, CertificateRequest request = {}) {
  return issue(ca, request).value();
}

/// Another owner of the same certificate.
inline X509Ptr shared(const Identity& identity) {
  X509_up_ref(identity.certificate.get());
  return X509Ptr{identity.certificate.get()};
}

template <class... Identities>
std::vector<X509Ptr> list_of(const Identities&... identities) {
  std::vector<X509Ptr> list;
  (list.push_back(shared(identities)), ...);
  return list;
}

/// Changes `identity`'s certificate by `change` and signs it anew with the key of `ca`.
template <class Change>
Identity bent(Identity identity, const Identity& ca, Change change, const EVP_MD* digest = EVP_sha256()) {
  change(identity.certificate.get());
  X509_sign(identity.certificate.get(), ca.key.get(), digest);
  identity.certificate = certificate_from_der(identity.certificate_der()).value();
  return identity;
}

inline void remove_extension(X509* certificate, int nid) {
  if (const int at = X509_get_ext_by_NID(certificate, nid, -1); at >= 0)
    X509_EXTENSION_free(X509_delete_ext(certificate, at));
}

using NamePtr = std::unique_ptr<X509_NAME, decltype([](X509_NAME* p) { X509_NAME_free(p); })>;

struct Attribute {
  std::string type, value;
  int string_type = V_ASN1_UTF8STRING;
  bool joins_previous = false;  ///< in one relative distinguished name
};
inline NamePtr name_of(const std::vector<Attribute>& attributes) {
  NamePtr name{X509_NAME_new()};
  for (const auto& a : attributes) {
    ASN1_OBJECT* object = OBJ_txt2obj(a.type.c_str(), 0);
    X509_NAME_ENTRY* entry = X509_NAME_ENTRY_create_by_OBJ(
        nullptr, object, a.string_type, reinterpret_cast<const unsigned char*>(a.value.data()),
        static_cast<int>(a.value.size()));
    X509_NAME_add_entry(name.get(), entry, -1, a.joins_previous ? -1 : 0);
    X509_NAME_ENTRY_free(entry);
    ASN1_OBJECT_free(object);
  }
  // Encoded and decoded, so that the sets are in DER's order, as in a certificate.
  unsigned char* der = nullptr;
  const int size = i2d_X509_NAME(name.get(), &der);
  const unsigned char* at = der;
  NamePtr decoded{d2i_X509_NAME(nullptr, &at, size)};
  OPENSSL_free(der);
  return decoded;
}

/// A folder of its own, gone with the test.
struct TemporaryFolder {
  std::filesystem::path path;
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-test-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path / name).string(); }
};

inline std::int64_t now() { return std::time(nullptr); }

}  // namespace edge::tls::pki
