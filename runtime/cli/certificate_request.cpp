// Reads names strictly: what a CA signs by mistake is believed by everybody.
#include "runtime/cli/certificate_request.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <iterator>

#include "runtime/base/options.h"
#include "runtime/cli/moments.h"
#include "runtime/tls/deny_list.h"
#include "runtime/tls/site.h"

namespace edge::cli {
namespace {

using Takes = Flag::Takes;

constexpr std::int64_t clock_skew = 3600;

struct NamedKey {
  std::string_view name;
  tls::KeyType type;
};
constexpr NamedKey keys[] = {{"p256", tls::KeyType::ec_p256},     {"p384", tls::KeyType::ec_p384},
                             {"rsa2048", tls::KeyType::rsa_2048}, {"rsa3072", tls::KeyType::rsa_3072},
                             {"rsa4096", tls::KeyType::rsa_4096}, {"ed25519", tls::KeyType::ed25519}};

std::unexpected<Error> wrong(const std::string& message) { return fail(ErrorKind::usage, message); }

bool is_graphic(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_address(const std::string& text) {
  unsigned char octets[sizeof(in6_addr)];
  return !text.contains('\0') &&
         (inet_pton(AF_INET, text.c_str(), octets) == 1 || inet_pton(AF_INET6, text.c_str(), octets) == 1);
}

bool is_host(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  const auto name = tls::normalise_host(text);
  // With a port, a dot at its end or as an address it would be another name than the one that is written.
  return name && name->size() == text.size() && !text.contains(':') && !is_address(std::string(text));
}

bool is_mailbox(std::string_view text) {
  const auto at = text.find('@');
  return is_graphic(text) && at != text.npos && at > 0 && text.find_first_of("@*", at + 1) == text.npos &&
         is_host(text.substr(at + 1));
}

bool is_uri(std::string_view text) {
  const auto colon = text.find(':');
  const auto is_scheme = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  };
  return is_graphic(text) && colon != text.npos && colon > 0 && colon + 1 < text.size() &&
         std::ranges::all_of(text.substr(0, colon), is_scheme);
}

Result<> add_name(tls::CertificateRequest& request, const std::string& san) {
  const auto colon = san.find(':');
  const std::string kind = san.substr(0, colon), value = colon == san.npos ? "" : san.substr(colon + 1);
  const auto add = [&](std::vector<std::string>& to, bool is_good, const char* what) -> Result<> {
    if (!is_good) return wrong("--san " + san + ": '" + value + "' is " + what);
    to.push_back(value);
    return {};
  };
  if (kind == "dns") return add(request.dns, is_host(value), "no host name (example.com, *.example.com)");
  if (kind == "ip") return add(request.ip, is_address(value), "no IP address (192.0.2.1, 2001:db8::1)");
  if (kind == "email") return add(request.email, is_mailbox(value), "no mail address (alice@example.com)");
  if (kind == "uri") return add(request.uri, is_uri(value), "no URI (https://example.com/device/7)");
  return wrong("--san takes dns:NAME, ip:ADDRESS, email:ADDRESS or uri:URI, not '" + san + "'");
}

Result<> add_names(tls::CertificateRequest& request, const CommandWords& words) {
  for (const std::string& san : words.all("--san"))
    if (auto added = add_name(request, san); !added) return added;
  const std::string* spiffe = words.find("--spiffe");
  if (spiffe == nullptr) return {};
  if (auto good = check_spiffe(*spiffe); !good) return good;
  if (!request.uri.empty())
    return wrong("--spiffe: a certificate with a SPIFFE ID has no other URI; leave --san uri: out");
  request.uri.push_back(*spiffe);
  return {};
}

Result<> set_subject(tls::CertificateRequest& request, const CommandWords& words,
                     const std::string& default_name) {
  request.subject.clear();
  const bool has_parts = words.has("--cn") || words.has("--org") || words.has("--unit");
  if (const std::string* subject = words.find("--subject")) {
    if (has_parts) return wrong("--subject is the whole name: leave --cn, --org and --unit out");
    auto read = read_subject(*subject);
    if (!read) return std::unexpected(std::move(read.error()));
    request.subject = std::move(*read);
    return {};
  }
  if (const std::string* org = words.find("--org")) request.subject.emplace_back("O", *org);
  if (const std::string* unit = words.find("--unit")) request.subject.emplace_back("OU", *unit);
  std::string name = words.value_or("--cn", default_name);
  constexpr std::size_t name_characters_max = 64;  // RFC 5280 appendix A.1, ub-common-name
  for (const auto* names : {&request.dns, &request.email, &request.ip, &request.uri})
    if (name.empty() && !names->empty() && names->front().size() <= name_characters_max)
      name = names->front();
  if (name.empty() && request.subject.empty())
    return wrong("say who it is for: --cn NAME, --subject or --san");
  if (!name.empty()) request.subject.emplace_back("CN", name);
  return {};
}

Result<tls::KeyType> key_of(const CommandWords& words) {
  const std::string name = words.value_or("--key", "p256");
  const auto found = std::ranges::find(keys, std::string_view(name), &NamedKey::name);
  if (found != std::end(keys)) return found->type;
  std::vector<std::string_view> names;
  for (const NamedKey& key : keys) names.push_back(key.name);
  return wrong("--key takes p256, p384, rsa2048, rsa3072, rsa4096 or ed25519, not '" + name + "'" +
               did_you_mean(name, names));
}

/// One attribute's end at `separator`; a backslash takes the next character as it is, or two hexadecimal
/// digits as an octet.
Result<std::string> take_part(std::string_view& text, char separator) {
  std::string part;
  while (!text.empty() && text.front() != separator) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '\\') {
      if (text.empty()) return wrong("--subject ends in a backslash");
      const auto octet = text.size() < 2 ? std::nullopt : tls::octets_of_hex(text.substr(0, 2));
      c = octet ? static_cast<char>(octet->front()) : text.front();
      text.remove_prefix(octet ? 2 : 1);
    } else if (c == '+' && separator == ',') {
      return wrong(
          "--subject: relative names of several attributes (+) are not made; write \\+ for the sign");
    }
    part.push_back(c);
  }
  if (!text.empty()) text.remove_prefix(1);
  return part;
}

}  // namespace

std::vector<Flag> request_flags() {
  return {{"--cn"},
          {"--org"},
          {"--unit"},
          {"--subject"},
          {"--san", Takes::values},
          {"--spiffe"},
          {"--key"},
          {"--days"},
          {"--crl-url", Takes::values}};
}

Result<tls::CertificateRequest> request_of(const CommandWords& words, const RequestDefaults& defaults,
                                           std::int64_t now) {
  std::int64_t seconds = defaults.seconds;
  tls::CertificateRequest request;
  if (auto added = add_names(request, words); !added) return std::unexpected(std::move(added.error()));
  if (auto set = set_subject(request, words, defaults.name); !set)
    return std::unexpected(std::move(set.error()));
  const auto key = key_of(words);
  if (!key) return std::unexpected(key.error());
  request.key = *key;
  if (const std::string* days = words.find("--days")) {
    const auto read = read_days(*days);
    if (!read) return wrong("--days: " + read.error().message);
    seconds = *read;
  }
  request.not_before = now - clock_skew;
  request.not_after = now + seconds;
  for (const std::string& url : words.all("--crl-url")) {
    if (!is_uri(url) || !(url.starts_with("http://") || url.starts_with("https://")))
      return wrong("--crl-url: '" + url + "' is no http or https URL");
    request.crl_urls.push_back(url);
  }
  return request;
}

Result<Subject> read_subject(std::string_view text) {
  // RFC 4514 writes the last relative name first; openssl's form is in DER's order.
  const bool is_slashed = text.starts_with('/');
  if (is_slashed) text.remove_prefix(1);
  Subject subject;
  while (!text.empty()) {
    auto part = take_part(text, is_slashed ? '/' : ',');
    if (!part) return std::unexpected(std::move(part.error()));
    part->erase(0, part->find_first_not_of(' '));
    const auto equals = part->find('=');
    const std::string type = part->substr(0, equals);
    if (equals == part->npos || type.empty() || equals + 1 == part->size())
      return wrong("--subject: '" + *part +
                   "' is no TYPE=VALUE; write CN=alice,O=Example or /O=Example/CN=alice");
    subject.emplace_back(type, part->substr(equals + 1));
  }
  if (subject.empty()) return wrong("--subject is empty; write CN=alice,O=Example or /O=Example/CN=alice");
  if (!is_slashed) std::ranges::reverse(subject);
  return subject;
}

Result<> check_spiffe(std::string_view id) {
  const auto bad = [&](const char* why) { return wrong("--spiffe '" + std::string(id) + "': " + why); };
  constexpr std::string_view scheme = "spiffe://";
  constexpr std::size_t bytes_max = 2048, domain_bytes_max = 255;
  if (!id.starts_with(scheme)) return bad("it begins with spiffe://");
  if (id.size() > bytes_max) return bad("it has more than 2048 bytes");
  std::string_view rest = id.substr(scheme.size());
  const std::string_view domain = rest.substr(0, rest.find('/'));
  const auto is_domain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  };
  if (domain.empty() || domain.size() > domain_bytes_max || !std::ranges::all_of(domain, is_domain))
    return bad("its trust domain has lower-case letters, digits, dots, dashes and underscores only");
  rest.remove_prefix(domain.size());
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view segment = rest.substr(0, rest.find('/'));
    const auto is_path = [&](char c) { return is_domain(c) || (c >= 'A' && c <= 'Z'); };
    if (segment.empty() || segment == "." || segment == ".." || !std::ranges::all_of(segment, is_path))
      return bad(
          "its path has segments of letters, digits, dots, dashes and underscores, none of them empty");
    rest.remove_prefix(segment.size());
  }
  return {};
}

}  // namespace edge::cli
