// Reads a ClientHello within its bounds. Nothing here decides about trust: that is the resolver's, with the
// name that OpenSSL's callback hands over.
#include "runtime/tls/client_hello.h"

#include <openssl/evp.h>

#include <utility>

#include "runtime/tls/byte_reader.h"

namespace edge::tls {
namespace {

constexpr std::size_t header_bytes = 4;
constexpr std::size_t random_bytes = 32;
constexpr std::uint8_t host_name_type = 0;

std::string sha1_base64(BytesView bytes) {
  static EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  std::uint8_t digest[20];
  unsigned size = 0;
  if (!sha1 || EVP_Digest(bytes.data(), bytes.size(), digest, &size, sha1, nullptr) != 1) return {};
  return base64({digest, size});
}

}  // namespace

// https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2
ClientHelloFacts client_hello_facts(BytesView message) {
  ClientHelloFacts facts;
  if (message.size() < header_bytes) return facts;
  facts.length = std::to_string(message.size() - header_bytes);
  ByteReader hello(message.subspan(header_bytes));
  hello.take(2);  // legacy_version
  const BytesView random = hello.take(random_bytes);
  hello.vector(1);  // legacy_session_id
  const BytesView ciphers = hello.vector(2);
  hello.vector(1);  // legacy_compression_methods
  if (hello.failed()) return facts;
  facts.random = base64(random);
  facts.ciphers_sha1 = sha1_base64(ciphers);

  Bytes types;
  ByteReader extensions(hello.is_empty() ? BytesView{} : hello.vector(2));
  if (hello.failed()) return facts;
  while (!extensions.is_empty()) {
    const BytesView type = extensions.take(2);
    extensions.vector(2);
    if (extensions.failed()) return facts;
    types.insert(types.end(), type.begin(), type.end());
  }
  facts.extensions_sha1 = sha1_base64(types);
  for (std::size_t i = 0; i + 1 < types.size(); i += 2) std::swap(types[i], types[i + 1]);
  facts.extensions_sha1_le = sha1_base64(types);
  return facts;
}

std::optional<std::string> server_name(BytesView extension) {
  ByteReader outer(extension);
  ByteReader list(outer.vector(2));
  if (!outer.is_complete()) return std::nullopt;
  // RFC 6066 knows one type of name, and no list may hold two of a type.
  const auto type = list.number(1);
  const BytesView name = list.vector(2);
  if (!list.is_complete() || type != host_name_type || name.empty()) return std::nullopt;
  return std::string(as_text(name));
}

}  // namespace edge::tls
