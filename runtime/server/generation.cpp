// Loading, comparing and publishing a configuration.
#include "runtime/server/generation.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "runtime/base/log.h"
#include "runtime/server/list_memory.h"
#include "runtime/server/list_sources.h"
#include "runtime/server/ticket_secrets.h"

namespace edge::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view folder_prefix = "server-";
constexpr std::string_view index_prefix = "revocations-";

int open_locked(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  close(fd);
  return -1;
}

// Only what such a folder can hold: a folder of somebody else's with such a name loses nothing.
void remove_folder(const fs::path& folder) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed))
    if (entry.path().filename().string().starts_with(index_prefix)) unlink(entry.path().c_str());
  rmdir(folder.c_str());
}

// A server that was killed leaves its folder; the lock says whether it is gone.
void remove_abandoned(const std::string& state_dir) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(state_dir, failed)) {
    if (!entry.path().filename().string().starts_with(folder_prefix)) continue;
    const int lock = open_locked(entry.path().string());
    if (lock < 0) continue;
    remove_folder(entry.path());
    close(lock);
  }
}

// Everything a site is made from, besides its lists.
void watch_files(FileStamps& stamps, const SiteConfig& site) {
  for (const std::string& file :
       {site.script, site.tls_cert, site.tls_key, site.origin_cert, site.origin_key})
    stamps.add(file);
  stamps.add(site.client_ca);
  stamps.add(site.origin_ca);
}

}  // namespace

Instance::Instance(std::string state_dir)
    : state_dir_(std::move(state_dir)), ticket_secret_(32), started_(std::time(nullptr)) {
  check(getrandom(ticket_secret_.data(), ticket_secret_.size(), 0) ==
        static_cast<ssize_t>(ticket_secret_.size()));
}

Instance::~Instance() {
  if (!folder_.empty()) remove_folder(folder_);
  if (lock_ >= 0) close(lock_);
  explicit_bzero(ticket_secret_.data(), ticket_secret_.size());
}

Result<std::string> Instance::folder() {
  if (!folder_.empty()) return folder_;
  if (state_dir_.empty())
    return fail(ErrorKind::config, "state_dir is empty: revocation lists need a folder for their index");
  std::error_code failed;
  const bool made = fs::create_directories(state_dir_, failed);
  if (failed) return fail(ErrorKind::config, "state_dir " + state_dir_ + ": " + failed.message());
  if (made) chmod(state_dir_.c_str(), 0700);
  remove_abandoned(state_dir_);
  std::string name = state_dir_ + "/" + std::string(folder_prefix) + "XXXXXX";
  if (!mkdtemp(name.data()))  // mode 0700
    return fail(ErrorKind::config, "state_dir " + state_dir_ + ": " + std::strerror(errno));
  lock_ = open_locked(name);
  if (lock_ < 0) return fail(ErrorKind::config, "state_dir " + state_dir_ + ": its folders cannot be locked");
  folder_ = std::move(name);
  return folder_;
}

std::string Instance::deny_file() const { return state_dir_.empty() ? "" : state_dir_ + "/denied"; }

std::string Instance::answers_file() const { return state_dir_ + "/ocsp-answers"; }

Result<> Instance::publish_denials() {
  auto denied = tls::DenyList::read(deny_file());
  if (!denied) return std::unexpected(std::move(denied.error()));
  denials_.store(denials_.load() + 1);
  log::write(LogLevel::info, "deny.published", "deny-list read", {{"denied", denied->denials().size()}});
  return {};
}

Generation::Generation(Config config, Instance& instance) : config_(std::move(config)), instance_(instance) {}

Generation::~Generation() {
  for (Bytes& secret : ticket_secrets_) explicit_bzero(secret.data(), secret.size());
  if (!index_file_.empty()) unlink(index_file_.c_str());
}

Result<std::unique_ptr<Generation>> Generation::load(Config config, Instance& instance) {
  auto generation = std::unique_ptr<Generation>(new Generation(std::move(config), instance));
  // Stamps first: a file that is replaced while it is read counts as changed at the next reload.
  for (const SiteConfig& site : generation->config_.sites) watch_files(generation->stamps_, site);
  generation->stamps_.add(generation->config_.expiry_secret);
  generation->stamps_.add(generation->config_.ticket_secret);
  if (auto hosts = tls::check_hosts(generation->config_.sites); !hosts)
    return std::unexpected(std::move(hosts.error()));
  if (auto chosen = generation->choose_ticket_secrets(); !chosen)
    return std::unexpected(std::move(chosen.error()));
  for (const SiteConfig& config_of_site : generation->config_.sites) {
    auto site = tls::Site::load(config_of_site, generation->config_.limits, generation->ticket_secrets_);
    if (!site) return std::unexpected(std::move(site.error()));
    generation->sites_.push_back(std::move(*site));
  }
  if (std::ranges::any_of(generation->sites_, [](const auto& site) { return site->asks_ocsp(); })) {
    if (generation->config_.state_dir.empty())
      return fail(ErrorKind::config, "state_dir is empty: OCSP answers need a folder");
    generation->ocsp_ = std::make_unique<const OcspChannel>();
  }
  auto webhook = load_webhook(generation->config_);
  if (!webhook) return std::unexpected(std::move(webhook.error()));
  generation->webhook_ = std::move(*webhook);
  if (auto published = generation->publish_lists(); !published)
    return std::unexpected(std::move(published.error()));
  return generation;
}

Result<> Generation::choose_ticket_secrets() {
  auto configured = load_ticket_secrets(config_);
  if (!configured) return std::unexpected(std::move(configured.error()));
  ticket_secrets_ = std::move(*configured);
  // A session that is remembered costs half of a ticket, but only the worker that knows it can resume it.
  if (ticket_secrets_.empty() && config_.workers > 1) ticket_secrets_.push_back(instance_.ticket_secret());
  return {};
}

Result<std::vector<tls::Crl>> Generation::read_all_lists() const {
  std::vector<tls::Crl> lists;
  for (const auto& site : sites_) {
    auto read = read_lists(*site, config_.state_dir, std::time(nullptr));
    if (!read) return read;
    // Sites that share a list and its signer share its entries.
    for (tls::Crl& list : *read) {
      const auto is_same = [&](const tls::Crl& known) {
        return known.sha256 == list.sha256 && known.by == list.by;
      };
      if (std::ranges::none_of(lists, is_same)) lists.push_back(std::move(list));
    }
  }
  return lists;
}

Result<> Generation::publish_lists() {
  // Without lists too: the index says when the server began to wait for what is missing.
  const bool wanted =
      std::ranges::any_of(sites_, [](const auto& site) { return site->has_lists() || site->asks_ocsp(); });
  if (!wanted) return {};
  auto read = read_all_lists();
  if (!read) return std::unexpected(std::move(read.error()));
  std::vector<tls::Crl>& lists = *read;
  auto folder = instance_.folder();
  if (!folder) return std::unexpected(std::move(folder.error()));
  auto memory = ListMemory::read(config_.state_dir);
  if (!memory) return std::unexpected(std::move(memory.error()));
  if (auto newer = memory->check(lists); !newer) return newer;
  if (auto kept = memory->remember(lists); !kept) return kept;
  tls::merge_deltas(lists);
  const std::uint64_t epoch = instance_.next_epoch();
  const std::string file =
      index_file_.empty() ? *folder + "/" + std::string(index_prefix) + std::to_string(epoch) : index_file_;
  if (auto written = tls::Revocations::write(file, epoch, lists, instance_.started()); !written)
    return written;
  index_file_ = file;
  epoch_.store(epoch);
  std::size_t entries = 0;
  for (const tls::Crl& list : lists) entries += list.entries.size();
  log::write(LogLevel::info, "crl.published", "revocation lists read",
             {{"epoch", epoch}, {"lists", lists.size()}, {"entries", entries}});
  return {};
}

bool Generation::only_lists_may_differ(const Config& newer) const {
  return newer.sites == config_.sites && newer.limits == config_.limits && newer.listen == config_.listen &&
         newer.workers == config_.workers && newer.crl_private == config_.crl_private &&
         newer.expiry_days == config_.expiry_days && newer.expiry_webhook == config_.expiry_webhook &&
         newer.expiry_secret == config_.expiry_secret && newer.ticket_secret == config_.ticket_secret &&
         newer.state_dir == config_.state_dir && newer.log_format == config_.log_format &&
         newer.log_level == config_.log_level && newer.access_log == config_.access_log &&
         !stamps_.any_changed();
}

}  // namespace edge::server
