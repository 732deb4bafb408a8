// Asks OCSP responders about clients' certificates, and again before what they said is overdue.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "runtime/base/error.h"
#include "runtime/server/generation.h"
#include "runtime/server/ocsp_wishes.h"
#include "runtime/tls/ocsp_answers.h"

namespace edge::server {

/// The URL of the responder that is asked about a certificate of a site: the first that it names whose host
/// is in ocsp_hosts (T60), else ocsp_responder; "" when nobody is asked.
std::string responder_of(const SiteConfig& site, const x509_st* certificate);

/// Lives in a process that may wait: asking blocks, at most ocsp_timeout.
class OcspQueue {
 public:
  using Clock = std::chrono::steady_clock;
  /// `generation` outlives it. What was answered before is read from its file.
  explicit OcspQueue(const Generation& generation);

  /// A client was seen: each certificate of its chain is asked about, now and for a day. Nobody is asked
  /// about a chain that does not verify here.
  void want(const OcspWish& wish);
  /// When there is something to do; nothing when nobody is waited for.
  [[nodiscard]] std::optional<Clock::time_point> due() const;
  /// Asks about one certificate where one is due. True: the file holds new answers.
  bool work();

 private:
  struct Plan {
    Bytes id;  ///< DER of its CertID
    tls::IssuerId issuer{};
    std::string url, fingerprint;  ///< the certificate's SHA-256
    std::int64_t not_after = 0;    ///< seconds since 1970
    Clock::time_point seen{}, due{};
    int failures = 0;  ///< in a row
  };
  /// All who ask a responder that does not answer wait together.
  struct Responder {
    Clock::time_point due{};
    int failures = 0;
  };
  void plan(const tls::Site& site, x509_st* certificate, x509_st* issuer);
  void schedule(const tls::OcspKey& key, Plan& plan, Clock::time_point due);
  void drop(const tls::OcspKey& key, const Plan& plan);
  void ask_first();
  Result<tls::OcspAnswer> ask(const Plan& plan);
  void take(const tls::OcspKey& key, Plan& plan, const tls::OcspAnswer& answer);
  bool publish();
  Clock::duration jittered(std::chrono::seconds time);

  const Generation& generation_;
  std::map<tls::OcspKey, Plan> plans_;
  std::set<std::pair<Clock::time_point, tls::OcspKey>> queue_;  ///< of plans_
  std::map<std::string, Responder> responders_;                 ///< by URL
  std::map<tls::IssuerId, tls::X509Ptr> issuers_;
  tls::OcspAnswers answers_;
  bool changed_ = false;            ///< since the file was written
  Clock::time_point publish_at_{};  ///< not before
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace edge::server
