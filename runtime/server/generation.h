// One configuration in force: its sites checked, its revocation lists read and published to the workers made
// from it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/server/alert_queue.h"
#include "runtime/server/file_stamps.h"
#include "runtime/server/ocsp_wishes.h"
#include "runtime/server/revocation_feed.h"
#include "runtime/tls/site.h"

namespace edge::server {

/// What outlives reloads: a folder of this server's own in state_dir, the epoch counter, the secret of its
/// tickets.
class Instance {
 public:
  explicit Instance(std::string state_dir);
  ~Instance();
  Instance(const Instance&) = delete;

  /// Epochs grow across generations: a ticket of an older index is never taken for one of the index in force.
  std::uint64_t next_epoch() { return ++epoch_; }
  [[nodiscard]] const Bytes& ticket_secret() const { return ticket_secret_; }
  /// When this server began to wait for lists that are missing, in seconds since 1970.
  [[nodiscard]] std::int64_t started() const { return started_; }
  /// The file that `edge-run deny` writes, and the page that tells workers to read it again.
  [[nodiscard]] std::string deny_file() const;
  [[nodiscard]] const EpochPage& denials() const { return denials_; }
  /// A failure keeps what is in force.
  Result<> publish_denials();
  /// The file that the fetcher writes OCSP answers to, and the page that tells workers to read it again.
  [[nodiscard]] std::string answers_file() const;
  [[nodiscard]] const EpochPage& answers() const { return answers_; }
  void publish_answers() { answers_.store(answers_.load() + 1); }
  /// The folder for index files, made when first asked for (with state_dir, mode 0700); folders of servers
  /// that were killed are removed then.
  Result<std::string> folder();

 private:
  std::string state_dir_;
  std::string folder_;
  int lock_ = -1;
  std::uint64_t epoch_ = 0;
  Bytes ticket_secret_;
  std::int64_t started_;
  EpochPage denials_, answers_;
};

class Generation {
 public:
  /// Fails, naming file and remedy, for what cannot be used; nothing is published then.
  static Result<std::unique_ptr<Generation>> load(Config config, Instance& instance);
  ~Generation();
  Generation(const Generation&) = delete;

  /// Reads the sites' lists anew and publishes their index to running workers. A failure keeps the index in
  /// force.
  Result<> publish_lists();
  /// True when `newer` and the files it names are what this generation was made from, revocation lists aside.
  [[nodiscard]] bool only_lists_may_differ(const Config& newer) const;
  /// Files that workers found to matter: modules that the scripts import.
  void watch(const std::vector<std::string>& files) { stamps_.add(files); }

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const EpochPage& epoch() const { return epoch_; }
  /// What workers learn revocations from.
  [[nodiscard]] RevocationFiles revocations() const {
    return {.lists = epoch_,
            .index = index_file_,
            .denials = instance_.denials(),
            .denied = instance_.deny_file(),
            .answers = instance_.answers(),
            .answered = answers_file()};
  }
  /// Where OCSP answers are; "": no site asks.
  [[nodiscard]] std::string answers_file() const { return ocsp_ ? instance_.answers_file() : ""; }
  /// From workers to the fetcher; null: no site asks.
  [[nodiscard]] const OcspChannel* ocsp() const { return ocsp_.get(); }
  [[nodiscard]] const std::vector<std::shared_ptr<const tls::Site>>& sites() const { return sites_; }
  /// Those of the configuration, else this server's own; none where one worker remembers its sessions.
  [[nodiscard]] const tls::TicketSecrets& ticket_secrets() const { return ticket_secrets_; }
  /// Where alerts go.
  [[nodiscard]] const Webhook& webhook() const { return webhook_; }

 private:
  Generation(Config config, Instance& instance);
  [[nodiscard]] Result<> choose_ticket_secrets();
  [[nodiscard]] Result<std::vector<tls::Crl>> read_all_lists() const;
  Config config_;
  Instance& instance_;
  std::vector<std::shared_ptr<const tls::Site>> sites_;
  tls::TicketSecrets ticket_secrets_;
  Webhook webhook_;
  std::unique_ptr<const OcspChannel> ocsp_;
  FileStamps stamps_;
  EpochPage epoch_;
  std::string index_file_;  ///< "": no site has lists
};

}  // namespace edge::server
