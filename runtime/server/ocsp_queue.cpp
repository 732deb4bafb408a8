// One question after the other; the file of answers is written when nobody waits for an answer, and now and
// then while many do.
#include "runtime/server/ocsp_queue.h"

#include <algorithm>
#include <ctime>

#include "runtime/base/log.h"
#include "runtime/server/ask_once.h"
#include "runtime/server/list_sources.h"
#include "runtime/server/list_url.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/certs.h"
#include "runtime/tls/expiry.h"
#include "runtime/tls/verify.h"

namespace edge::server {
namespace {

using std::chrono::seconds;
constexpr seconds first_pause{5}, longest_pause{3600};
/// Between two questions about one certificate: a responder may know news before its answer is overdue.
constexpr seconds shortest_interval{30}, longest_interval{3600};
/// For how long a certificate is asked about after it was last seen.
constexpr std::chrono::hours interest{24};
constexpr std::size_t plans_max = 64 * 1024, answers_max = 128 * 1024;

seconds pause_after(int failures) {
  return std::min<seconds>(longest_pause, first_pause * (1 << std::min(failures - 1, 12)));
}

std::string word_of(tls::OcspAnswer::Status status) {
  static constexpr const char* words[] = {"good", "revoked", "unknown"};
  return words[static_cast<std::size_t>(status)];
}

}  // namespace

std::string responder_of(const SiteConfig& site, const x509_st* certificate) {
  for (const std::string& url : tls::ocsp_urls(certificate)) {
    const auto parsed = parse_list_url(url);
    if (parsed && is_among(site.ocsp_hosts, parsed->host)) return url;
  }
  return site.ocsp_responder;
}

OcspQueue::OcspQueue(const Generation& generation) : generation_(generation) {
  auto known = tls::OcspAnswers::read(generation.answers_file());
  if (known) {
    answers_ = std::move(*known);
  } else {
    log::write(LogLevel::error, "ocsp.file", known.error().message);
  }
}

void OcspQueue::want(const OcspWish& wish) {
  const auto& sites = generation_.sites();
  if (wish.site >= sites.size() || wish.chain.empty()) return;
  const tls::Site& site = *sites[wish.site];
  std::vector<tls::X509Ptr> certificates;
  for (const Bytes& der : wish.chain) {
    auto read = tls::certificate_from_der(der);
    if (!read) return;
    certificates.push_back(std::move(*read));
  }
  std::vector<x509_st*> sent;
  for (std::size_t i = 1; i < certificates.size(); ++i) sent.push_back(certificates[i].get());
  const auto verified = tls::verify_client_chain(site.anchors(), certificates.front().get(), sent,
                                                 site.chain_depth_max(), std::time(nullptr));
  constexpr int verified_well = 0;
  if (verified.code != verified_well) return;
  for (std::size_t i = 0; i + 1 < verified.chain.size(); ++i)
    plan(site, verified.chain[i].get(), verified.chain[i + 1].get());
}

void OcspQueue::plan(const tls::Site& site, x509_st* certificate, x509_st* issuer) {
  std::string url = responder_of(site.config(), certificate);
  if (url.empty()) return;
  const auto key = tls::ocsp_key_of(tls::revocation_key_of(certificate, issuer, issuer));
  const auto now = Clock::now();
  if (plans_.size() >= plans_max && !plans_.contains(key)) {
    log::write(LogLevel::error, "ocsp.full", "too many certificates are asked about: this one is not",
               {{"sha256", tls::dated(certificate).sha256}, {"most", plans_max}});
    return;
  }
  auto [at, is_new] = plans_.try_emplace(key);
  Plan& plan = at->second;
  plan.seen = now;
  if (!is_new) return;
  const tls::DatedCertificate facts = tls::dated(certificate);
  plan.id = tls::ocsp_id_of(certificate, issuer);
  plan.issuer = tls::issuer_id_of(issuer);
  plan.url = std::move(url);
  plan.fingerprint = facts.sha256;
  plan.not_after = facts.not_after;
  if (auto& kept = issuers_[plan.issuer]; kept == nullptr)
    kept = tls::certificate_from_der(tls::certificate_to_der(issuer)).value();
  // What is known from before a restart is asked for again in good time, and not by all at once.
  const tls::KnownAnswer* known = answers_.find(key);
  const bool is_current = known != nullptr && std::time(nullptr) < known->answer.end();
  schedule(key, plan, is_current ? now + jittered(shortest_interval) : now);
}

void OcspQueue::schedule(const tls::OcspKey& key, Plan& plan, Clock::time_point due) {
  queue_.erase({plan.due, key});
  plan.due = due;
  queue_.emplace(due, key);
}

void OcspQueue::drop(const tls::OcspKey& key, const Plan& plan) {
  queue_.erase({plan.due, key});
  plans_.erase(key);
}

std::optional<OcspQueue::Clock::time_point> OcspQueue::due() const {
  std::optional<Clock::time_point> due;
  if (!queue_.empty()) due = queue_.begin()->first;
  if (changed_ && (!due || publish_at_ < *due)) due = publish_at_;
  return due;
}

bool OcspQueue::work() {
  if (!queue_.empty() && queue_.begin()->first <= Clock::now()) ask_first();
  if (!changed_ || Clock::now() < publish_at_) return false;
  return publish();
}

void OcspQueue::ask_first() {
  const tls::OcspKey key = queue_.begin()->second;
  Plan& plan = plans_.at(key);
  const auto now = Clock::now();
  if (now - plan.seen > interest || std::time(nullptr) > plan.not_after) return drop(key, plan);
  if (const auto at = responders_.find(plan.url); at != responders_.end() && at->second.due > now)
    return schedule(key, plan, at->second.due);
  const auto answer = ask(plan);
  if (answer) return take(key, plan, *answer);
  const Responder& responder = responders_[plan.url];
  // Where the responder itself is to blame, its other certificates wait too, and it counts the failures.
  const bool is_out = responder.due > now;
  if (!is_out) ++plan.failures;
  schedule(key, plan, is_out ? responder.due : Clock::now() + jittered(pause_after(plan.failures)));
  log::write(LogLevel::warn, "ocsp.failed", plan.url + ": " + answer.error().message,
             {{"sha256", plan.fingerprint},
              {"failures", is_out ? responder.failures : plan.failures},
              {"kept", answers_.find(key) != nullptr}});
}

Result<tls::OcspAnswer> OcspQueue::ask(const Plan& plan) {
  const auto url = parse_list_url(plan.url);
  if (!url) return fail(ErrorKind::config, "it is no http or https URL");
  const auto question = tls::ocsp_request(plan.id);
  if (!question) return std::unexpected(question.error());
  const Limits& limits = generation_.config().limits;
  http::Request request;
  request.method = "POST";
  request.headers.append("Content-Type", "application/ocsp-request");
  request.headers.append("Accept", "application/ocsp-response");
  request.headers.append("Accept-Encoding", "identity");
  request.headers.append("User-Agent", "edge-run/" EDGE_RUN_VERSION);
  request.body = http::Body(std::string(as_text(*question)));
  auto answer = ask_once({.url = *url,
                          .request = std::move(request),
                          .limits = limits,
                          .timeout = limits.ocsp_timeout,
                          .timeout_name = "ocsp_timeout",
                          .answer_bytes_max = limits.ocsp_bytes,
                          .may_be_private = generation_.config().crl_private});
  if (answer && answer->head.status != 200) {
    const int status = answer->head.status;
    const bool redirects = status >= 300 && status < 400;
    answer = fail(
        ErrorKind::protocol,
        "it answers " + std::to_string(status) +
            (redirects ? ", a redirect, which is not followed: set ocsp_responder to where it leads" : ""));
  }
  Responder& responder = responders_[plan.url];
  if (!answer) {
    ++responder.failures;
    responder.due = Clock::now() + jittered(pause_after(responder.failures));
    return std::unexpected(std::move(answer.error()));
  }
  responder = {};
  return tls::read_ocsp_response(
      {.der = as_bytes(answer->body), .request = *question, .issuer = issuers_.at(plan.issuer).get()},
      std::time(nullptr));
}

void OcspQueue::take(const tls::OcspKey& key, Plan& plan, const tls::OcspAnswer& answer) {
  plan.failures = 0;
  const tls::KnownAnswer* known = answers_.find(key);
  const auto before = known == nullptr ? std::nullopt : std::optional(known->answer);
  const bool is_newest =
      answers_.take(key, {.answer = answer, .not_after = plan.not_after, .responder = plan.url});
  const std::int64_t end = is_newest ? answer.end() : before->end();
  const seconds half((end - std::time(nullptr)) / 2);
  schedule(key, plan, Clock::now() + jittered(std::clamp(half, shortest_interval, longest_interval)));
  if (!is_newest)
    return log::write(LogLevel::warn, "ocsp.older",
                      plan.url + ": its answer is older than the one that is kept",
                      {{"sha256", plan.fingerprint}});
  if (before == answer) return;
  changed_ = true;
  if (before && before->status == answer.status) return;
  log::write(LogLevel::info, "ocsp.answered", "the responder says " + word_of(answer.status),
             {{"sha256", plan.fingerprint}, {"url", plan.url}});
}

bool OcspQueue::publish() {
  const auto begin = Clock::now();
  const std::string file = generation_.answers_file();
  // Another server may share the folder.
  if (auto others = tls::OcspAnswers::read(file)) answers_.merge(*others);
  answers_.forget(std::time(nullptr), answers_max);
  const auto written = replace_file(file, as_bytes(answers_.text()));
  // While many wait, writing takes a tenth of the time.
  constexpr int share = 9;
  publish_at_ = Clock::now() + share * (Clock::now() - begin);
  if (!written) {
    publish_at_ = Clock::now() + first_pause;
    log::write(LogLevel::error, "ocsp.file", written.error().message + " (what is in force stays)");
    return false;
  }
  changed_ = false;
  return true;
}

OcspQueue::Clock::duration OcspQueue::jittered(seconds time) {
  std::uniform_real_distribution<> factor(0.9, 1.1);
  return std::chrono::duration_cast<Clock::duration>(time * factor(random_));
}

}  // namespace edge::server
