// Tells once, for each certificate and threshold, that a certificate expires soon: in the log, and in what a
// webhook is sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/tls/expiry.h"

namespace edge::server {

/// The message to a webhook, in the form of Cloudflare's notifications:
/// https://developers.cloudflare.com/notifications/reference/webhook-payload-schema/
/// `id` is a UUID, the same however often the message is sent; no more than 4000 bytes, without line breaks.
std::string expiry_payload(const tls::DatedCertificate& certificate, const std::string& hosts,
                           const std::string& id, std::int64_t now);

/// What scripts are told of a certificate that expires soon.
struct ExpiryNotice {
  std::vector<std::string> sites;  ///< names of those that have the certificate
  std::string facts;               ///< of the certificate, a JSON object
  /// What docs/expiry.md says of certificateExpiring's first argument, as JSON.
  [[nodiscard]] std::string facts_for(const std::string& site) const;
  [[nodiscard]] std::string encoded() const;
  static std::optional<ExpiryNotice> decode(std::string_view text);
};

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
  /// What was told since the last call, for scripts. More than a few hundred at once are the log's alone.
  [[nodiscard]] std::vector<ExpiryNotice> take_notices() { return std::exchange(notices_, {}); }

 private:
  struct Told {
    std::int64_t not_after = 0;
    std::string payload;  ///< "": nobody is left to be told
  };
  void look(std::int64_t now);
  void tell(const tls::DatedCertificate& certificate, std::int64_t now);
  void write_log(const tls::DatedCertificate& certificate, std::int64_t now) const;
  [[nodiscard]] std::vector<std::string> sites_of(const std::string& joined) const;
  void add_notices(const std::string& facts, const std::vector<std::string>& sites);
  void forget_oldest();
  void read();
  void write();

  std::string file_;
  std::map<std::string, Told> told_;  ///< by id
  std::vector<tls::DatedCertificate> certificates_;
  std::map<std::string, std::string> hosts_;               ///< of each site, "a, b"
  std::map<std::string, std::vector<std::string>> sites_;  ///< of "a, b": those that share a certificate
  std::vector<ExpiryNotice> notices_;
  std::vector<std::uint32_t> thresholds_;
  bool has_webhook_ = false, changed_ = false;
  std::optional<Clock::time_point> due_;
};

}  // namespace edge::server
