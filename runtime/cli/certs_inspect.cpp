// Describes certificates: what they say, and what a script would see of them.
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

#include "runtime/cli/certs.h"
#include "runtime/cli/moments.h"
#include "runtime/cli/shown_value.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/certificate.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/client_auth.h"
#include "runtime/tls/crl_facts.h"
#include "runtime/tls/distinguished_name.h"

namespace edge::cli {
namespace {

/// One certificate, with what stands beside it in its file.
struct Described {
  tls::ClientAuth auth;
  Result<tls::CertificateDetails> details;  ///< or why they must not be read (T30)
  bool is_authority = false;
  bool fits_clients = false;
};

Described describe(const std::vector<tls::X509Ptr>& all, std::size_t at) {
  X509* const certificate = all[at].get();
  std::vector<const X509*> after;
  if (at == 0)
    for (std::size_t i = 1; i < all.size(); ++i) after.push_back(all[i].get());
  X509* const next = at + 1 < all.size() ? all[at + 1].get() : certificate;
  const bool is_issuer = X509_check_issued(next, certificate) == X509_V_OK;
  return {.auth = tls::client_auth_of(certificate, after, {.code = 0, .issuer = is_issuer ? next : nullptr}),
          .details = tls::certificate_details(tls::certificate_to_der(certificate)),
          .is_authority = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0,
          .fits_clients = X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) == 1};
}

/// The values that follow from the certificate alone: not whether it was presented, verified, or revoked.
std::span<const tls::ClientAuthField> own_fields() {
  constexpr std::size_t verdicts = 3;
  return std::span(tls::client_auth_fields).subspan(verdicts);
}

/// Names that a stranger chose; what they could do to a terminal they do not.
std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : ", ") + tls::printable(value);
  return text;
}

std::string line(std::string_view label, const std::string& value) {
  std::string text = "  " + std::string(label);
  text.resize(std::max<std::size_t>(text.size() + 1, 14), ' ');
  return value.empty() ? "" : text + value + "\n";
}

std::string key_text(const tls::CertificateDetails& details) {
  const std::string kind =
      details.key_curve.empty() ? std::to_string(details.key_bits) + " bits" : details.key_curve;
  return details.key_algorithm + ", " + kind + ", SHA-256 " + details.spki_sha256;
}

std::string details_text(const Described& one, std::int64_t now) {
  if (!one.details) return line("unusable", one.details.error().message);
  const tls::CertificateDetails& details = *one.details;
  return line("subject", one.auth.subject_dn) + line("issuer", one.auth.issuer_dn) +
         line("serial", details.serial) +
         line("valid", date_text(details.not_before) + " until " + date_text(details.not_after) + " (" +
                           distance_text(details.not_after, now) + ")") +
         line("dns", joined(details.san_dns)) + line("ip", joined(details.san_ip)) +
         line("email", joined(details.san_email)) + line("uri", joined(details.san_uri)) +
         line("usage",
              std::string(one.is_authority ? "CA; " : "") +
                  (details.extended_key_usage.empty() ? "any" : joined(details.extended_key_usage))) +
         line("clients", one.is_authority   ? ""
                         : one.fits_clients ? "may log in with it"
                                            : "cannot log in with it") +
         line("key", key_text(details)) + line("SHA-256", details.sha256);
}

std::string value_of(const tls::ClientAuth& auth, const tls::ClientAuthField& field) {
  if (field.text != nullptr) return "\"" + auth.*field.text + "\"";
  return auth.*field.flag ? "true" : "false";
}

std::string text_of(const Described& one, std::int64_t now) {
  std::string text = details_text(one, now) + "  request.cf.tlsClientAuth of a client with it:\n";
  for (const tls::ClientAuthField& field : own_fields())
    text += "    " + std::string(field.name) + ": " + shortened(value_of(one.auth, field)) + "\n";
  return text;
}

boost::json::object json_of(const Described& one, const std::string& file) {
  boost::json::object values;
  for (const tls::ClientAuthField& field : own_fields()) {
    if (field.text != nullptr)
      values[field.name] = one.auth.*field.text;
    else
      values[field.name] = one.auth.*field.flag;
  }
  boost::json::object made{{"file", file}, {"ca", one.is_authority}, {"fitsClients", one.fits_clients}};
  if (one.details) {
    const tls::CertificateDetails& details = *one.details;
    made["subject"] = one.auth.subject_dn;
    made["issuer"] = one.auth.issuer_dn;
    made["serial"] = details.serial;
    made["notBefore"] = moment_text(details.not_before);
    made["notAfter"] = moment_text(details.not_after);
    made["san"] = boost::json::object{{"dns", boost::json::value_from(details.san_dns)},
                                      {"ip", boost::json::value_from(details.san_ip)},
                                      {"email", boost::json::value_from(details.san_email)},
                                      {"uri", boost::json::value_from(details.san_uri)}};
    made["extendedKeyUsage"] = boost::json::value_from(details.extended_key_usage);
    made["publicKey"] = boost::json::object{{"algorithm", details.key_algorithm},
                                            {"bits", details.key_bits},
                                            {"curve", details.key_curve},
                                            {"spkiSha256", details.spki_sha256}};
    made["sha256"] = details.sha256;
  } else {
    made["problem"] = one.details.error().message;
  }
  made["tlsClientAuth"] = std::move(values);
  return made;
}

}  // namespace

Result<int> certs_inspect(const CommandWords& words, std::int64_t now) {
  if (words.rest().empty()) return words.wrong("name a file, or - for the standard input");
  boost::json::array array;
  for (const std::string& file : words.rest()) {
    const auto certificates = certificates_in(file);
    if (!certificates) return std::unexpected(certificates.error());
    for (std::size_t i = 0; i < certificates->size(); ++i) {
      const Described one = describe(*certificates, i);
      const std::string which = certificates->size() > 1 ? ", certificate " + std::to_string(i + 1) : "";
      if (words.has("--json"))
        array.push_back(json_of(one, file));
      else
        std::fputs((file + which + "\n" + text_of(one, now)).c_str(), stdout);
    }
  }
  if (words.has("--json")) std::printf("%s\n", boost::json::serialize(array).c_str());
  return 0;
}

}  // namespace edge::cli
