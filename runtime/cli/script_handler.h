// The Handler of one site as the program composes it: a script, its network, its key-value file.
#pragma once

#include "runtime/http/devtools.h"
#include "runtime/server/handler.h"
#include "runtime/tls/connector.h"

namespace edge::cli {

/// What its workers' handlers are made with. They start V8 in the calling process, so the supervisor must not
/// call it before it forks; what workers share is made here and now. Debuggers come in by `devtools`; null:
/// nowhere.
server::HandlerFactory script_handlers(http::DevTools* devtools = nullptr);

/// How fetch() of an mTLS binding is trusted and what it shows.
tls::OriginTrust mtls_trust(const SiteConfig& site, const MtlsCertificate& certificate);

}  // namespace edge::cli
