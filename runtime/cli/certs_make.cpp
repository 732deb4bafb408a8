// Makes CAs, and certificates of servers and clients.
#include <openssl/x509.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "runtime/cli/authority_folder.h"
#include "runtime/cli/certificate_request.h"
#include "runtime/cli/certs.h"
#include "runtime/cli/moments.h"
#include "runtime/cli/private_folder.h"
#include "runtime/tls/distinguished_name.h"
#include "runtime/tls/pkcs12.h"

namespace edge::cli {
namespace {

constexpr std::int64_t root_seconds = 3650 * day_seconds, authority_seconds = 1825 * day_seconds,
                       leaf_seconds = 365 * day_seconds, list_seconds = 30 * day_seconds;

Overwrite overwrite_of(const CommandWords& words) {
  return words.has("--force") ? Overwrite::allowed : Overwrite::refused;
}

Result<std::int64_t> list_validity(const CommandWords& words) {
  const std::string* days = words.find("--crl-days");
  if (days == nullptr) return list_seconds;
  const auto read = read_days(*days);
  if (!read) return words.wrong("--crl-days: " + read.error().message);
  return *read;
}

Result<> no_more_words(const CommandWords& words) {
  if (words.rest().empty()) return {};
  return words.wrong("'" + words.rest().front() + "' is no option; names are given with --cn or --san");
}

std::string subject_of(const tls::Identity& identity) {
  return tls::name_rfc2253(X509_get_subject_name(identity.certificate.get()));
}

/// A certificate that outlives its CA stops working before its date, when nobody expects it.
Result<> check_end(const CommandWords& words, const AuthorityFolder& authority,
                   const tls::CertificateRequest& request, std::int64_t now) {
  if (request.not_after <= authority.not_after()) return {};
  const std::int64_t days = (authority.not_after() - now) / day_seconds;
  if (days <= 0)
    return fail(ErrorKind::config, "the CA in " + authority_folder(words) + " expires on " +
                                       date_text(authority.not_after()) + ": make a new one with certs init");
  return words.wrong("it would outlive its CA, which ends on " + date_text(authority.not_after()) +
                     ": --days takes at most " + std::to_string(days));
}

/// The chain that clients of `authority` send, and their certificate's CA among it.
std::vector<const x509_st*> chain_of(const AuthorityFolder& authority) {
  std::vector<const x509_st*> chain;
  for (const tls::X509Ptr& one : authority.chain()) chain.push_back(one.get());
  return chain;
}

// --- files ---

/// "Alice B" is "Alice-B": what cannot surprise a shell or a path.
std::string file_name(const std::string& name) {
  std::string made;
  for (const char c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '.' || c == '-' || c == '_' || c == '@';
    made.push_back(is_plain ? c : '-');
  }
  made.erase(0, made.find_first_not_of(".-"));
  return made.empty() ? "certificate" : made;
}

struct Files {
  std::string certificate, key, p12;
  std::string password;
};

/// The first line of a file.
Result<std::string> password_in(const std::string& path) {
  auto text = read_whole_file(path);
  if (!text) return text;
  text->resize(std::min(text->find_first_of("\r\n"), text->size()));
  if (text->empty())
    return fail(ErrorKind::config,
                path +
                    " has no password in its first line; make one with: openssl rand -base64 "
                    "18 >" +
                    path);
  return text;
}

Result<Files> files_of(const CommandWords& words, const AuthorityFolder& authority,
                       const tls::CertificateRequest& request) {
  const auto name = std::ranges::find(request.subject, "CN", &std::pair<std::string, std::string>::first);
  std::string base = authority.file(file_name(name == request.subject.end() ? "" : name->second));
  // Those of the CA itself are not for --force to replace either.
  for (const char* taken : {"ca", "chain", "crl"})
    if (base == authority.file(taken)) base += "-certificate";
  base = words.value_or("--out", base);
  if (base.ends_with(".pem")) base.resize(base.size() - 4);
  Files files{
      .certificate = base + ".pem", .key = base + ".key", .p12 = words.value_or("--p12", ""), .password = {}};
  if (files.key == authority.file("ca.key") || files.certificate == authority.file("chain.pem") ||
      files.certificate == authority.file("crl.pem"))
    return words.wrong("--out " + base + " would overwrite the CA's own files");
  if (words.has("--p12") != words.has("--p12-password-file"))
    return words.wrong("--p12 FILE and --p12-password-file FILE belong together");
  for (const std::string* file : {&files.certificate, &files.key, &files.p12})
    if (!file->empty())
      if (auto absent = check_absent(*file, overwrite_of(words)); !absent)
        return std::unexpected(std::move(absent.error()));
  if (files.p12.empty()) return files;
  auto password = password_in(*words.find("--p12-password-file"));
  if (!password) return std::unexpected(std::move(password.error()));
  files.password = std::move(*password);
  return files;
}

Result<> write_files(const Files& files, const tls::Identity& made, const AuthorityFolder& authority) {
  if (auto written = replace_private_file(files.key, made.key_pem()); !written) return written;
  const auto chain = chain_of(authority);
  if (auto written = replace_public_file(files.certificate, made.certificate_pem() + pem_of(chain)); !written)
    return written;
  if (files.p12.empty()) return {};
  std::vector<const x509_st*> all = chain;
  if (all.empty()) all.push_back(authority.ca().certificate.get());
  const auto p12 =
      tls::make_pkcs12(made, {.name = subject_of(made), .password = files.password, .chain = std::move(all)});
  if (!p12) return std::unexpected(p12.error());
  return replace_private_file(files.p12, as_text(*p12));
}

Result<int> make_leaf(const CommandWords& words, tls::CertificateRequest request, std::int64_t now) {
  auto authority = AuthorityFolder::open(authority_folder(words));
  if (!authority) return std::unexpected(std::move(authority.error()));
  if (auto lasts = check_end(words, *authority, request, now); !lasts) return std::unexpected(lasts.error());
  const auto files = files_of(words, *authority, request);
  if (!files) return std::unexpected(files.error());
  const auto made = tls::issue(authority->ca(), request);
  if (!made) return std::unexpected(made.error());
  authority->index().add(issued_of(made->certificate.get()));
  if (auto noted = authority->write_index(); !noted) return std::unexpected(noted.error());
  if (auto written = write_files(*files, *made, *authority); !written)
    return std::unexpected(written.error());
  std::printf("%s: %s, until %s\n%s: its key, for its owner alone\n", files->certificate.c_str(),
              subject_of(*made).c_str(), date_text(request.not_after).c_str(), files->key.c_str());
  if (!files->p12.empty()) std::printf("%s: both, for a browser, with the password\n", files->p12.c_str());
  return 0;
}

void print_authority(const std::string& folder, const tls::Identity& ca, std::int64_t not_after,
                     const char* option) {
  std::printf(
      "%s/ca.pem: %s, until %s; for %s\n%s/ca.key: its key: who has it can make certificates\n"
      "%s/crl.pem: its revocation list, still empty; for --client-crl\n",
      folder.c_str(), subject_of(ca).c_str(), date_text(not_after).c_str(), option, folder.c_str(),
      folder.c_str());
}

Result<tls::CertificateRequest> authority_request(const CommandWords& words, const std::string& name,
                                                  std::int64_t seconds, std::int64_t now) {
  if (auto none = no_more_words(words); !none) return std::unexpected(none.error());
  if (words.has("--san") || words.has("--spiffe")) return words.wrong("a CA has no --san: give it --cn NAME");
  auto request = request_of(words, {.name = name, .seconds = seconds}, now);
  if (!request) return request;
  request->ca = true;
  return request;
}

}  // namespace

Result<int> certs_init(const CommandWords& words, std::int64_t now) {
  const std::string folder = authority_folder(words);
  const auto request = authority_request(words, "edge-run CA", root_seconds, now);
  if (!request) return std::unexpected(request.error());
  const auto valid = list_validity(words);
  if (!valid) return std::unexpected(valid.error());
  const auto ca = tls::make_self_signed(*request);
  if (!ca) return std::unexpected(ca.error());
  if (auto made = AuthorityFolder::create(folder, *ca, {}, *valid, now, overwrite_of(words)); !made)
    return std::unexpected(made.error());
  print_authority(folder, *ca, request->not_after, "--client-ca");
  return 0;
}

Result<int> certs_ca(const CommandWords& words, std::int64_t now) {
  const std::string* into = words.find("--into");
  if (into == nullptr) return words.wrong("name the new CA's folder: --into FOLDER");
  auto request = authority_request(words, "", authority_seconds, now);
  if (!request) return std::unexpected(request.error());
  const std::string length = words.value_or("--path-length", "0");
  if (length.size() != 1 || length < "0" || length > "9")
    return words.wrong("--path-length takes how many CAs may be below it, 0 to 9, not '" + length + "'");
  request->path_length = length[0] - '0';
  const auto valid = list_validity(words);
  if (!valid) return std::unexpected(valid.error());
  auto authority = AuthorityFolder::open(authority_folder(words));
  if (!authority) return std::unexpected(std::move(authority.error()));
  if (auto lasts = check_end(words, *authority, *request, now); !lasts) return std::unexpected(lasts.error());
  if (auto absent = check_absent(*into + "/ca.pem", overwrite_of(words)); !absent)
    return std::unexpected(absent.error());
  const auto made = tls::issue(authority->ca(), *request);
  if (!made) return std::unexpected(made.error());
  authority->index().add(issued_of(made->certificate.get()));
  if (auto noted = authority->write_index(); !noted) return std::unexpected(noted.error());
  std::vector<const x509_st*> chain = chain_of(*authority);
  chain.insert(chain.begin(), made->certificate.get());
  if (auto created = AuthorityFolder::create(*into, *made, chain, *valid, now, overwrite_of(words)); !created)
    return std::unexpected(created.error());
  print_authority(*into, *made, request->not_after, "--crl-issuer");
  std::printf("--client-ca stays %s/ca.pem, the root; what this CA issues has its certificate with it\n",
              authority_folder(words).c_str());
  return 0;
}

Result<int> certs_server(const CommandWords& words, std::int64_t now) {
  if (auto none = no_more_words(words); !none) return std::unexpected(none.error());
  auto request = request_of(words, {.name = "", .seconds = leaf_seconds}, now);
  if (!request) return std::unexpected(request.error());
  if (request->dns.empty() && request->ip.empty())
    return words.wrong("name its hosts, which clients compare: --san dns:example.com or --san ip:192.0.2.1");
  request->extended_key_usage = {"serverAuth"};
  return make_leaf(words, std::move(*request), now);
}

Result<int> certs_client(const CommandWords& words, std::int64_t now) {
  if (auto none = no_more_words(words); !none) return std::unexpected(none.error());
  auto request = request_of(words, {.name = "", .seconds = leaf_seconds}, now);
  if (!request) return std::unexpected(request.error());
  request->extended_key_usage = {"clientAuth"};
  return make_leaf(words, std::move(*request), now);
}

}  // namespace edge::cli
