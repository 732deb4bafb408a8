// The one door between the server and whatever answers requests.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/deadline.h"
#include "runtime/base/task.h"
#include "runtime/http/message.h"

namespace edge::server {

struct ScheduledRun {
  std::string cron;
  std::int64_t time_ms = 0;  ///< that it was due, in milliseconds since 1970
};

/// A request that was given to a Handler: its answer, or, where that has to be waited for, what gives it.
struct Begun {
  std::optional<http::Response> answer;
  Task<http::Response> rest;  ///< of use where `answer` is nothing
};

/// Answers requests. Never throws; what goes wrong is a Response (server/error_page.h).
class Handler {
 public:
  virtual ~Handler() = default;
  /// `request.peer` says who asks; the request is taken before this returns. Ends within handler_timeout.
  virtual Task<http::Response> fetch(http::Request&& request) = 0;
  /// The same for who can do without a coroutine where the answer is there at once.
  virtual Begun begin(http::Request&& request) { return {.answer = {}, .rest = fetch(std::move(request))}; }
  /// A time that the site's crons name has come. Fails with why the run did not end well; that is in the log.
  virtual Task<Result<>> scheduled(ScheduledRun) {
    co_return fail(ErrorKind::script, "this handler has nothing that is scheduled");
  }
  /// A certificate expires soon: `facts` is a JSON object (server/expiry_watch.h). Fails as scheduled() does;
  /// a script without a handler for it has none to fail.
  virtual Task<Result<>> certificate_expiring(std::string) { co_return Result<>(); }
  /// True when a new process should take over: the script reached a limit that its isolate cannot be trusted
  /// after.
  [[nodiscard]] virtual bool condemned() const = 0;
  /// True while work of the script outlives its responses (waitUntil): a drain waits for it.
  [[nodiscard]] virtual bool busy() const { return false; }
  /// Files that the answers were made from (modules of the script): a reload starts new workers when one has
  /// changed.
  [[nodiscard]] virtual std::vector<std::string> files() const { return {}; }
};

/// What a Handler is made with. All of it outlives the Handler.
struct HandlerSetup {
  boost::asio::io_context& io;
  TimerWheel& wheel;
  const SiteConfig& site;
  const Config& config;
  /// The Handler of another site of this worker, for a call; null where there is none.
  std::function<Handler*(std::string_view site)> handler_of = {};
};

/// Makes the Handler of one site, in the worker's process, before its io_context runs. So the server knows no
/// V8.
using HandlerFactory = std::function<Result<std::unique_ptr<Handler>>(const HandlerSetup& setup)>;

}  // namespace edge::server
