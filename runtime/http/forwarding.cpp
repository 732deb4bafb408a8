// Rows of presets and of the operator's table become headers.
#include "runtime/http/forwarding.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "runtime/http/forward_presets.h"
#include "runtime/http/header_text.h"
#include "runtime/http/identity_headers.h"
#include "runtime/tls/certs.h"

namespace edge::http {
namespace {

/// The first certificate of the site's file.
Result<Bytes> own_certificate(const std::string& path) {
  std::ostringstream pem;
  pem << std::ifstream(path, std::ios::binary).rdbuf();
  const auto certificates = tls::certificates_from_pem(pem.str(), path);
  if (!certificates) return std::unexpected(certificates.error());
  return tls::certificate_to_der(certificates->front().get());
}

}  // namespace

Result<Forwarding> Forwarding::make(const SiteConfig& site) {
  Forwarding made;
  made.requests_ = site.forward_requests;
  made.own_ = site.forward_headers;
  if (site.forward == ForwardPreset::xfcc && !site.tls_cert.empty()) {
    const auto own = own_certificate(site.tls_cert);
    if (!own) return std::unexpected(own.error());
    made.by_ = xfcc_by(*own);
  }
  const auto preset = preset_rows(site.forward);
  made.rows_.assign(preset.begin(), preset.end());
  for (const ForwardHeader& header : made.own_) {
    const auto fields = forward_field_rows();
    const auto field = std::ranges::find(fields, header.field, &ForwardRow::name);
    if (field == fields.end())
      return fail(ErrorKind::config, header.name + ": there is no field '" + header.field + "'");
    std::erase_if(made.rows_,
                  [&](const ForwardRow& row) { return equal_ignoring_case(row.name, header.name); });
    ForwardRow row = *field;
    row.name = header.name;
    made.rows_.push_back(row);
  }
  for (const ForwardRow& row : made.rows_) {
    made.names_.add(row.name);
    made.carries_ = std::max(made.carries_, row.carries);
  }
  if (made.carries_ != Carries::nothing) made.names_.add(too_large_header);
  return made;
}

std::shared_ptr<const HeaderList> Forwarding::headers_of(const tls::Peer& peer) const {
  auto headers = std::make_shared<HeaderList>();
  const Told told(peer, by_);
  const bool is_good = peer.good();
  for (const ForwardRow& row : rows_) {
    if (row.of == Of::good && !is_good) continue;
    const std::string text = row.text(told);
    if (!text.empty()) headers->append(row.name, header_safe(text));
  }
  if (!is_good || carries_ == Carries::nothing) return headers;
  if (leaf_too_large(peer)) {
    headers->append(too_large_header, "leaf");
  } else if (carries_ == Carries::chain && issuers_too_large(peer)) {
    headers->append(too_large_header, "chain");
  }
  return headers;
}

void Forwarding::apply(HeaderList& headers, const tls::Peer& peer, bool first) {
  if (rows_.empty()) return;
  headers.remove_if([&](std::string_view name) { return names_.contain(name); });
  if (requests_ == ForwardRequests::first && !first) return;
  const auto* known = made_.find(peer.id);
  const std::shared_ptr<const HeaderList> ours = known ? *known : headers_of(peer);
  // A peer that no connection made has no number of its own.
  if (!known && peer.id != 0) made_.put(peer.id, ours);
  headers.append(*ours);
}

}  // namespace edge::http
