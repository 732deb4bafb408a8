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

/// The worker's end. An index that cannot be opened is an error event; what was in force stays in force, and
/// opening is tried again.
class RevocationFeed final : public tls::RevocationSource {
 public:
  /// `path` "": the sites have no lists, now and for as long as this worker lives.
  static Result<std::unique_ptr<RevocationFeed>> open(const EpochPage& page, std::string path);

  std::shared_ptr<const tls::Revocations> current() override;
  [[nodiscard]] std::uint64_t epoch() const override {
    return path_.empty() ? index_->epoch() : page_.load();
  }

 private:
  RevocationFeed(const EpochPage& page, std::string path, std::shared_ptr<const tls::Revocations> index);
  const EpochPage& page_;
  std::string path_;
  std::shared_ptr<const tls::Revocations> index_;
  std::chrono::steady_clock::time_point retry_at_{};
};

}  // namespace edge::server
