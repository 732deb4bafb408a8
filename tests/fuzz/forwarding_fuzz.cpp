// What an origin is told of clients whose certificates say anything: read as an origin would read it, by RFC
// 9651 and as Envoy does, it must be what the certificate says, and no more (T24, T25, T31).
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "runtime/http/forward_presets.h"
#include "runtime/http/forwarding.h"
#include "runtime/http/header_text.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/deny_list.h"

using namespace edge;
using namespace edge::http;

namespace {

using CertificatePtr = tls::X509Ptr;

/// A certificate with names of `from`; its signature is nobody's to look at here.
CertificatePtr certificate_with(BytesView from) {
  static const tls::Identity plain =
      tls::make_self_signed({.subject = {{"CN", "x"}}, .key = tls::KeyType::ed25519}).value();
  const tls::ErrorMark mark;
  CertificatePtr made = tls::certificate_from_der(plain.certificate_der()).value();
  const std::unique_ptr<X509_NAME, decltype([](X509_NAME* p) { X509_NAME_free(p); })> subject{
      X509_NAME_new()};
  const std::unique_ptr<GENERAL_NAMES, decltype([](GENERAL_NAMES* p) { GENERAL_NAMES_free(p); })> names{
      sk_GENERAL_NAME_new_null()};
  while (from.size() >= 2) {
    const std::size_t size = std::min<std::size_t>(from[1], from.size() - 2);
    const BytesView text = from.subspan(2, size);
    const int kind = from[0] & 3;
    from = from.subspan(2 + size);
    if (kind == 0) {
      X509_NAME_add_entry_by_NID(subject.get(), NID_commonName, V_ASN1_UTF8STRING, text.data(),
                                 static_cast<int>(text.size()), -1, 0);
      continue;
    }
    GENERAL_NAME* name = GENERAL_NAME_new();
    ASN1_IA5STRING* value = ASN1_IA5STRING_new();
    ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
    GENERAL_NAME_set0_value(name, kind == 1 ? GEN_URI : kind == 2 ? GEN_DNS : GEN_EMAIL, value);
    sk_GENERAL_NAME_push(names.get(), name);
  }
  X509_set_subject_name(made.get(), subject.get());
  if (sk_GENERAL_NAME_num(names.get()) > 0)
    X509_add1_ext_i2d(made.get(), NID_subject_alt_name, names.get(), 0, X509V3_ADD_REPLACE);
  unsigned char* der = nullptr;
  const int size = i2d_re_X509_tbs(made.get(), &der);
  OPENSSL_free(der);
  check(size > 0);
  auto read = tls::certificate_from_der(tls::certificate_to_der(made.get()));
  return read ? std::move(*read) : nullptr;
}

// --- structured fields ---

/// RFC 9651 section 4.2.7: takes a Byte Sequence.
std::optional<Bytes> take_bytes(std::string_view& text) {
  if (!text.starts_with(':')) return std::nullopt;
  const auto end = text.find(':', 1);
  if (end == text.npos) return std::nullopt;
  const std::string_view base64_text = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  auto octets = base64_decode(base64_text);
  // What is encoded again is the same: no blanks, no bits too many, padded.
  if (!octets || base64(*octets) != base64_text) return std::nullopt;
  return octets;
}

/// RFC 9651 section 4.2.5: takes a String.
std::optional<std::string> take_string(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return value;
    }
    if (text[at] == '\\' && (++at == text.size() || (text[at] != '"' && text[at] != '\\')))
      return std::nullopt;
    if (text[at] < 0x20 || text[at] > 0x7e) return std::nullopt;
    value += text[at];
  }
  return std::nullopt;
}

/// RFC 9651 section 4.2.1, of items without parameters.
template <class Take>
auto read_list(std::string_view text, Take take) {
  std::vector<typename std::invoke_result_t<Take, std::string_view&>::value_type> items;
  while (!text.empty()) {
    auto item = take(text);
    check(item.has_value());
    items.push_back(std::move(*item));
    if (text.empty()) break;
    check(text.starts_with(", ") && text.size() > 2);
    text.remove_prefix(2);
  }
  return items;
}

// --- XFCC ---

/// A "%" that begins no %XX stands for itself where `lenient`, as in a URI that is none.
enum class Percent : std::uint8_t { strict, lenient };
std::string percent_decoded(std::string_view text, Percent how = Percent::strict) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto octet = i + 2 < text.size() && text[i + 1] != ':' && text[i + 2] != ':'
                           ? tls::octets_of_hex(text.substr(i + 1, 2))
                           : std::nullopt;
    if (!octet && how == Percent::lenient) {
      out += '%';
      continue;
    }
    check(octet && octet->size() == 1);
    out += static_cast<char>(octet->front());
    i += 2;
  }
  return out;
}

/// Splits where `separator` is outside of double quotes, in which "\" takes the next character along.
std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == separator && !quoted) {
      parts.emplace_back();
      continue;
    }
    if (quoted && text[i] == '\\' && i + 1 < text.size())
      parts.back() += text[i++];
    else if (text[i] == '"')
      quoted = !quoted;
    parts.back() += text[i];
  }
  check(!quoted);
  return parts;
}

std::string unquoted(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  check(text.size() >= 2 && text.ends_with('"'));
  return std::string(text.substr(1, text.size() - 2));
}

void read_xfcc(std::string_view header, const tls::Peer& peer, const tls::CertificateDetails& details) {
  check(split(header, ',').size() == 1);
  std::vector<std::string> uris, dns;
  for (const std::string& element : split(header, ';')) {
    const auto equals = element.find('=');
    check(equals != element.npos);
    const std::string key = element.substr(0, equals), value = unquoted(element.substr(equals + 1));
    if (key == "URI") {
      uris.push_back(percent_decoded(value, Percent::lenient));
    } else if (key == "DNS") {
      dns.push_back(percent_decoded(value));
    } else if (key == "Cert") {
      check(percent_decoded(value) == pem_of({peer.client->leaf_der}));
    } else if (key == "Hash") {
      check(value == peer.client->auth.fingerprint_sha256);
    } else {
      check(key == "Subject" || key == "Chain");
      check(!value.contains('"'));
    }
  }
  std::vector<std::string> expected(details.san_uri.empty() ? 1 : 0);
  for (const std::string& uri : details.san_uri) expected.push_back(percent_decoded(uri, Percent::lenient));
  check(uris == expected);
  check(dns == details.san_dns);
}

HeaderList headers_of(Forwarding& forwarding, const tls::Peer& peer) {
  HeaderList headers;
  forwarding.apply(headers, peer, true);
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const std::string_view value = headers[i].value;
    check(!value.starts_with(' ') && !value.ends_with(' '));
    for (const char c : value) check(c >= 0x20 && c < 0x7f);
  }
  return headers;
}

HeaderList headers_for(ForwardPreset preset, const tls::Peer& peer) {
  static std::map<ForwardPreset, Forwarding> made;
  auto at = made.find(preset);
  if (at == made.end()) at = made.emplace(preset, Forwarding::make({.forward = preset}).value()).first;
  return headers_of(at->second, peer);
}

HeaderList own_headers(const tls::Peer& peer) {
  static Forwarding made = [] {
    SiteConfig site;
    site.forward_headers = {{.name = "X-Uri", .field = "cert.san.uri"},
                            {.name = "X-Dns", .field = "cert.san.dns"},
                            {.name = "X-Email", .field = "cert.san.email"}};
    return Forwarding::make(site).value();
  }();
  return headers_of(made, peer);
}

std::vector<std::string> safe(const std::vector<std::string>& values) {
  std::vector<std::string> made;
  for (const std::string& value : values) made.push_back(header_safe(value));
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const CertificatePtr leaf = certificate_with({data, size});
  if (leaf == nullptr) return 0;
  tls::Peer peer;
  peer.client.edit().auth = tls::client_auth_of(leaf.get(), {leaf.get()}, {.code = 0, .issuer = leaf.get()});
  peer.client.edit().leaf_der = tls::certificate_to_der(leaf.get());
  for (std::size_t i = 0; i < size % 3; ++i) peer.client.edit().issuers_der.push_back(peer.client->leaf_der);
  const auto details = tls::certificate_details(peer.client->leaf_der);
  if (!details) return 0;  // such a certificate verifies nowhere (T30)

  for (const ForwardPreset preset : {ForwardPreset::cloudflare, ForwardPreset::managed_transform,
                                     ForwardPreset::nginx, ForwardPreset::aws})
    (void)headers_for(preset, peer);
  const HeaderList xfcc = headers_for(ForwardPreset::xfcc, peer);
  read_xfcc(xfcc.find("X-Forwarded-Client-Cert").value(), peer, *details);

  const HeaderList rfc9440 = headers_for(ForwardPreset::rfc9440, peer);
  if (const auto header = rfc9440.find("Client-Cert")) {
    check(read_list(*header, take_bytes) == std::vector<Bytes>{peer.client->leaf_der});
    if (const auto chain = rfc9440.find("Client-Cert-Chain"))
      check(read_list(*chain, take_bytes) == peer.client->issuers_der);
    else
      check(peer.client->issuers_der.empty() || rfc9440.find(too_large_header) == "chain");
  } else {
    check(rfc9440.find(too_large_header) == "leaf");
  }
  const HeaderList own = own_headers(peer);
  const auto is_told = [&](const char* name, const std::vector<std::string>& values) {
    return read_list(own.find(name).value_or(""), take_string) == safe(values);
  };
  check(is_told("X-Uri", details->san_uri));
  check(is_told("X-Dns", details->san_dns));
  check(is_told("X-Email", details->san_email));
  return 0;
}
