// The shared page, and re-opening the index when its epoch moved.
#include "runtime/server/revocation_feed.h"

#include <sys/mman.h>

#include <new>

#include "runtime/base/log.h"

namespace edge::server {

EpochPage::EpochPage() {
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free,
                "a lock would not be shared between processes");
  void* page = mmap(nullptr, sizeof *epoch_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(page != MAP_FAILED);
  epoch_ = new (page) std::atomic<std::uint64_t>(0);
}

EpochPage::~EpochPage() { munmap(epoch_, sizeof *epoch_); }

RevocationFeed::RevocationFeed(const EpochPage& page, std::string path,
                               std::shared_ptr<const tls::Revocations> index)
    : page_(page), path_(std::move(path)), index_(std::move(index)) {}

Result<std::unique_ptr<RevocationFeed>> RevocationFeed::open(const EpochPage& page, std::string path) {
  std::shared_ptr<const tls::Revocations> index = tls::Revocations::none();
  if (!path.empty()) {
    auto opened = tls::Revocations::open(path);
    if (!opened) return std::unexpected(std::move(opened.error()));
    index = std::move(*opened);
  }
  return std::unique_ptr<RevocationFeed>(new RevocationFeed(page, std::move(path), std::move(index)));
}

std::shared_ptr<const tls::Revocations> RevocationFeed::current() {
  const std::uint64_t announced = epoch();
  // The file is renamed into place before its epoch is stored, so it is never older than what is announced.
  if (index_->epoch() >= announced) return index_;
  const auto now = std::chrono::steady_clock::now();
  if (now < retry_at_) return index_;
  auto opened = tls::Revocations::open(path_);
  if (opened && (*opened)->epoch() >= announced) {
    index_ = std::move(*opened);
    log::write(LogLevel::info, "crl.index", "revocation index in force",
               {{"epoch", index_->epoch()}, {"entries", index_->entries()}});
    return index_;
  }
  retry_at_ = now + std::chrono::seconds(1);
  log::write(LogLevel::error, "crl.index_failed",
             opened ? "the file is of an older epoch" : opened.error().message,
             {{"file", path_}, {"epoch", announced}, {"epoch_in_force", index_->epoch()}});
  return index_;
}

}  // namespace edge::server
