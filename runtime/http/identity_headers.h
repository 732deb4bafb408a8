// Headers that tell an origin who the client is: removed from what clients send. http/forwarding adds ours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/http/header_list.h"

namespace edge::http {

/// The one spelling of all that a backend may take for the same name: lower case, "-" for every character but
/// letters and digits, no blanks around it (T20).
std::string folded_name(std::string_view header_name);

/// Names of headers, and with each of them every spelling that folds to the same.
class FoldedNames {
 public:
  void add(std::string_view name);
  [[nodiscard]] bool contain(std::string_view header_name) const;

 private:
  std::vector<std::string> names_;
  std::uint64_t sizes_ = 0;  ///< bit n: one has n characters; the last bit stands for all that are longer
};

/// The names that the operator gave to headers of his own, of all sites.
FoldedNames configured_claims(const Config& config);

/// True for every header that could be taken for a statement of ours about the client, in any spelling that a
/// backend may fold into it (T20): those of every preset, whether or not it is in use, and what other proxies
/// use (the list is in identity_headers.cpp), and those of `configured`.
[[nodiscard]] bool claims_identity(std::string_view header_name, const FoldedNames& configured = {});

/// Removes hop-by-hop headers (those that Connection nominates too, T21) and every header that claims an
/// identity.
void strip_request_headers(HeaderList& headers, const FoldedNames& configured = {});

}  // namespace edge::http
