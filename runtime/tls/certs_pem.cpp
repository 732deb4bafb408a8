// PEM and DER of certificates, keys and lists.
#include <openssl/err.h>
#include <openssl/pem.h>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/certs_parts.h"

namespace edge::tls {
namespace {

using Bio = std::unique_ptr<BIO, decltype([](BIO* p) { BIO_free(p); })>;

}  // namespace

std::string Identity::certificate_pem() const {
  const Bio bio{BIO_new(BIO_s_mem())};
  check(PEM_write_bio_X509(bio.get(), certificate.get()) == 1);
  return text_of(bio.get());
}

std::string Identity::key_pem() const {
  const Bio bio{BIO_new(BIO_s_mem())};
  check(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(bio.get());
}

Bytes Identity::certificate_der() const { return certificate_to_der(certificate.get()); }

std::string pem_of_crl(BytesView der) {
  const Bio bio{BIO_new(BIO_s_mem())};
  check(PEM_write_bio(bio.get(), PEM_STRING_X509_CRL, "", der.data(), static_cast<long>(der.size())) > 0);
  return text_of(bio.get());
}

Result<std::vector<X509Ptr>> certificates_from_pem(const std::string& pem, const std::string& source) {
  const ErrorMark mark;
  const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  std::vector<X509Ptr> certificates;
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    certificates.emplace_back(certificate);
  // The end of the text is told by the same error as a text without any certificate.
  const auto error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
    return fail(ErrorKind::config, source + ": certificate " + std::to_string(certificates.size() + 1) +
                                       " cannot be read: " + openssl_reason());
  }
  if (certificates.empty())
    return fail(ErrorKind::config, source + ": there is no certificate in it (PEM is expected)");
  return certificates;
}

Result<X509Ptr> certificate_from_der(BytesView der) {
  const ErrorMark mark;
  const unsigned char* at = der.data();
  X509Ptr certificate{d2i_X509(nullptr, &at, static_cast<long>(der.size()))};
  if (certificate == nullptr) return openssl_failure("not the DER of a certificate");
  if (at != der.data() + der.size()) return fail(ErrorKind::config, "bytes follow the certificate's DER");
  return certificate;
}

Bytes certificate_to_der(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return {};
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

}  // namespace edge::tls
