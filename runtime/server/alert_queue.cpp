// Posts alerts as Cloudflare does: JSON, with a secret in a header.
#include "runtime/server/alert_queue.h"

#include <algorithm>

#include "runtime/base/log.h"
#include "runtime/server/ask_once.h"
#include "runtime/server/list_sources.h"

namespace edge::server {
namespace {

using std::chrono::seconds;
constexpr seconds first_pause{5}, longest_pause{3600};
constexpr std::size_t alerts_max = 256;
constexpr std::size_t secret_bytes_max = 4096;

/// Cloudflare's name for it:
/// https://developers.cloudflare.com/notifications/get-started/configure-webhooks/
constexpr std::string_view secret_header = "cf-webhook-auth";

bool is_printable(char c) { return c > 0x20 && c < 0x7f; }

}  // namespace

Result<Webhook> load_webhook(const Config& config) {
  Webhook webhook{.url = config.expiry_webhook, .secret = {}};
  if (webhook.url.empty() || config.expiry_secret.empty()) return webhook;
  const auto bytes = read_file(config.expiry_secret);
  if (!bytes) return fail(ErrorKind::config, "expiry_secret: " + bytes.error().message);
  webhook.secret = as_text(*bytes);
  if (webhook.secret.ends_with('\n')) webhook.secret.pop_back();
  if (webhook.secret.ends_with('\r')) webhook.secret.pop_back();
  if (webhook.secret.empty() || webhook.secret.size() > secret_bytes_max ||
      !std::ranges::all_of(webhook.secret, is_printable))
    return fail(ErrorKind::config, "expiry_secret: " + config.expiry_secret +
                                       " holds no secret: write one line of printable ASCII without spaces");
  return webhook;
}

void AlertQueue::add(std::string id, std::string payload) {
  if (alerts_.size() >= alerts_max || std::ranges::contains(alerts_, id, &Alert::id)) return;
  alerts_.push_back({.id = std::move(id), .payload = std::move(payload)});
}

std::optional<AlertQueue::Clock::time_point> AlertQueue::due() const {
  return alerts_.empty() ? std::nullopt : std::optional(due_);
}

std::optional<std::string> AlertQueue::send_due() {
  if (alerts_.empty() || Clock::now() < due_) return {};
  const Alert alert = alerts_.front();
  const auto posted = post(alert.payload);
  if (posted) {
    failures_ = 0;
    alerts_.pop_front();
    return alert.id;
  }
  ++failures_;
  // What fails for one alert would for the next: all of them wait.
  const auto pause = std::min<seconds>(longest_pause, first_pause * (1 << std::min(failures_ - 1, 12)));
  std::uniform_real_distribution<> factor(0.9, 1.1);
  const auto wait = std::chrono::duration_cast<seconds>(pause * factor(random_));
  due_ = Clock::now() + wait;
  // Not the whole URL: in many a webhook's, the path is the secret.
  const auto url = parse_list_url(webhook_.url);
  log::write(LogLevel::error, "expiry.webhook", "an alert was not taken: " + posted.error().message,
             {{"server", url ? url->authority : ""},
              {"failures", failures_},
              {"again_in_s", wait.count()},
              {"waiting", alerts_.size()}});
  return {};
}

Result<> AlertQueue::post(const std::string& payload) const {
  const auto url = parse_list_url(webhook_.url);
  if (!url) return fail(ErrorKind::config, "expiry_webhook is no http or https URL");
  http::Request request;
  request.method = "POST";
  request.headers.append("Content-Type", "application/json");
  request.headers.append("User-Agent", "edge-run/" EDGE_RUN_VERSION);
  if (!webhook_.secret.empty()) request.headers.append(secret_header, webhook_.secret);
  request.body = http::Body(payload);
  // Its address is the operator's choice and no stranger's, so it may be a private one.
  const auto answer = ask_once({.url = *url,
                                .request = std::move(request),
                                .limits = limits_,
                                .timeout = limits_.webhook_timeout,
                                .timeout_name = "webhook_timeout",
                                .answer_bytes_max = 0,
                                .may_be_private = true});
  if (!answer) return std::unexpected(answer.error());
  const int status = answer->head.status;
  if (status >= 200 && status < 300) return {};
  return fail(ErrorKind::protocol,
              "it answers " + std::to_string(status) +
                  (status >= 300 && status < 400 ? ", a redirect: configure the URL that it leads to" : ""));
}

}  // namespace edge::server
