// The tables of native functions, one for each subject; all.cpp puts them together.
#pragma once

#include <span>

#include "runtime/js/native.h"

namespace edge::bindings {

extern const std::span<const js::Native> async_context_natives;
extern const std::span<const js::Native> base64_natives;
extern const std::span<const js::Native> body_natives;
extern const std::span<const js::Native> cache_natives;
extern const std::span<const js::Native> cf_natives;
extern const std::span<const js::Native> clone_natives;
extern const std::span<const js::Native> compression_natives;
extern const std::span<const js::Native> console_natives;
extern const std::span<const js::Native> crypto_digest_natives;
extern const std::span<const js::Native> crypto_key_natives;
extern const std::span<const js::Native> crypto_natives;
extern const std::span<const js::Native> crypto_operation_natives;
extern const std::span<const js::Native> environment_natives;
extern const std::span<const js::Native> exchange_natives;
extern const std::span<const js::Native> fetch_natives;
extern const std::span<const js::Native> headers_natives;
extern const std::span<const js::Native> kv_natives;
extern const std::span<const js::Native> rate_limit_natives;
extern const std::span<const js::Native> rpc_natives;
extern const std::span<const js::Native> sink_natives;
extern const std::span<const js::Native> testing_certificate_natives;
extern const std::span<const js::Native> testing_natives;
extern const std::span<const js::Native> text_natives;
extern const std::span<const js::Native> timer_natives;
extern const std::span<const js::Native> url_natives;
extern const std::span<const js::Native> url_pattern_natives;
extern const std::span<const js::Native> web_socket_natives;

}  // namespace edge::bindings
