// What a site tells its origin about a client: the headers of its preset and those of the operator's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/http/forward_fields.h"
#include "runtime/http/header_list.h"
#include "runtime/http/identity_headers.h"
#include "runtime/tls/recent.h"

namespace edge::http {

/// Says which certificate a header leaves out because it is over the limit: "leaf" or "chain". Absent when
/// nothing is left out (T25).
inline constexpr std::string_view too_large_header = "Client-Cert-Too-Large";

/// One for a site; the headers of a client are made once for each of its connections.
class Forwarding {
 public:
  /// Fails when the preset needs the site's own certificate and it cannot be read.
  static Result<Forwarding> make(const SiteConfig& site);

  /// Sets the headers for `peer`. They are ours alone: what else has one of their names, in any spelling that
  /// an origin may take for it, is removed, also where there is nothing to say (T20, T22).
  /// `first`: the request is the first of its connection.
  void apply(HeaderList& headers, const tls::Peer& peer, bool first);

 private:
  Forwarding() = default;
  std::shared_ptr<const HeaderList> headers_of(const tls::Peer& peer) const;

  std::vector<ForwardRow> rows_;
  FoldedNames names_;  ///< of all rows
  ForwardRequests requests_ = ForwardRequests::every;
  Carries carries_ = Carries::nothing;
  std::string by_;
  std::vector<ForwardHeader> own_;  ///< whose names rows_ borrows
  tls::Recent<std::uint64_t, std::shared_ptr<const HeaderList>> made_{1024};
};

}  // namespace edge::http
