// Revokes what a CA of a folder issued, and writes its list.
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <optional>

#include "runtime/base/options.h"
#include "runtime/cli/authority_folder.h"
#include "runtime/cli/certs.h"
#include "runtime/cli/moments.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/crl_reasons.h"
#include "runtime/tls/deny_list.h"

namespace edge::cli {
namespace {

constexpr std::int64_t list_seconds = 30 * day_seconds;

Result<std::int64_t> validity(const CommandWords& words, std::string_view flag) {
  const std::string* days = words.find(flag);
  if (days == nullptr) return list_seconds;
  const auto read = read_days(*days);
  if (!read) return words.wrong(std::string(flag) + ": " + read.error().message);
  return *read;
}

Result<std::uint8_t> reason_in(const CommandWords& words) {
  const std::string name = words.value_or("--reason", "unspecified");
  if (const auto reason = tls::reason_of(name)) return *reason;
  std::string all;
  for (const std::string_view known : tls::reason_names())
    all += (all.empty() ? "" : ", ") + std::string(known);
  return words.wrong("--reason '" + name + "' is none of " + all + did_you_mean(name, tls::reason_names()));
}

/// The line of a certificate's file, which is made when this CA issued it elsewhere.
Result<Issued*> line_of_file(AuthorityFolder& authority, const std::string& file) {
  const auto certificates = certificates_in(file);
  if (!certificates) return std::unexpected(certificates.error());
  X509* const certificate = certificates->front().get();
  const tls::ErrorMark mark;
  const bool is_ours = X509_NAME_cmp(X509_get_issuer_name(certificate),
                                     X509_get_subject_name(authority.ca().certificate.get())) == 0 &&
                       X509_verify(certificate, authority.ca().key.get()) == 1;
  if (!is_ours)
    return fail(ErrorKind::config,
                file + ": the CA of " + authority.file("ca.pem") + " did not issue its first certificate");
  if (X509_cmp(certificate, authority.ca().certificate.get()) == 0)
    return fail(ErrorKind::config,
                file +
                    " is the CA itself, which no list of its own can revoke: shut it out with "
                    "edge-run deny add --cert, and take it from --client-ca");
  const Issued issued = issued_of(certificate);
  if (Issued* line = authority.index().find(issued.serial)) return line;
  authority.index().add(issued);
  return authority.index().find(issued.serial);
}

Result<Issued*> line_of(const CommandWords& words, AuthorityFolder& authority, const std::string& whom) {
  std::error_code none;
  if (std::filesystem::is_regular_file(whom, none)) return line_of_file(authority, whom);
  const auto serial = tls::octets_of_hex(whom);
  if (!serial || serial->empty())
    return words.wrong("'" + whom + "' is neither a file nor a serial number in hexadecimal");
  if (Issued* line = authority.index().find(*serial)) return line;
  return fail(ErrorKind::config,
              "no certificate of the serial number " + whom + " is in " + authority.file("index.txt"));
}

/// RFC 5280 section 5.3.1: only a hold can be lifted, or become a revocation for another reason.
Result<> revoke(const CommandWords& words, Issued& line, std::uint8_t reason, std::int64_t now) {
  const bool is_held = line.is_revoked && tls::reason_name(line.reason) == "certificateHold";
  const bool lifts = tls::reason_name(reason) == "removeFromCRL";
  if (lifts && !is_held)
    return words.wrong("removeFromCRL lifts a certificateHold, and " + line.subject + " is not on hold");
  if (line.is_revoked && !is_held)
    return fail(ErrorKind::config, line.subject + " is revoked already, since " + date_text(line.revoked_at));
  if (!line.is_revoked) line.revoked_at = now;
  line.is_revoked = !lifts;
  line.reason = lifts ? std::uint8_t{0} : reason;
  return {};
}

Result<> write_list(const AuthorityFolder& authority, std::int64_t seconds, std::int64_t now) {
  const auto number = authority.write_crl(seconds, now);
  if (!number) return std::unexpected(number.error());
  std::printf("%s: list %llu, until %s; SIGHUP makes servers read it\n", authority.file("crl.pem").c_str(),
              static_cast<unsigned long long>(*number), date_text(now + seconds).c_str());
  return {};
}

}  // namespace

Result<int> certs_revoke(const CommandWords& words, std::int64_t now) {
  if (words.rest().size() != 1) return words.wrong("name one certificate's file, or its serial number");
  const auto reason = reason_in(words);
  if (!reason) return std::unexpected(reason.error());
  const auto seconds = validity(words, "--crl-days");
  if (!seconds) return std::unexpected(seconds.error());
  auto authority = AuthorityFolder::open(authority_folder(words));
  if (!authority) return std::unexpected(std::move(authority.error()));
  const auto line = line_of(words, *authority, words.rest().front());
  if (!line) return std::unexpected(line.error());
  if (auto done = revoke(words, **line, *reason, now); !done) return std::unexpected(done.error());
  const bool is_revoked = (*line)->is_revoked;
  std::printf("%s: %s, serial %s\n", is_revoked ? "revoked" : "no longer on hold", (*line)->subject.c_str(),
              hex_upper((*line)->serial).c_str());
  if (auto noted = authority->write_index(); !noted) return std::unexpected(noted.error());
  if (auto written = write_list(*authority, *seconds, now); !written) return std::unexpected(written.error());
  return 0;
}

Result<int> certs_crl(const CommandWords& words, std::int64_t now) {
  if (!words.rest().empty())
    return words.wrong("'" + words.rest().front() + "' is no option; the CA is --dir's");
  const auto seconds = validity(words, "--days");
  if (!seconds) return std::unexpected(seconds.error());
  const auto authority = AuthorityFolder::open(authority_folder(words));
  if (!authority) return std::unexpected(authority.error());
  if (auto written = write_list(*authority, *seconds, now); !written) return std::unexpected(written.error());
  return 0;
}

}  // namespace edge::cli
