// Asks a script of one line, in a worker as serve has them.
#include "runtime/cli/client_auth_json.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "bindings/embedded.h"
#include "bindings/worker.h"
#include "runtime/base/deadline.h"
#include "runtime/js/engine.h"

namespace edge::cli {
namespace {

constexpr const char* script =
    "export default { fetch: (request) => new Response(JSON.stringify(request.cf.tlsClientAuth)) };\n";

Task<Result<std::string>> ask(server::Handler& handler, http::Request request) {
  constexpr std::size_t bytes_max = 1024 * 1024;
  http::Response response = co_await handler.fetch(std::move(request));
  if (response.status != 200)
    co_return fail(ErrorKind::script, "the facts of the client cannot be put into JSON");
  co_return co_await response.body.collect(bytes_max);
}

Result<std::string> answer_of(std::shared_ptr<const tls::Peer> peer, const Limits& limits) {
  boost::asio::io_context io(1);
  TimerWheel wheel(io);
  SiteConfig site;
  site.script = "explain.js";
  auto worker = bindings::Worker::make(io, wheel,
                                       {.site = site,
                                        .limits = limits,
                                        .client = nullptr,
                                        .kv_path = ":memory:",
                                        .snapshot = bindings::snapshot(),
                                        .source = script});
  if (!worker) return std::unexpected(std::move(worker.error()));
  http::Request request;
  request.method = "GET";
  request.scheme = "https";
  request.authority = "localhost";
  request.target = "/";
  request.peer = std::move(peer);
  std::optional<Result<std::string>> answer;
  boost::asio::co_spawn(io, ask(**worker, std::move(request)),
                        [&](const std::exception_ptr& exception, Result<std::string> got) {
                          answer = exception ? fail(ErrorKind::script, "the script threw") : std::move(got);
                        });
  while (!answer) io.run_one();
  return *answer;
}

}  // namespace

Result<std::string> client_auth_json(std::shared_ptr<const tls::Peer> peer, const Limits& limits) {
  js::start_engine({.stack_bytes = limits.stack_bytes});
  auto answer = answer_of(std::move(peer), limits);
  js::stop_engine();
  return answer;
}

}  // namespace edge::cli
