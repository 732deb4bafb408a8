// Verifies and looks up as a handshake does, and notes what happens on the way.
#include "runtime/cli/explain_steps.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "runtime/cli/moments.h"
#include "runtime/server/list_memory.h"
#include "runtime/server/list_sources.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/distinguished_name.h"
#include "runtime/tls/known_clients.h"
#include "runtime/tls/verify.h"

namespace edge::cli {
namespace {

/// What to do about an error of OpenSSL's; "" where its words say it all.
std::string remedy_of(int code, const ChainStep& step) {
  switch (code) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
      return "no certificate of '" + step.issuer +
             "' was sent or is in client_ca: let the client send its intermediates, or add the CA";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      return "client_ca has this intermediate and not its root '" + step.issuer +
             "': add the root, or say --anchors any";
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "nothing could be built upon it";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "it vouches for itself, and is not in client_ca";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "the client sent this root, which is not in client_ca";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "since " + date_text(step.not_after);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "until " + date_text(step.not_before);
    case X509_V_ERR_INVALID_PURPOSE:
      return step.from == ChainStep::From::leaf
                 ? "its keyUsage needs digitalSignature, its extendedKeyUsage clientAuth, where it has them"
                 : "the CA's extendedKeyUsage or keyUsage does not allow it to issue for clients";
    case X509_V_ERR_INVALID_CA:
      return "basicConstraints CA:TRUE or keyUsage keyCertSign is missing";
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
      return "a pathLenConstraint above allows fewer CAs below it";
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return "--chain-depth allows fewer intermediates";
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
      return "a name of it is not among those that nameConstraints of a CA above allow";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
      return "--security-level 2 asks for RSA of 2048 bits and curves of 224, 3 for 3072 and 256";
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return "it is signed over SHA-1 or MD5: have it issued anew";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "the key of '" + step.issuer +
             "' did not sign it: another CA has the same name, or it was changed";
    case X509_V_ERR_NO_EXPLICIT_POLICY:
      return "the whole chain must assert a policy of --certificate-policy, or one where a CA of it asks for "
             "that";
    default:
      return "";
  }
}

std::string problem_text(int code, const ChainStep& step) {
  const std::string remedy = remedy_of(code, step);
  return X509_verify_cert_error_string(code) + (remedy.empty() ? "" : ": " + remedy);
}

std::vector<std::string> key_usage_of(X509* certificate) {
  static constexpr std::pair<std::uint32_t, const char*> bits[] = {{KU_DIGITAL_SIGNATURE, "digitalSignature"},
                                                                   {KU_NON_REPUDIATION, "nonRepudiation"},
                                                                   {KU_KEY_ENCIPHERMENT, "keyEncipherment"},
                                                                   {KU_DATA_ENCIPHERMENT, "dataEncipherment"},
                                                                   {KU_KEY_AGREEMENT, "keyAgreement"},
                                                                   {KU_KEY_CERT_SIGN, "keyCertSign"},
                                                                   {KU_CRL_SIGN, "cRLSign"}};
  std::vector<std::string> names;
  const std::uint32_t usage = X509_get_key_usage(certificate);
  if (usage == UINT32_MAX) return names;
  for (const auto& [bit, name] : bits)
    if ((usage & bit) != 0) names.emplace_back(name);
  return names;
}

ChainStep step_of(X509* certificate) {
  ChainStep step;
  step.subject = tls::name_rfc2253(X509_get_subject_name(certificate));
  step.issuer = tls::name_rfc2253(X509_get_issuer_name(certificate));
  step.serial = hex_upper(tls::integer_octets(X509_get0_serialNumber(certificate)));
  step.sha256 = hex_lower(tls::sha256(tls::certificate_to_der(certificate)));
  step.not_before = tls::seconds_of(X509_get0_notBefore(certificate)).value_or(0);
  step.not_after = tls::seconds_of(X509_get0_notAfter(certificate)).value_or(0);
  step.is_authority = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
  step.key_usage = key_usage_of(certificate);
  // Whose names must not be read has no details; verification says what is wrong with it.
  if (const auto details = tls::certificate_details(tls::certificate_to_der(certificate)))
    step.extended_key_usage = details->extended_key_usage;
  return step;
}

bool contains(const std::vector<tls::X509Ptr>& all, const X509* one) {
  return std::ranges::any_of(all, [&](const tls::X509Ptr& other) { return X509_cmp(other.get(), one) == 0; });
}

void add(std::vector<std::string>& texts, std::string text) {
  if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
}

/// The chain as verification built it, with what it minds.
void tell_chain(Explanation& told, const tls::ChainVerdict& found, const std::vector<tls::X509Ptr>& sent) {
  for (const tls::X509Ptr& certificate : found.chain) {
    ChainStep step = step_of(certificate.get());
    if (!told.chain.empty())
      step.from = contains(sent, certificate.get()) ? ChainStep::From::sent : ChainStep::From::anchor;
    told.chain.push_back(std::move(step));
  }
  if (told.chain.empty()) told.chain.push_back(step_of(sent.front().get()));
  for (const tls::ChainProblem& problem : found.problems) {
    ChainStep& step = told.chain[std::clamp<std::size_t>(problem.depth, 0, told.chain.size() - 1)];
    add(step.problems, problem_text(problem.code, step));
  }
  if (found.problems.empty() && found.code != X509_V_OK) {
    const auto names = tls::check_names(sent.front().get());
    told.chain.front().problems.push_back(
        names
            ? "it is refused by a rule of this server: an RSA key has at most 8192 bits, a serial number 20 "
              "octets"
            : names.error().message);
  }
  for (std::size_t i = 1; i < sent.size(); ++i)
    if (!contains(found.chain, sent[i].get()))
      told.unused.push_back(tls::name_rfc2253(X509_get_subject_name(sent[i].get())));
}

/// The index that workers would map.
Result<std::shared_ptr<const tls::Revocations>> index_of(std::vector<tls::Crl> lists, std::int64_t now) {
  std::string folder = (std::filesystem::temp_directory_path() / "edge-run-explain-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr)
    return fail(ErrorKind::io, folder + " cannot be made; TMPDIR names the folder to make it in");
  tls::merge_deltas(lists);
  const std::string file = folder + "/index";
  auto written = tls::Revocations::write(file, 1, lists, now);
  auto index = written ? tls::Revocations::open(file)
                       : Result<std::shared_ptr<const tls::Revocations>>(std::unexpected(written.error()));
  std::error_code none;
  std::filesystem::remove_all(folder, none);
  return index;
}

/// What this site's server would look certificates up in.
Result<std::shared_ptr<const tls::Revocations>> revocations_of(const tls::Site& site, const Config& config,
                                                               std::int64_t now) {
  auto lists = server::read_lists(site, config.state_dir, now);
  if (!lists) return std::unexpected(std::move(lists.error()));
  if (!config.file.empty()) {
    const auto memory = server::ListMemory::read(config.state_dir);
    if (!memory) return std::unexpected(memory.error());
    if (auto newer = memory->check(*lists); !newer) return std::unexpected(std::move(newer.error()));
  }
  auto index = index_of(std::move(*lists), now);
  if (!index) return index;
  auto denied = tls::DenyList::read(config.state_dir + "/denied");
  if (!denied) return std::unexpected(std::move(denied.error()));
  auto answers = tls::OcspAnswers::read(config.state_dir + "/ocsp-answers");
  if (!answers) return std::unexpected(std::move(answers.error()));
  return (*index)->with(std::make_shared<const tls::DenyList>(std::move(*denied)),
                        std::make_shared<const tls::OcspAnswers>(std::move(*answers)), 1);
}

/// How many octets the client's Certificate message has (RFC 8446 section 4.4.2), which chain_bytes limits.
std::size_t message_bytes(const std::vector<tls::X509Ptr>& sent) {
  constexpr std::size_t head = 4, per_certificate = 5;
  std::size_t bytes = head;
  for (const tls::X509Ptr& one : sent) bytes += tls::certificate_to_der(one.get()).size() + per_certificate;
  return bytes;
}

}  // namespace

Result<std::shared_ptr<const tls::Sites>> trust_of(const Config& config) {
  if (auto hosts = tls::check_hosts(config.sites); !hosts) return std::unexpected(std::move(hosts.error()));
  std::vector<std::shared_ptr<const tls::Site>> sites;
  for (const SiteConfig& one : config.sites) {
    auto site = tls::Site::load_trust(one, config.limits);
    if (!site) return std::unexpected(std::move(site.error()));
    sites.push_back(std::move(*site));
  }
  return std::make_shared<const tls::Sites>(std::move(sites));
}

Result<Explanation> explain(const tls::Site& site, const Config& config,
                            const std::vector<tls::X509Ptr>& chain, std::int64_t now) {
  Explanation told{.site = site.config().name, .mode = site.config().client_auth, .at = now};
  auto index = revocations_of(site, config, now);
  if (!index) return std::unexpected(std::move(index.error()));

  std::vector<x509_st*> sent;
  for (const tls::X509Ptr& one : chain) sent.push_back(one.get());
  const auto known = tls::KnownClients(1).verify(site, sent, now);
  const tls::Verdict verdict = tls::verdict_of(site, *known, **index, now);
  told.peer = tls::make_peer({}, known->client, verdict);
  if (told.mode == ClientAuthMode::required) told.refusal = tls::refusal_of(*known, verdict);
  const std::size_t bytes_max =
      site.config().chain_bytes != 0 ? site.config().chain_bytes : config.limits.chain_bytes;
  if (message_bytes(chain) > bytes_max)
    told.refusal = "the client sends more than " + std::to_string(bytes_max) +
                   " bytes of certificates; --chain-bytes allows more";

  const auto built = tls::verify_client_chain(site.anchors(), sent.front(), {sent.begin() + 1, sent.end()},
                                              site.chain_depth_max(), now);
  tell_chain(told, built, chain);
  if (built.code != X509_V_OK) return told;
  for (std::size_t i = 0; i < known->client->keys.size() && i < told.chain.size(); ++i) {
    told.chain[i].is_looked_up = true;
    told.chain[i].verdict = (*index)->judge({&known->client->keys[i], 1}, site.list_policy(), now);
  }
  return told;
}

}  // namespace edge::cli
