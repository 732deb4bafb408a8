// Reads PEM files. What is wrong with one is told where a person can act on it: the option, the file, the
// remedy.
#include "runtime/tls/credentials.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/distinguished_name.h"

namespace edge::tls {
namespace {

constexpr std::uintmax_t file_bytes_max = 16 * 1024 * 1024;

struct BioFree {
  void operator()(BIO* p) const { BIO_free(p); }
};
using BioPtr = std::unique_ptr<BIO, BioFree>;

std::string named(std::string_view option, const std::string& file) {
  return std::string(option) + " '" + file + "'";
}

std::unexpected<Error> unusable(const std::string& what, const std::string& problem,
                                const std::string& remedy) {
  return fail(ErrorKind::config, what + " " + problem + "; " + remedy);
}

Result<std::string> read_file(const std::string& what, const std::string& file, const std::string& remedy) {
  std::error_code ec;
  if (std::filesystem::is_directory(file, ec)) return unusable(what, "is a directory", remedy);
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream)
    return unusable(what, std::string("cannot be read: ") + std::strerror(errno ? errno : EIO), remedy);
  const auto size = std::filesystem::file_size(file, ec);
  if (!ec && size > file_bytes_max) return unusable(what, "is larger than 16 MiB", remedy);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (stream.bad()) return unusable(what, "cannot be read", remedy);
  if (text.empty()) return unusable(what, "is empty", remedy);
  return text;
}

Result<std::vector<X509Ptr>> read_certificates(const std::string& what, const std::string& file,
                                               const std::string& remedy) {
  auto text = read_file(what, file, remedy);
  if (!text) return std::unexpected(std::move(text.error()));
  const bool has_certificate = text->contains("-----BEGIN CERTIFICATE-----") ||
                               text->contains("-----BEGIN TRUSTED CERTIFICATE-----") ||
                               text->contains("-----BEGIN X509 CERTIFICATE-----");
  if (!has_certificate && text->contains("PRIVATE KEY-----"))
    return unusable(what, "holds a private key, not a certificate", remedy);
  if (!has_certificate) return unusable(what, "holds no PEM certificate", remedy);
  auto certificates = certificates_from_pem(*text, file);
  if (!certificates) return unusable(what, "cannot be used: " + certificates.error().message, remedy);
  return certificates;
}

Result<KeyPtr> read_key(const CredentialFiles& files) {
  const std::string what = named(files.key_option, files.key);
  const std::string remedy = "give the PEM file of the certificate's private key";
  auto text = read_file(what, files.key, remedy);
  if (!text) return std::unexpected(std::move(text.error()));
  if (text->contains("ENCRYPTED")) {
    return unusable(what, "is encrypted with a passphrase",
                    "decrypt it with: openssl pkey -in FILE -out FILE");
  }
  const ErrorMark mark;
  const BioPtr bio{BIO_new_mem_buf(text->data(), static_cast<int>(text->size()))};
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  KeyPtr key{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)};
  const bool has_certificate = text->contains("-----BEGIN CERTIFICATE-----");
  OPENSSL_cleanse(text->data(), text->size());
  if (key) return key;
  if (has_certificate) return unusable(what, "holds a certificate, not a private key", remedy);
  return unusable(what, "holds no private key that can be read", remedy);
}

std::string date_of(const ASN1_TIME* time) {
  const BioPtr bio{BIO_new(BIO_s_mem())};
  ASN1_TIME_print(bio.get(), time);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(std::max(0L, size))};
}

Result<> check_anchor(const std::string& what, X509* certificate, Anchors kind) {
  const std::string name = "'" + name_rfc2253(X509_get_subject_name(certificate)) + "'";
  constexpr int by_basic_constraints = 1;
  if (kind == Anchors::authorities && X509_check_ca(certificate) != by_basic_constraints) {
    return unusable(what, "holds " + name + ", which is no CA (CA:TRUE is missing)",
                    "give the certificate of the CA that issues the clients' certificates");
  }
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    return unusable(what, "holds " + name + ", which expired on " + date_of(X509_get0_notAfter(certificate)),
                    "replace it by the CA's current certificate");
  }
  return {};
}

}  // namespace

Result<Credentials> load_credentials(const CredentialFiles& files) {
  Credentials credentials;
  const std::string what = named(files.certificate_option, files.certificate);
  auto chain = read_certificates(what, files.certificate,
                                 "give a PEM file with the certificate, then its intermediates");
  if (!chain) return std::unexpected(std::move(chain.error()));
  credentials.chain = std::move(*chain);
  auto key = read_key(files);
  if (!key) return std::unexpected(std::move(key.error()));
  credentials.key = std::move(*key);
  const ErrorMark mark;
  if (X509_check_private_key(credentials.chain.front().get(), credentials.key.get()) == 1) return credentials;
  return unusable(
      named(files.key_option, files.key), "does not match " + what,
      "give the key that the certificate was made for, and the server's own certificate first in its file");
}

Result<> use_credentials(SSL_CTX* context, const Credentials& credentials, const CredentialFiles& files) {
  const ErrorMark mark;
  const std::string what = named(files.certificate_option, files.certificate);
  const std::string remedy = "use ECDSA P-256, or RSA of 2048 bits or more, signed with SHA-256";
  if (SSL_CTX_use_certificate(context, credentials.chain.front().get()) != 1)
    return unusable(what, "is refused: " + openssl_reason(), remedy);
  for (std::size_t i = 1; i < credentials.chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, credentials.chain[i].get()) != 1) {
      return unusable(what, "has an intermediate that is refused: " + openssl_reason(), remedy);
    }
  }
  if (SSL_CTX_use_PrivateKey(context, credentials.key.get()) != 1) {
    return unusable(named(files.key_option, files.key), "is refused: " + openssl_reason(), remedy);
  }
  return {};
}

Result<std::vector<X509Ptr>> load_anchors(const std::vector<std::string>& files, std::string_view option,
                                          Anchors kind) {
  const ErrorMark mark;
  std::vector<X509Ptr> anchors;
  for (const std::string& file : files) {
    const std::string what = named(option, file);
    auto certificates = read_certificates(what, file, "give a PEM file with the CA's certificate");
    if (!certificates) return std::unexpected(std::move(certificates.error()));
    for (X509Ptr& certificate : *certificates) {
      if (auto usable = check_anchor(what, certificate.get(), kind); !usable)
        return std::unexpected(std::move(usable.error()));
      const auto is_same = [&](const X509Ptr& known) {
        return X509_cmp(known.get(), certificate.get()) == 0;
      };
      if (std::ranges::none_of(anchors, is_same)) anchors.push_back(std::move(certificate));
    }
  }
  if (anchors.empty())
    return fail(ErrorKind::config,
                std::string(option) + " names no file; give a PEM file with the CA's certificate");
  return anchors;
}

}  // namespace edge::tls
