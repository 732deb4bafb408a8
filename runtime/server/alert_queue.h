// Alerts on their way to a webhook: sent one after the other, and again, later and later, while it does not
// take them.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <random>
#include <string>

#include "runtime/base/config.h"
#include "runtime/base/error.h"

namespace edge::server {

struct Webhook {
  std::string url;     ///< "": there is none
  std::string secret;  ///< sent in the header cf-webhook-auth; "": none is sent
};

/// What the configuration says of it. Fails, naming the file and the remedy, for a secret that cannot be read
/// or is no single line of printable ASCII.
Result<Webhook> load_webhook(const Config& config);

/// Lives in a process that may wait: sending one blocks.
class AlertQueue {
 public:
  using Clock = std::chrono::steady_clock;
  /// `limits` outlive it.
  AlertQueue(Webhook webhook, const Limits& limits) : webhook_(std::move(webhook)), limits_(limits) {}

  /// One that waits already, or that the queue has no place for, is passed over: whoever hands it over does
  /// so again.
  void add(std::string id, std::string payload);
  /// When the first may be sent; nothing when none waits.
  [[nodiscard]] std::optional<Clock::time_point> due() const;
  /// Sends the first where it is due. The id of an alert that the webhook took.
  std::optional<std::string> send_due();

 private:
  struct Alert {
    std::string id, payload;
  };
  [[nodiscard]] Result<> post(const std::string& payload) const;

  Webhook webhook_;
  const Limits& limits_;
  std::deque<Alert> alerts_;
  Clock::time_point due_{};
  int failures_ = 0;  ///< in a row
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace edge::server
