// Keeps a CA's folder. The index is written before what it speaks of, so that nothing is issued that could
// not be revoked.
#include "runtime/cli/authority_folder.h"

#include <fcntl.h>
#include <openssl/x509v3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <format>
#include <utility>

#include "runtime/cli/private_folder.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/credentials.h"
#include "runtime/tls/distinguished_name.h"

namespace edge::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char *certificate_file = "ca.pem", *key_file = "ca.key", *chain_file = "chain.pem",
                     *index_file = "index.txt", *number_file = "crlnumber", *list_file = "crl.pem",
                     *lock_file = ".lock";

bool exists(const std::string& path) {
  std::error_code none;
  return fs::exists(path, none);
}

/// The number that the next list gets, in hexadecimal as `openssl ca` keeps it.
Result<std::uint64_t> number_in(const std::string& path) {
  if (!exists(path)) return 1;
  const auto text = read_whole_file(path);
  if (!text) return std::unexpected(text.error());
  std::uint64_t number = 0;
  constexpr int hexadecimal = 16;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number, hexadecimal);
  const std::string_view rest(end, static_cast<std::size_t>(text->data() + text->size() - end));
  if (failed == std::errc{} && rest.find_first_not_of(" \r\n") == rest.npos) return number;
  return fail(ErrorKind::config, path + ": is no hexadecimal number of a list");
}

std::string hexadecimal_text(std::uint64_t number) {
  std::string text = std::format("{:X}", number);
  // openssl wants whole octets.
  if (text.size() % 2 != 0) text.insert(0, "0");
  return text + "\n";
}

}  // namespace

Result<> AuthorityFolder::create(const std::string& folder, const tls::Identity& ca,
                                 const std::vector<const x509_st*>& chain, std::int64_t crl_seconds,
                                 std::int64_t now, Overwrite overwrite) {
  for (const char* name : {certificate_file, key_file, index_file})
    if (auto absent = check_absent(folder + "/" + name, overwrite); !absent) return absent;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    return fail(ErrorKind::io, "the folder " + folder + " cannot be made: " + failed.message() +
                                   "; choose another with --dir");
  const auto path = [&](const char* name) { return folder + "/" + name; };
  if (auto done = replace_private_file(path(key_file), ca.key_pem()); !done) return done;
  if (auto done = replace_public_file(path(certificate_file), ca.certificate_pem()); !done) return done;
  fs::remove(path(chain_file), failed);
  if (!chain.empty())
    if (auto done = replace_public_file(path(chain_file), pem_of(chain)); !done) return done;
  if (auto done = replace_public_file(path(index_file), ""); !done) return done;
  if (auto done = replace_public_file(path(number_file), hexadecimal_text(1)); !done) return done;
  auto made = open(folder);
  if (!made) return std::unexpected(std::move(made.error()));
  if (auto list = made->write_crl(crl_seconds, now); !list) return std::unexpected(std::move(list.error()));
  return {};
}

Result<AuthorityFolder> AuthorityFolder::open(const std::string& folder) {
  AuthorityFolder opened;
  opened.folder_ = folder;
  if (!exists(opened.file(certificate_file)))
    return fail(ErrorKind::config, "there is no CA in " + folder + " (no " + certificate_file +
                                       "): make one with edge-run certs init --dir " + folder);
  opened.lock_ = ::open(opened.file(lock_file).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (opened.lock_ < 0 || flock(opened.lock_, LOCK_EX) != 0)
    return fail(ErrorKind::io, opened.file(lock_file) + ": " + std::strerror(errno));
  auto credentials = tls::load_credentials({.certificate = opened.file(certificate_file),
                                            .key = opened.file(key_file),
                                            .certificate_option = "the CA's certificate",
                                            .key_option = "the CA's key"});
  if (!credentials) return std::unexpected(std::move(credentials.error()));
  opened.ca_ = {.certificate = std::move(credentials->chain.front()), .key = std::move(credentials->key)};
  constexpr int by_basic_constraints = 1;
  if (X509_check_ca(opened.ca_.certificate.get()) != by_basic_constraints)
    return fail(ErrorKind::config,
                opened.file(certificate_file) + " is no CA's certificate (CA:TRUE is missing)");
  if (exists(opened.file(chain_file))) {
    const auto text = read_whole_file(opened.file(chain_file));
    if (!text) return std::unexpected(text.error());
    auto chain = tls::certificates_from_pem(*text, opened.file(chain_file));
    if (!chain) return std::unexpected(std::move(chain.error()));
    opened.chain_ = std::move(*chain);
  }
  const auto text =
      exists(opened.file(index_file)) ? read_whole_file(opened.file(index_file)) : std::string();
  if (!text) return std::unexpected(text.error());
  auto index = IssuedIndex::parse(*text, opened.file(index_file));
  if (!index) return std::unexpected(std::move(index.error()));
  opened.index_ = std::move(*index);
  return opened;
}

AuthorityFolder::~AuthorityFolder() {
  if (lock_ >= 0) close(lock_);
}

AuthorityFolder::AuthorityFolder(AuthorityFolder&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_(std::exchange(other.lock_, -1)),
      ca_(std::move(other.ca_)),
      chain_(std::move(other.chain_)),
      index_(std::move(other.index_)) {}

std::int64_t AuthorityFolder::not_after() const {
  return tls::seconds_of(X509_get0_notAfter(ca_.certificate.get())).value_or(0);
}

Result<> AuthorityFolder::write_index() const { return replace_public_file(file(index_file), index_.text()); }

Result<std::uint64_t> AuthorityFolder::write_crl(std::int64_t valid_seconds, std::int64_t now) const {
  const auto number = number_in(file(number_file));
  if (!number) return std::unexpected(number.error());
  tls::CrlRequest request{.this_update = now, .next_update = now + valid_seconds, .number = *number};
  for (const Issued& issued : index_.lines())
    if (issued.is_revoked)
      request.entries.push_back(
          {.serial = issued.serial, .date = issued.revoked_at, .reason = issued.reason});
  const auto list = tls::make_crl(ca_, request);
  if (!list) return std::unexpected(list.error());
  if (auto taken = replace_public_file(file(number_file), hexadecimal_text(*number + 1)); !taken)
    return std::unexpected(std::move(taken.error()));
  if (auto written = replace_public_file(file(list_file), tls::pem_of_crl(*list)); !written)
    return std::unexpected(std::move(written.error()));
  return *number;
}

std::string pem_of(const std::vector<const X509*>& certificates) {
  std::string text;
  for (const X509* one : certificates) {
    tls::X509Ptr shared{const_cast<X509*>(one)};
    X509_up_ref(shared.get());
    text += tls::Identity{.certificate = std::move(shared), .key = nullptr}.certificate_pem();
  }
  return text;
}

Issued issued_of(const X509* certificate) {
  return {.serial = tls::integer_octets(X509_get0_serialNumber(certificate)),
          .subject = tls::name_legacy(X509_get_subject_name(certificate)),
          .not_after = tls::seconds_of(X509_get0_notAfter(certificate)).value_or(0)};
}

}  // namespace edge::cli
