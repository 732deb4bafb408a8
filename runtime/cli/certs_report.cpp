// Names certificates that somebody has to do something about.
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <set>

#include "runtime/cli/certs.h"
#include "runtime/cli/moments.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/distinguished_name.h"

namespace edge::cli {
namespace {

namespace fs = std::filesystem;

struct Finding {
  std::string file, subject, serial;
  std::int64_t not_after = 0;
  std::string problem;
};

struct Rules {
  std::int64_t now = 0, within = 0;
  bool ignores_usage = false;
};

struct Report {
  std::vector<Finding> findings;
  std::set<tls::Sha256> seen;  ///< one certificate stands in many chains
};

/// What is wrong with a certificate; "" where nothing is.
std::string problem_of(X509* certificate, std::int64_t not_after, const Rules& rules) {
  std::string problem;
  if (not_after <= rules.now)
    problem = "expired on " + date_text(not_after) + " (" + distance_text(not_after, rules.now) + ")";
  else if (not_after <= rules.now + rules.within)
    problem = "expires on " + date_text(not_after) + " (" + distance_text(not_after, rules.now) + ")";
  const bool is_authority = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
  if (rules.ignores_usage || is_authority || X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) == 1)
    return problem;
  return problem + (problem.empty() ? "" : "; ") +
         "is not for clients (extendedKeyUsage clientAuth or keyUsage digitalSignature is missing)";
}

void look_at(Report& report, const std::string& file, const std::vector<tls::X509Ptr>& certificates,
             const Rules& rules) {
  for (const tls::X509Ptr& one : certificates) {
    if (!report.seen.insert(tls::sha256(tls::certificate_to_der(one.get()))).second) continue;
    const auto not_after = tls::seconds_of(X509_get0_notAfter(one.get())).value_or(0);
    std::string problem = problem_of(one.get(), not_after, rules);
    if (problem.empty()) continue;
    report.findings.push_back({.file = file,
                               .subject = tls::name_rfc2253(X509_get_subject_name(one.get())),
                               .serial = hex_upper(tls::integer_octets(X509_get0_serialNumber(one.get()))),
                               .not_after = not_after,
                               .problem = std::move(problem)});
  }
}

/// Files of a folder that may hold certificates, in the order of their names.
Result<std::vector<std::string>> files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code failed;
  for (const auto& entry : fs::recursive_directory_iterator(folder, failed)) {
    const auto ending = entry.path().extension();
    if (entry.is_regular_file() && (ending == ".pem" || ending == ".crt" || ending == ".cer"))
      files.push_back(entry.path().string());
  }
  if (failed) return fail(ErrorKind::config, folder + " cannot be read: " + failed.message());
  std::ranges::sort(files);
  return files;
}

/// Beside certificates a folder holds keys and lists, which are passed over; what claims to hold a
/// certificate and cannot be read is not.
Result<> look_into(Report& report, const std::string& folder, const Rules& rules) {
  const auto files = files_in(folder);
  if (!files) return std::unexpected(files.error());
  for (const std::string& file : *files) {
    const auto certificates = certificates_in(file);
    if (certificates) {
      look_at(report, file, *certificates, rules);
    } else if (!certificates.error().message.contains("there is no certificate in it")) {
      report.findings.push_back(
          {.file = file, .subject = {}, .serial = {}, .problem = certificates.error().message});
    }
  }
  return {};
}

std::string json_of(const Report& report) {
  boost::json::array array;
  for (const Finding& one : report.findings) {
    boost::json::object made{
        {"file", one.file}, {"subject", one.subject}, {"serial", one.serial}, {"problem", one.problem}};
    if (one.not_after != 0) made["notAfter"] = moment_text(one.not_after);
    array.push_back(std::move(made));
  }
  return boost::json::serialize(array) + "\n";
}

std::string text_of(const Report& report) {
  std::string text;
  for (const Finding& one : report.findings)
    text +=
        one.subject.empty() ? one.problem + "\n" : one.file + ": " + one.subject + " " + one.problem + "\n";
  return text + std::to_string(report.seen.size()) +
         (report.seen.size() == 1 ? " certificate, " : " certificates, ") +
         std::to_string(report.findings.size()) + " to do something about\n";
}

}  // namespace

Result<int> certs_report(const CommandWords& words, std::int64_t now) {
  if (words.rest().empty()) return words.wrong("name folders or files");
  const auto within = read_days(words.value_or("--within", "30d"));
  if (!within) return words.wrong("--within: " + within.error().message);
  const Rules rules{.now = now, .within = *within, .ignores_usage = words.has("--ignore-usage")};
  Report report;
  for (const std::string& path : words.rest()) {
    std::error_code none;
    if (fs::is_directory(path, none)) {
      if (auto looked = look_into(report, path, rules); !looked) return std::unexpected(looked.error());
      continue;
    }
    const auto certificates = certificates_in(path);
    if (!certificates) return std::unexpected(certificates.error());
    look_at(report, path, *certificates, rules);
  }
  std::fputs((words.has("--json") ? json_of(report) : text_of(report)).c_str(), stdout);
  return report.findings.empty() ? 0 : 1;
}

}  // namespace edge::cli
