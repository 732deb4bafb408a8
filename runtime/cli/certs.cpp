// `edge-run certs`: makes and reads certificates without openssl's incantations.
#include "runtime/cli/certs.h"

#include <algorithm>
#include <ctime>
#include <iterator>

#include "runtime/base/options.h"
#include "runtime/cli/certificate_request.h"
#include "runtime/cli/commands.h"
#include "runtime/server/list_sources.h"
#include "runtime/tls/certs.h"

namespace edge::cli {
namespace {

using Takes = Flag::Takes;

struct Verb {
  std::string_view name;
  std::vector<Flag> flags;
  Result<int> (*run)(const CommandWords&, std::int64_t now);
};

std::vector<Flag> with(std::vector<Flag> flags, const std::vector<Flag>& more) {
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

std::vector<Verb> verbs() {
  const Flag dir{"--dir"}, force{"--force", Takes::nothing}, json{"--json", Takes::nothing},
      crl_days{"--crl-days"};
  const auto request = with(request_flags(), {dir, force});
  const std::vector<Flag> files{{"--out", Takes::value, "-o"}, {"--p12"}, {"--p12-password-file"}};
  return {{"init", with(request, {crl_days}), certs_init},
          {"ca", with(request, {crl_days, {"--into"}, {"--path-length"}}), certs_ca},
          {"server", with(request, files), certs_server},
          {"client", with(request, files), certs_client},
          {"revoke", {dir, {"--reason"}, crl_days}, certs_revoke},
          {"crl", {dir, {"--days"}}, certs_crl},
          {"inspect", {json}, certs_inspect},
          {"report", {json, {"--within"}, {"--ignore-usage", Takes::nothing}}, certs_report}};
}

}  // namespace

std::string authority_folder(const CommandWords& words) { return words.value_or("--dir", "pki"); }

Result<std::vector<tls::X509Ptr>> certificates_in(const std::string& file) {
  const auto bytes = server::read_file(file == "-" ? "/dev/stdin" : file);
  if (!bytes) return std::unexpected(bytes.error());
  constexpr std::uint8_t der_sequence = 0x30;
  if (bytes->empty() || bytes->front() != der_sequence)
    return tls::certificates_from_pem(std::string(as_text(*bytes)), file);
  auto certificate = tls::certificate_from_der(*bytes);
  if (!certificate) return fail(certificate.error().kind, file + ": " + certificate.error().message);
  std::vector<tls::X509Ptr> certificates;
  certificates.push_back(std::move(*certificate));
  return certificates;
}

Result<int> run_certs(Arguments arguments) {
  const auto all = verbs();
  std::vector<std::string_view> names;
  for (const Verb& verb : all) names.push_back(verb.name);
  if (arguments.empty())
    return fail(ErrorKind::usage, "certs: say init, ca, server, client, revoke, crl, inspect or report");
  const auto verb = std::ranges::find(all, std::string_view(arguments[0]), &Verb::name);
  if (verb == all.end())
    return fail(ErrorKind::usage, "certs: there is no " + arguments[0] + did_you_mean(arguments[0], names));
  const auto words = CommandWords::read("certs " + arguments[0], verb->flags, arguments.subspan(1));
  if (!words) return std::unexpected(words.error());
  return verb->run(*words, std::time(nullptr));
}

}  // namespace edge::cli
