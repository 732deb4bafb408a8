// Compares dates with thresholds, and remembers in a file what was told: a line for each, "ID NOT_AFTER
// PAYLOAD".
#include "runtime/server/expiry_watch.h"

#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <utility>

#include "runtime/base/log.h"
#include "runtime/server/list_sources.h"
#include "runtime/tls/asn1.h"

namespace edge::server {
namespace {

constexpr std::chrono::hours between_looks{24};
/// Of certificates and thresholds, clients' among them; those that end first are forgotten first.
constexpr std::size_t told_max = 4096;
/// Alerts that wait for a script: a crowd of clients whose certificates expire together is no flood of
/// events.
constexpr std::size_t notices_max = 256;
/// Names are the certificate's: in a message they have an end.
constexpr std::size_t subject_bytes_max = 384, hosts_bytes_max = 768;

/// A UUID of version 8 (RFC 9562 section 5.8) made of a digest.
std::string uuid_of(const std::string& text) {
  tls::Sha256 digest = tls::sha256(as_bytes(text));
  digest[6] = static_cast<std::uint8_t>(0x80 | (digest[6] & 0x0f));
  digest[8] = static_cast<std::uint8_t>(0x80 | (digest[8] & 0x3f));
  std::string hex = hex_lower(BytesView(digest).first(16));
  for (const std::size_t at : {20, 16, 12, 8}) hex.insert(at, "-");
  return hex;
}

std::string id_of(const tls::DatedCertificate& certificate, std::uint32_t threshold) {
  return uuid_of(certificate.sha256 + " " + std::to_string(threshold));
}

std::string shortened(const std::string& text, std::size_t bytes_max) {
  return text.size() <= bytes_max ? text : text.substr(0, bytes_max) + "...";
}

/// Cloudflare's name for the product whose certificate it would be.
std::string_view alert_type_of(tls::CertificateUse use) {
  using enum tls::CertificateUse;
  if (use == server) return "custom_ssl_certificate_event_type";
  if (use == origin_client || use == origin_ca) return "zone_aop_custom_certificate_expiration_type";
  return "access_custom_certificate_expiration_type";
}

std::string_view words_of(tls::CertificateUse use) {
  static constexpr std::string_view words[] = {"The certificate of the server",
                                               "A CA of client certificates",
                                               "A certificate that signs revocation lists",
                                               "A CA of origins",
                                               "The client certificate shown to origins",
                                               "The certificate of a client"};
  return words[static_cast<std::size_t>(use)];
}

std::string end_in_words(std::int64_t days) {
  if (days < 0) return "has expired";
  if (days == 0) return "expires within a day";
  return "expires in " + std::to_string(days) + (days == 1 ? " day" : " days");
}

/// The alert as scripts get it; times in milliseconds, as everywhere in JavaScript.
std::string facts_of(const tls::DatedCertificate& certificate, const std::string& id, std::int64_t now) {
  const std::int64_t days = tls::days_left(certificate, now);
  return boost::json::serialize(
      boost::json::object{{"id", id},
                          {"message", std::string(words_of(certificate.use)) + " " + end_in_words(days)},
                          {"kind", tls::name_of(certificate.use)},
                          {"subject", shortened(certificate.subject, subject_bytes_max)},
                          {"serial", certificate.serial},
                          {"fingerprintSHA256", certificate.sha256},
                          {"notBefore", certificate.not_before * 1000},
                          {"notAfter", certificate.not_after * 1000},
                          {"daysLeft", days},
                          {"file", certificate.file}});
}

void join(std::string& list, const std::string& more) {
  if (!more.empty()) list += (list.empty() ? "" : ", ") + more;
}

}  // namespace

std::string expiry_payload(const tls::DatedCertificate& certificate, const std::string& hosts,
                           const std::string& id, std::int64_t now) {
  const std::int64_t days = tls::days_left(certificate, now);
  const std::string text = std::string(words_of(certificate.use)) + " " + end_in_words(days) + ": " +
                           shortened(certificate.subject, subject_bytes_max) + " (site " +
                           shortened(certificate.site, subject_bytes_max) +
                           "). Install a renewed certificate.";
  const boost::json::object data{{"account_name", "edge-run"},
                                 {"account_tag", ""},
                                 {"certificate_id", certificate.sha256},
                                 {"days_til_expiration", days},
                                 {"hostnames", shortened(hosts, hosts_bytes_max)},
                                 {"zone_name", shortened(certificate.site, subject_bytes_max)},
                                 {"zone_tag", ""}};
  return boost::json::serialize(boost::json::object{{"name", "edge-run certificate expiry"},
                                                    {"text", text},
                                                    {"data", data},
                                                    {"ts", now},
                                                    {"account_id", ""},
                                                    {"policy_id", uuid_of("edge-run certificate expiry")},
                                                    {"policy_name", "edge-run certificate expiry"},
                                                    {"alert_type", alert_type_of(certificate.use)},
                                                    {"alert_correlation_id", id},
                                                    {"alert_event", "ALERT_STATE_EVENT_START"}});
}

std::string ExpiryNotice::facts_for(const std::string& site) const {
  return "{\"site\":" + boost::json::serialize(boost::json::value(site)) + "," + facts.substr(1);
}

std::string ExpiryNotice::encoded() const {
  boost::json::array names(sites.begin(), sites.end());
  return boost::json::serialize(boost::json::object{{"sites", std::move(names)}, {"facts", facts}});
}

std::optional<ExpiryNotice> ExpiryNotice::decode(std::string_view text) {
  boost::system::error_code failed;
  const boost::json::value value = boost::json::parse(text, failed);
  if (failed || !value.is_object()) return std::nullopt;
  const auto* sites = value.as_object().if_contains("sites");
  const auto* facts = value.as_object().if_contains("facts");
  if (!sites || !sites->is_array() || !facts || !facts->is_string()) return std::nullopt;
  ExpiryNotice notice{.sites = {}, .facts = std::string(facts->as_string())};
  for (const auto& site : sites->as_array())
    if (site.is_string()) notice.sites.emplace_back(site.as_string());
  return notice;
}

ExpiryWatch::ExpiryWatch(const std::string& state_dir)
    : file_(state_dir.empty() ? "" : state_dir + "/expiry-memory") {
  read();
}

void ExpiryWatch::watch(const Config& config, std::int64_t now) {
  thresholds_ = tls::expiry_thresholds(config);
  has_webhook_ = !config.expiry_webhook.empty();
  certificates_.clear();
  hosts_.clear();
  sites_.clear();
  for (auto& [id, told] : told_)
    if (!has_webhook_) told.payload.clear();
  for (const SiteConfig& site : config.sites) {
    for (const std::string& host : site.hosts) join(hosts_[site.name], host);
    for (tls::DatedCertificate& one : tls::configured_certificates(site)) {
      const auto known = std::ranges::find_if(certificates_, [&](const tls::DatedCertificate& other) {
        return other.use == one.use && other.sha256 == one.sha256;
      });
      if (known == certificates_.end()) {
        certificates_.push_back(std::move(one));
      } else {
        std::string hosts = hosts_[known->site];
        join(hosts, hosts_[one.site]);
        std::vector<std::string> sites = sites_of(known->site);
        sites.push_back(one.site);
        join(known->site, one.site);
        hosts_[known->site] = std::move(hosts);
        sites_[known->site] = std::move(sites);
      }
    }
  }
  due_ = Clock::now() + between_looks;
  look(now);
}

std::vector<std::string> ExpiryWatch::sites_of(const std::string& joined) const {
  const auto known = sites_.find(joined);
  return known == sites_.end() ? std::vector{joined} : known->second;
}

/// A CA may be every site's: each notice is of so many sites that it is a message of moderate size.
void ExpiryWatch::add_notices(const std::string& facts, const std::vector<std::string>& sites) {
  constexpr std::size_t sites_each = 64;
  for (std::size_t i = 0; i < sites.size() && notices_.size() < notices_max; i += sites_each) {
    const auto begin = sites.begin() + static_cast<std::ptrdiff_t>(i);
    const auto count = static_cast<std::ptrdiff_t>(std::min(sites_each, sites.size() - i));
    notices_.push_back({.sites = {begin, begin + count}, .facts = facts});
  }
}

void ExpiryWatch::seen(const tls::DatedCertificate& client, std::int64_t now) {
  tell(client, now);
  write();
}

void ExpiryWatch::tend(Clock::time_point at, std::int64_t now) {
  if (!due_ || at < *due_) return;
  due_ = at + between_looks;
  look(now);
}

void ExpiryWatch::look(std::int64_t now) {
  for (const tls::DatedCertificate& certificate : certificates_) tell(certificate, now);
  write();
}

void ExpiryWatch::tell(const tls::DatedCertificate& certificate, std::int64_t now) {
  const auto passed = tls::threshold_passed(certificate, thresholds_, now);
  if (!passed) return;
  const std::string id = id_of(certificate, *passed);
  if (told_.contains(id)) return;
  changed_ = true;
  // Who is told of the last days need not hear of the first ones any more.
  for (const std::uint32_t days : thresholds_)
    if (days > *passed)
      told_.try_emplace(id_of(certificate, days), Told{.not_after = certificate.not_after, .payload = {}});
  const auto hosts = hosts_.find(certificate.site);
  told_[id] = {.not_after = certificate.not_after,
               .payload = has_webhook_ ? expiry_payload(certificate,
                                                        hosts == hosts_.end() ? "" : hosts->second, id, now)
                                       : std::string()};
  write_log(certificate, now);
  add_notices(facts_of(certificate, id, now), sites_of(certificate.site));
  while (told_.size() > told_max) forget_oldest();
}

void ExpiryWatch::write_log(const tls::DatedCertificate& certificate, std::int64_t now) const {
  const std::int64_t days = tls::days_left(certificate, now);
  const std::string message = std::string(words_of(certificate.use)) + " " + end_in_words(days);
  log::write(LogLevel::warn, "certificate.expiring", message,
             {{"site", certificate.site},
              {"kind", tls::name_of(certificate.use)},
              {"subject", certificate.subject},
              {"serial", certificate.serial},
              {"fingerprint", certificate.sha256},
              {"days", days},
              {"file", certificate.file}});
}

void ExpiryWatch::forget_oldest() {
  told_.erase(std::ranges::min_element(told_, {}, [](const auto& row) { return row.second.not_after; }));
}

std::vector<ExpiryWatch::Alert> ExpiryWatch::unsent(std::size_t most) const {
  std::vector<Alert> alerts;
  if (!has_webhook_) return alerts;
  for (const auto& [id, told] : told_)
    if (!told.payload.empty() && alerts.size() < most) alerts.push_back({.id = id, .payload = told.payload});
  return alerts;
}

void ExpiryWatch::sent(const std::string& id) {
  const auto at = told_.find(id);
  if (at == told_.end() || at->second.payload.empty()) return;
  at->second.payload.clear();
  changed_ = true;
  write();
}

void ExpiryWatch::read() {
  std::error_code failed;
  if (file_.empty() || !std::filesystem::exists(file_, failed)) return;
  const auto bytes = read_file(file_);
  std::istringstream lines{bytes ? std::string(as_text(*bytes)) : std::string()};
  bool readable = bytes.has_value();
  for (std::string line; readable && std::getline(lines, line);) {
    std::istringstream parts(line);
    std::string id;
    Told told;
    readable = static_cast<bool>(parts >> id >> told.not_after) && told_.size() < told_max;
    if (parts.get() == ' ') std::getline(parts, told.payload);
    if (readable) told_[id] = std::move(told);
  }
  // A memory that is lost costs nothing but a second telling.
  if (!readable)
    log::write(LogLevel::warn, "expiry.memory", file_ + " cannot be read, and a new one is begun");
}

void ExpiryWatch::write() {
  if (!std::exchange(changed_, false) || file_.empty()) return;
  std::error_code failed;
  const auto folder = std::filesystem::path(file_).parent_path();
  if (std::filesystem::create_directories(folder, failed)) chmod(folder.c_str(), 0700);
  std::string text;
  for (const auto& [id, told] : told_)
    text +=
        id + " " + std::to_string(told.not_after) + (told.payload.empty() ? "" : " " + told.payload) + "\n";
  if (auto written = replace_file(file_, as_bytes(text)); !written)
    log::write(LogLevel::warn, "expiry.memory",
               written.error().message + "; after a restart what was told is told again");
}

}  // namespace edge::server
