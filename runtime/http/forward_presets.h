// The presets of `forward`: which headers each product's proxy sends about a client, and their texts.
#pragma once

#include <span>

#include "runtime/base/config.h"
#include "runtime/http/forward_fields.h"

namespace edge::http {

/// Empty for ForwardPreset::none.
std::span<const ForwardRow> preset_rows(ForwardPreset preset);

/// XFCC's "By=…" elements for a server certificate, DER: one for each URI it names, joined with ";".
std::string xfcc_by(BytesView server_certificate);

}  // namespace edge::http
