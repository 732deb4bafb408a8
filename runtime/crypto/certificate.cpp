// A certificate as people look into one.
#include "runtime/crypto/certificate.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/base/error.h"
#include "runtime/crypto/key_parts.h"

namespace edge::crypto {

void CertificateFree::operator()(X509* p) const { X509_free(p); }

namespace {

using Sink = Owner<BIO, BIO_free_all>;

std::string text_in(const Sink& sink) {
  char* start = nullptr;
  const long size = BIO_get_mem_data(sink.get(), &start);
  return {start, static_cast<std::size_t>(size)};
}

std::string lines_of(const X509_NAME* name) {
  const Sink sink{BIO_new(BIO_s_mem())};
  constexpr unsigned long flags = ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT |
                                  XN_FLAG_SEP_MULTILINE | XN_FLAG_FN_SN;
  X509_NAME_print_ex(sink.get(), name, 0, flags);
  return text_in(sink);
}

std::string text_of(const ASN1_TIME* time) {
  const Sink sink{BIO_new(BIO_s_mem())};
  ASN1_TIME_print(sink.get(), time);
  return text_in(sink);
}

std::string dotted(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), text.size(), object, 1);
  return {text.data(), std::min(static_cast<std::size_t>(std::max(size, 0)), text.size() - 1)};
}

/// As it is where nobody can take it for something else, else with JSON's quotes.
std::string safe(std::string_view text) {
  const auto is_plain = [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != ',' && c != '\'';
  };
  if (std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      quoted += {'\\', c};
    else if (c >= ' ' && c <= '~')
      quoted += c;
    else
      quoted += {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
  }
  return quoted + '"';
}

std::string_view view_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::string address_of(const ASN1_OCTET_STRING* value) {
  const int size = ASN1_STRING_length(value);
  if (size != 4 && size != 16) return "<invalid>";
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(value), text.data(), text.size());
  return text.data();
}

std::string text_of(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS:
      return "DNS:" + safe(view_of(name->d.dNSName));
    case GEN_URI:
      return "URI:" + safe(view_of(name->d.uniformResourceIdentifier));
    case GEN_EMAIL:
      return "email:" + safe(view_of(name->d.rfc822Name));
    case GEN_IPADD:
      return "IP Address:" + address_of(name->d.iPAddress);
    case GEN_RID:
      return "Registered ID:" + dotted(name->d.registeredID);
    case GEN_DIRNAME:
      return "DirName:" + safe(lines_of(name->d.directoryName));
    default:
      return "othername:<unsupported>";
  }
}

X509* read_pem(BytesView bytes) {
  const Sink source{BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))};
  return PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr);
}

constexpr std::size_t bytes_max = 1024 * 1024;

}  // namespace

Result<Certificate> Certificate::read(BytesView bytes) {
  Certificate certificate;
  if (bytes.size() <= bytes_max) {
    const std::uint8_t* at = bytes.data();
    certificate.certificate_.reset(d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
    if (at != bytes.data() + bytes.size()) certificate.certificate_.reset();
    if (!certificate.certificate_) certificate.certificate_.reset(read_pem(bytes));
  }
  if (!certificate.certificate_) return bad_data("the bytes are no certificate, neither DER nor PEM");
  return certificate;
}

std::string Certificate::subject() const { return lines_of(X509_get_subject_name(certificate_.get())); }
std::string Certificate::issuer() const { return lines_of(X509_get_issuer_name(certificate_.get())); }
std::string Certificate::valid_from() const { return text_of(X509_get0_notBefore(certificate_.get())); }
std::string Certificate::valid_to() const { return text_of(X509_get0_notAfter(certificate_.get())); }
bool Certificate::is_ca() const { return X509_check_ca(certificate_.get()) == 1; }

std::string Certificate::serial_number() const {
  const Owner<BIGNUM, BN_free> number{
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate_.get()), nullptr)};
  if (!number) return {};
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  return bytes.empty() ? "00" : hex_upper(bytes);
}

std::optional<std::string> Certificate::subject_alt_name() const {
  const Owner<GENERAL_NAMES, GENERAL_NAMES_free> names{static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate_.get(), NID_subject_alt_name, nullptr, nullptr))};
  if (!names) return std::nullopt;
  std::string text;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i)
    text += (i == 0 ? "" : ", ") + text_of(sk_GENERAL_NAME_value(names.get(), i));
  return text;
}

std::vector<std::string> Certificate::extended_key_usage() const {
  std::vector<std::string> found;
  const Owner<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free> usages{static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(certificate_.get(), NID_ext_key_usage, nullptr, nullptr))};
  for (int i = 0; usages && i < sk_ASN1_OBJECT_num(usages.get()); ++i)
    found.push_back(dotted(sk_ASN1_OBJECT_value(usages.get(), i)));
  return found;
}

Bytes Certificate::der() const {
  Bytes bytes(static_cast<std::size_t>(i2d_X509(certificate_.get(), nullptr)));
  std::uint8_t* at = bytes.data();
  i2d_X509(certificate_.get(), &at);
  return bytes;
}

Result<KeyPtr> Certificate::public_key() const {
  EVP_PKEY* key = X509_get0_pubkey(certificate_.get());
  if (!key || EVP_PKEY_up_ref(key) != 1) return bad_data("the certificate's public key cannot be read");
  return make_key(PkeyPtr{key});
}

bool Certificate::is_for(NameKind kind, const std::string& name) const {
  if (name.contains('\0')) return false;
  switch (kind) {
    case NameKind::host:
      return X509_check_host(certificate_.get(), name.data(), name.size(), 0, nullptr) == 1;
    case NameKind::email:
      return X509_check_email(certificate_.get(), name.data(), name.size(), 0) == 1;
    case NameKind::address:
      break;
  }
  return X509_check_ip_asc(certificate_.get(), name.c_str(), 0) == 1;
}

bool Certificate::is_issued_by(const Certificate& issuer) const {
  return X509_check_issued(issuer.certificate_.get(), certificate_.get()) == X509_V_OK;
}

bool Certificate::is_signed_by(const Key& public_key) const {
  return public_key.pair && X509_verify(certificate_.get(), public_key.pair.get()) == 1;
}

bool Certificate::has_key(const Key& private_key) const {
  return private_key.pair && X509_check_private_key(certificate_.get(), private_key.pair.get()) == 1;
}

}  // namespace edge::crypto
