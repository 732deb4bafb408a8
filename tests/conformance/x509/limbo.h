// x509-limbo's cases for client certificates. They are no package of Debian or npm, so EDGE_LIMBO_CASES names
// their file, JSON or that compressed by gzip.
#pragma once

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <optional>
#include <string>

#include "tests/conformance/x509/suite.h"

namespace edge::tls::testing {

namespace json = boost::json;

inline std::string text(const json::value& value) { return std::string(value.as_string()); }

inline std::string joined(const json::array& values) {
  std::string all;
  for (const json::value& value : values) all += text(value);
  return all;
}

/// The first certificate of `pem` with the private key `key_pem`; no certificate when it cannot be presented.
inline Identity identity_of(const std::string& pem, const std::string& key_pem) {
  Identity identity;
  auto certificates = certificates_from_pem(pem, "case");
  if (!certificates || certificates->empty()) return identity;
  identity.certificate = std::move(certificates->front());
  BIO* in = BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()));
  identity.key.reset(PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr));
  BIO_free(in);
  if (!identity.key || X509_check_private_key(identity.certificate.get(), identity.key.get()) != 1)
    identity.certificate.reset();
  return identity;
}

struct LimboCase {
  const json::object& of;

  [[nodiscard]] std::string field(const char* name) const {
    const json::value& value = of.at(name);
    return value.is_string() ? text(value) : std::string();
  }
  [[nodiscard]] std::string pems(const char* name) const { return joined(of.at(name).as_array()); }
};

/// Nothing, with a message, when no file is named.
inline std::optional<json::value> limbo_suite() {
  const char* path = std::getenv("EDGE_LIMBO_CASES");
  if (path == nullptr) {
    MESSAGE("x509-limbo is skipped: EDGE_LIMBO_CASES does not name its cases");
    return std::nullopt;
  }
  const bool is_compressed = std::string_view(path).ends_with(".gz");
  const std::string text = is_compressed ? output_of("gzip -dc " + std::string(path)) : content_of(path);
  REQUIRE_MESSAGE(!text.empty(), path << " cannot be read");
  return json::parse(text);
}

}  // namespace edge::tls::testing
