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

Result<std::unique_ptr<RevocationFeed>> RevocationFeed::open(RevocationFiles files) {
  std::unique_ptr<RevocationFeed> feed(new RevocationFeed(std::move(files)));
  if (auto opened = feed->refresh(tls::Revocations::Check::everything); !opened)
    return std::unexpected(std::move(opened.error()));
  return feed;
}

Result<> RevocationFeed::refresh_denials() {
  const std::uint64_t epoch = files_.denials.load();
  if (denied_ && denied_epoch_ >= epoch) return {};
  auto denied = tls::DenyList::read(files_.denied);
  if (!denied) return std::unexpected(std::move(denied.error()));
  denied_ = std::make_shared<const tls::DenyList>(std::move(*denied));
  denied_epoch_ = epoch;
  return {};
}

Result<> RevocationFeed::refresh_answers() {
  const std::uint64_t epoch = answers_epoch();
  if (files_.answered.empty() || (answers_ && answers_epoch_ >= epoch)) return {};
  auto answers = tls::OcspAnswers::read(files_.answered);
  if (!answers) return std::unexpected(std::move(answers.error()));
  answers_ = std::make_shared<const tls::OcspAnswers>(std::move(*answers));
  answers_epoch_ = epoch;
  return {};
}

/// Opens what changed.
Result<> RevocationFeed::refresh(tls::Revocations::Check check) {
  // The pages are read first: files are in place before their epochs are told, so they are never older.
  const std::uint64_t lists = lists_epoch();
  std::shared_ptr<const tls::Revocations> index = index_;
  if (files_.index.empty()) {
    index = tls::Revocations::none();
  } else if (!index || index->lists_epoch() < lists) {
    auto opened = tls::Revocations::open(files_.index, check);
    if (!opened) return std::unexpected(std::move(opened.error()));
    if ((*opened)->lists_epoch() < lists)
      return fail(ErrorKind::io, files_.index + ": the file is of an older epoch");
    index = std::move(*opened);
  }
  if (auto denied = refresh_denials(); !denied) return denied;
  if (auto answers = refresh_answers(); !answers) return answers;
  index_ = index->with(denied_, answers_, lists + denied_epoch_ + answers_epoch_);
  return {};
}

std::shared_ptr<const tls::Revocations> RevocationFeed::current() {
  const std::uint64_t announced = epoch();
  if (index_->epoch() >= announced) return index_;
  const auto now = std::chrono::steady_clock::now();
  if (now < retry_at_) return index_;
  const std::uint64_t answers_before = answers_epoch_;
  if (auto refreshed = refresh(tls::Revocations::Check::head); refreshed) {
    // Answers come one by one, lists seldom.
    log::write(answers_epoch_ != answers_before ? LogLevel::debug : LogLevel::info, "crl.index",
               "revocation index in force", {{"epoch", index_->epoch()}, {"entries", index_->entries()}});
    return index_;
  } else {
    log::write(LogLevel::error, "crl.index_failed", refreshed.error().message,
               {{"epoch", announced}, {"epoch_in_force", index_->epoch()}});
  }
  retry_at_ = now + std::chrono::seconds(1);
  return index_;
}

}  // namespace edge::server
