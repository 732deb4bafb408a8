// `edge-run deny`: edits the deny-list, which running servers of the same state folder take in at once.
#include <fcntl.h>
#include <openssl/x509.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <map>

#include "runtime/base/options.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/private_folder.h"
#include "runtime/server/list_sources.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/deny_list.h"

namespace edge::cli {
namespace {

using tls::Denial;
using tls::DenyList;
using Flags = std::map<std::string, std::string, std::less<>>;

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorKind::usage, "deny: " + std::move(message));
}

Result<Flags> flags_of(Arguments arguments) {
  static constexpr std::string_view known[] = {"--cert", "--by",   "--sha256",    "--spki",  "--serial",
                                               "--ca",   "--note", "--state-dir", "--config"};
  Flags flags;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i], value;
    if (const auto equals = name.find('='); equals != name.npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    }
    if (std::ranges::find(known, name) == std::end(known))
      return wrong("there is no option " + name + did_you_mean(name, known));
    if (value.empty() || value.contains('\n')) return wrong(name + " needs a value, in one line");
    flags[name] = value;
  }
  return flags;
}

const std::string* find(const Flags& flags, std::string_view name) {
  const auto found = flags.find(name);
  return found == flags.end() ? nullptr : &found->second;
}

Result<tls::X509Ptr> certificate_of(const std::string& file) {
  auto text = read_whole_file(file);
  if (!text) return std::unexpected(std::move(text.error()));
  auto certificates = tls::certificates_from_pem(*text, file);
  if (!certificates) return std::unexpected(std::move(certificates.error()));
  return std::move(certificates->front());
}

Denial denial_of(const x509_st* certificate, Denial::By by) {
  Denial denial{.by = by, .value = {}, .note = {}};
  const auto digest = by == Denial::By::spki ? tls::sha256(tls::public_key_der(certificate))
                                             : tls::sha256(tls::certificate_to_der(certificate));
  denial.value.assign(digest.begin(), digest.end());
  if (by != Denial::By::serial) return denial;
  denial.value = tls::integer_octets(X509_get0_serialNumber(certificate));
  denial.issuer = tls::name_id_of(X509_get_issuer_name(certificate));
  return denial;
}

Result<Denial> denial_of_certificate(const Flags& flags, const std::string& file) {
  auto by = Denial::By::sha256;
  if (const std::string* word = find(flags, "--by"); word != nullptr && *word != "sha256") {
    if (*word != "spki" && *word != "serial") return wrong("--by is one of sha256, spki, serial");
    by = *word == "spki" ? Denial::By::spki : Denial::By::serial;
  }
  auto certificate = certificate_of(file);
  if (!certificate) return std::unexpected(std::move(certificate.error()));
  return denial_of(certificate->get(), by);
}

Result<Denial> denial_of_serial(const Flags& flags, Bytes serial) {
  const std::string* ca = find(flags, "--ca");
  if (ca == nullptr) return wrong("--serial needs --ca FILE: serials of two CAs may be the same");
  auto certificate = certificate_of(*ca);
  if (!certificate) return std::unexpected(std::move(certificate.error()));
  return Denial{.by = Denial::By::serial,
                .value = std::move(serial),
                .issuer = tls::name_id_of(X509_get_subject_name(certificate->get())),
                .note = {}};
}

/// Who is meant.
Result<Denial> denial_of(const Flags& flags) {
  if (const std::string* file = find(flags, "--cert")) return denial_of_certificate(flags, *file);
  constexpr std::size_t digest_size = 32;
  static constexpr std::pair<const char*, Denial::By> kinds[] = {
      {"--sha256", Denial::By::sha256}, {"--spki", Denial::By::spki}, {"--serial", Denial::By::serial}};
  for (const auto& [name, by] : kinds) {
    const std::string* hex = find(flags, name);
    if (hex == nullptr) continue;
    auto octets = tls::octets_of_hex(*hex);
    if (!octets || octets->empty()) return wrong(std::string(name) + " is no hexadecimal number");
    if (by == Denial::By::serial) return denial_of_serial(flags, std::move(*octets));
    if (octets->size() != digest_size) return wrong(std::string(name) + " takes 64 hexadecimal digits");
    return Denial{.by = by, .value = std::move(*octets), .note = {}};
  }
  return wrong("say whom: --cert FILE, --sha256 HEX, --spki HEX, or --serial HEX --ca FILE");
}

Result<std::string> state_folder(const Flags& flags) {
  if (const std::string* folder = find(flags, "--state-dir")) return *folder;
  constexpr const char* default_file = "edge-run.toml";
  const std::string* file = find(flags, "--config");
  if (file == nullptr && !std::filesystem::exists(default_file)) return std::string(".edge-run");
  const std::vector<std::string> arguments{"--config", file == nullptr ? default_file : *file};
  return read_config(arguments).transform([](const Config& config) { return config.state_dir; });
}

/// Two commands at once write one after the other.
class Lock {
 public:
  explicit Lock(const std::string& folder)
      : fd_(open((folder + "/denied.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (fd_ >= 0) flock(fd_, LOCK_EX);
  }
  ~Lock() {
    if (fd_ >= 0) close(fd_);
  }
  Lock(const Lock&) = delete;

 private:
  int fd_;
};

Result<int> change(const std::string& verb, const Flags& flags, const std::string& folder) {
  auto denial = denial_of(flags);
  if (!denial) return std::unexpected(std::move(denial.error()));
  denial->since = std::time(nullptr);
  if (const std::string* note = find(flags, "--note")) denial->note = *note;
  if (auto made = make_private_folder(folder); !made) return std::unexpected(std::move(made.error()));
  const Lock lock(folder);
  const std::string path = folder + "/denied";
  auto list = DenyList::read(path);
  if (!list) return std::unexpected(std::move(list.error()));
  if (verb == "add")
    list->add(*denial);
  else if (!list->remove(*denial))
    return fail(ErrorKind::io, "the deny-list has no such denial: " + denial->text());
  if (auto written = server::replace_file(path, as_bytes(list->text())); !written)
    return std::unexpected(std::move(written.error()));
  std::printf("%s: %s\n", verb == "add" ? "denied" : "no longer denied", denial->text().c_str());
  return 0;
}

}  // namespace

Result<int> run_deny(Arguments arguments) {
  if (arguments.empty()) return wrong("say add, remove or list");
  const std::string& verb = arguments[0];
  static constexpr std::string_view verbs[] = {"add", "remove", "list"};
  if (std::ranges::find(verbs, verb) == std::end(verbs))
    return wrong("there is no " + verb + did_you_mean(verb, verbs));
  const auto flags = flags_of(arguments.subspan(1));
  if (!flags) return std::unexpected(flags.error());
  const auto folder = state_folder(*flags);
  if (!folder) return std::unexpected(folder.error());
  if (verb != "list") return change(verb, *flags, *folder);
  const auto list = DenyList::read(*folder + "/denied");
  if (!list) return std::unexpected(list.error());
  std::fputs(list->text().c_str(), stdout);
  return 0;
}

}  // namespace edge::cli
