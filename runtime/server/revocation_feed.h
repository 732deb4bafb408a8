// How the revocation index gets from the supervisor to its workers: a file, and its epoch in a page of shared
// memory.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "runtime/tls/acceptor.h"

namespace edge::server {

/// One number in memory that forked processes share. The supervisor stores, workers load.
class EpochPage {
 public:
  EpochPage();
  ~EpochPage();
  EpochPage(const EpochPage&) = delete;
  void store(std::uint64_t epoch) { epoch_->store(epoch, std::memory_order_release); }
  [[nodiscard]] std::uint64_t load() const { return epoch_->load(std::memory_order_acquire); }

 private:
  std::atomic<std::uint64_t>* epoch_;
};

/// What the supervisor publishes; the pages outlive every worker.
struct RevocationFiles {
  const EpochPage& lists;
  std::string index;  ///< "": the sites have no lists, now and for as long as this worker lives
  const EpochPage& denials;
  std::string denied;  ///< the deny-list
  const EpochPage& answers;
  /// What OCSP responders said; "": no site asks, now and for as long as this worker lives.
  std::string answered;
};

/// The worker's end. An index that cannot be opened is an error event; what was in force stays in force, and
/// opening is tried again.
class RevocationFeed final : public tls::RevocationSource {
 public:
  static Result<std::unique_ptr<RevocationFeed>> open(RevocationFiles files);

  std::shared_ptr<const tls::Revocations> current() override;
  /// All pages only grow, so their sum tells every change.
  [[nodiscard]] std::uint64_t epoch() const override {
    return lists_epoch() + files_.denials.load() + answers_epoch();
  }

 private:
  explicit RevocationFeed(RevocationFiles files) : files_(std::move(files)) {}
  [[nodiscard]] std::uint64_t lists_epoch() const { return files_.index.empty() ? 0 : files_.lists.load(); }
  [[nodiscard]] std::uint64_t answers_epoch() const {
    return files_.answered.empty() ? 0 : files_.answers.load();
  }
  Result<> refresh(tls::Revocations::Check check);
  Result<> refresh_denials();
  Result<> refresh_answers();
  RevocationFiles files_;
  std::shared_ptr<const tls::Revocations> index_;
  std::shared_ptr<const tls::DenyList> denied_;
  std::shared_ptr<const tls::OcspAnswers> answers_;  ///< null: no site asks
  std::uint64_t denied_epoch_ = 0, answers_epoch_ = 0;
  std::chrono::steady_clock::time_point retry_at_{};
};

}  // namespace edge::server
