// DER as a tree, damaged where the input says. Bytes that are changed at random never get past the outermost
// lengths: OpenSSL, which reads most of it, does not tell libFuzzer how far it came.
#pragma once

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"

namespace edge::fuzz {

struct Node {
  std::uint8_t tag = 0;
  Bytes content = {};               ///< of a node without children; before them, a BIT STRING's unused bits
  std::vector<Node> children = {};  ///< also of strings that hold DER, as extensions and keys do
};

/// All elements of `der`; nothing where it is not elements to its end.
inline std::optional<std::vector<Node>> elements_of(BytesView der) {
  constexpr std::uint8_t bit_string = 0x03, octet_string = 0x04, constructed = 0x20;
  std::vector<Node> nodes;
  while (!der.empty()) {
    if (der.size() < 2) return std::nullopt;
    std::size_t length = der[1], header = 2;
    if (length >= 0x80) {
      const std::size_t octets = length - 0x80;
      if (octets == 0 || octets > 3 || der.size() < 2 + octets) return std::nullopt;
      length = 0;
      for (std::size_t i = 0; i < octets; ++i) length = length << 8 | der[2 + i];
      if (length < 0x80 || length >> (8 * (octets - 1)) == 0)
        return std::nullopt;  // would be written shorter
      header += octets;
    }
    if (der.size() - header < length) return std::nullopt;
    Node& node = nodes.emplace_back(Node{.tag = der[0]});
    BytesView content = der.subspan(header, length);
    der = der.subspan(header + length);
    const bool is_bits = node.tag == bit_string && content.size() > 1 && content[0] == 0;
    if (is_bits || node.tag == octet_string || (node.tag & constructed) != 0) {
      auto inner = elements_of(is_bits ? content.subspan(1) : content);
      if (inner && !inner->empty()) {
        node.children = std::move(*inner);
        content = content.first(is_bits ? 1 : 0);
      }
    }
    node.content.assign(content.begin(), content.end());
  }
  return nodes;
}

inline Bytes der_of(const Node& node) {
  Bytes content = node.content;
  for (const Node& child : node.children) {
    const Bytes der = der_of(child);
    content.insert(content.end(), der.begin(), der.end());
  }
  Bytes der{node.tag};
  int octets = 0;
  if (content.size() >= 0x80) {
    for (octets = 1; content.size() >> (8 * octets) != 0;) ++octets;
    der.push_back(static_cast<std::uint8_t>(0x80 | octets));
  }
  for (int i = std::max(octets, 1) - 1; i >= 0; --i)
    der.push_back(static_cast<std::uint8_t>(content.size() >> (8 * i)));
  der.insert(der.end(), content.begin(), content.end());
  return der;
}

/// Where a node is: the list that holds it, and its place there.
using Place = std::pair<std::vector<Node>*, std::size_t>;
inline void collect(std::vector<Node>& nodes, std::vector<Place>& places) {
  for (std::size_t at = 0; at < nodes.size(); ++at) {
    places.emplace_back(&nodes, at);
    collect(nodes[at].children, places);
  }
}

enum class Change : std::uint8_t { content, tag, erase, repeat, octets, to_front };
constexpr std::uint8_t changes_count = 6;

/// One change below `root`: what happens to the node, with `text`.
inline void change(Node& root, std::size_t which, Change what, BytesView text) {
  constexpr std::size_t nodes_max = 4096;  // repeated again and again, few become all that there is room for
  std::vector<Place> places;
  collect(root.children, places);
  if (places.empty() || places.size() > nodes_max) return;
  const auto [list, index] = places[which % places.size()];
  const auto at = list->begin() + static_cast<std::ptrdiff_t>(index);
  switch (what) {
    case Change::content:
      *at = {.tag = at->tag, .content = Bytes(text.begin(), text.end())};
      break;
    case Change::tag:
      at->tag = text.empty() ? 0 : text[0];
      break;
    case Change::erase:
      list->erase(at);
      break;
    case Change::repeat:
      list->insert(at, Node(*at));
      break;
    case Change::octets:
      for (; text.size() >= 2 && !at->content.empty(); text = text.subspan(2))
        at->content[text[0] % at->content.size()] = text[1];
      break;
    case Change::to_front:
      std::swap(*at, list->front());
  }
}

/// `good`, which is one element, with the changes that `text` is: for each two bytes that choose a node, one
/// what happens to it, one how many bytes follow for it, and these.
inline Node damaged(BytesView good, BytesView text) {
  auto elements = elements_of(good);
  check(elements && elements->size() == 1);
  Node root = std::move(elements->front());
  check(der_of(root) == Bytes(good.begin(), good.end()));
  while (text.size() >= 4) {
    const std::size_t which = text[0] * 256U + text[1],
                      size = std::min<std::size_t>(text[3], text.size() - 4);
    change(root, which, static_cast<Change>(text[2] % changes_count), text.subspan(4, size));
    text = text.subspan(4 + size);
  }
  return root;
}

/// Keys, serial numbers and nonces are the same in each run from here on, so that an input that was found
/// stays one.
inline void make_keys_predictable() {
  static std::uint64_t state = 1;
  const auto fill = [](unsigned char* to, int size) {
    for (int i = 0; i < size; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
      to[i] = static_cast<unsigned char>(state >> 56);
    }
    return 1;
  };
  // The successor is a provider of its own, for what is one function here.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  static const RAND_METHOD method{nullptr, fill, nullptr, nullptr, fill, [] { return 1; }};
  check(RAND_set_rand_method(&method) == 1);
#pragma clang diagnostic pop
}

/// Signs what the first child of `root` is by ECDSA with SHA-256, as certificates, lists and OCSP's answers
/// are, where it still has its three parts.
inline void sign(Node& root, evp_pkey_st* key) {
  if (root.children.size() < 3) return;
  const Bytes part = der_of(root.children[0]);
  Bytes signature(1 + static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = signature.size() - 1;
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  check(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key) == 1 &&
        EVP_DigestSign(context, signature.data() + 1, &size, part.data(), part.size()) == 1);
  EVP_MD_CTX_free(context);
  signature.resize(1 + size);
  root.children[2] = {.tag = 0x03, .content = std::move(signature)};
}

}  // namespace edge::fuzz
