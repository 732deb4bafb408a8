// Tells once, for each certificate and threshold, that a certificate expires soon: in the log, and in what a
// webhook is sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/tls/expiry.h"

namespace edge::server {

/// The message to a webhook, in the form of Cloudflare's notifications:
/// https://developers.cloudflare.com/notifications/reference/webhook-payload-schema/
/// `id` is a UUID, the same however often the message is sent; no more than 4000 bytes, without line breaks.
std::string expiry_payload(const tls::DatedCertificate& certificate, const std::string& hosts,
                           const std::string& id, std::int64_t now);

/// Belongs to the supervisor. What was told is remembered in a file of state_dir, across restarts.
class ExpiryWatch {
 public:
  using Clock = std::chrono::steady_clock;
  struct Alert {
    std::string id, payload;
  };

  explicit ExpiryWatch(const std::string& state_dir);

  /// Looks at the certificates of a configuration that comes into force, now and once a day.
  void watch(const Config& config, std::int64_t now);
  /// A certificate that a client showed.
  void seen(const tls::DatedCertificate& client, std::int64_t now);
  /// The daily look, when it is due.
  void tend(Clock::time_point at, std::int64_t now);
  [[nodiscard]] std::optional<Clock::time_point> due() const { return due_; }

  /// What the webhook is to be told and has not been, no more than `most`; nothing without a webhook.
  [[nodiscard]] std::vector<Alert> unsent(std::size_t most) const;
  void sent(const std::string& id);

 private:
  struct Told {
    std::int64_t not_after = 0;
    std::string payload;  ///< "": nobody is left to be told
  };
  void look(std::int64_t now);
  void tell(const tls::DatedCertificate& certificate, std::int64_t now);
  void write_log(const tls::DatedCertificate& certificate, std::int64_t now) const;
  void forget_oldest();
  void read();
  void write();

  std::string file_;
  std::map<std::string, Told> told_;  ///< by id
  std::vector<tls::DatedCertificate> certificates_;
  std::map<std::string, std::string> hosts_;  ///< of each site, "a, b"
  std::vector<std::uint32_t> thresholds_;
  bool has_webhook_ = false, changed_ = false;
  std::optional<Clock::time_point> due_;
};

}  // namespace edge::server
