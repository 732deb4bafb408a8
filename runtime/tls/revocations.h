// The revocation index: immutable, mapped read-only, shared by all sites and workers. (issuer, serial) →
// revoked.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/base/shared_text.h"
#include "runtime/tls/crl.h"
#include "runtime/tls/deny_list.h"
#include "runtime/tls/ocsp_answers.h"
#include "runtime/tls/revocation_scope.h"

namespace edge::tls {

/// What lists and OCSP responders say of one certificate.
struct Verdict {
  enum class State : std::uint8_t {
    unchecked,  ///< the site has no lists, and asks no responder
    good,       ///< current lists speak for it and do not name it, or a responder called it good
    revoked,    ///< a list, current or not, names it, or the deny-list does, or a responder said so
    unknown,    ///< the site has lists or asks, but nothing that is current speaks for it
  };
  enum class Why : std::uint8_t {
    none,
    missing,      ///< there is no list of the issuer, and no answer of a responder
    stale,        ///< its successor is overdue
    not_covered,  ///< there are lists of the issuer, but of other parts of it; or the responder knows it not
  };
  State state = State::unchecked;
  std::uint8_t reason = 0;
  std::int64_t revoked_at = 0;
  /// Source of the list that decided, or "ocsp:" and the responder's URL; for `unknown` the issuer's newest
  /// stale one; "" without any.
  SharedText list = {};
  std::int64_t this_update = 0, next_update = 0;
  Why why = Why::none;     ///< of `unknown`
  bool tolerated = false;  ///< `unknown`, and the site's policy puts up with it
  /// Nothing is known against the client, and the site asks for no more.
  [[nodiscard]] bool admits() const {
    return state == State::good || state == State::unchecked || (state == State::unknown && tolerated);
  }
  bool operator==(const Verdict&) const = default;
};

/// What a site makes of lists that are missing or stale.
struct ListPolicy {
  bool has_lists = true;
  bool asks_ocsp = false;
  Tolerance missing = {}, stale = {};
};

/// One list of an index.
struct RevocationList {
  ListSignature by = {};
  ListScope scope = {};
  std::array<std::uint8_t, 32> sha256{};
  SharedText source = {};
  Bytes number = {};  ///< as Crl::number
  std::int64_t this_update = 0, next_update = 0;
  std::size_t entries = 0;
  bool is_delta = false;  ///< without the list that it changes: it revokes, and vouches for nobody
  bool signer_is_revoked = false;
  /// When its successor is due.
  [[nodiscard]] std::int64_t end() const;
  /// Issued by now, and its successor not yet due.
  [[nodiscard]] bool is_current(std::int64_t now) const;
};

/// How long a list without nextUpdate counts as current: a week, after which cfssl's lists too are replaced
/// (T52).
inline constexpr std::int64_t list_age_max = 7 * 24 * 3600;

class Revocations {
 public:
  /// Writes the index of `lists` to a temporary file beside `path` and renames it there. Epochs only grow.
  /// `started` is when the server began to wait for lists that are missing.
  static Result<> write(const std::string& path, std::uint64_t epoch, std::span<const Crl> lists,
                        std::int64_t started = 0);
  /// `head` leaves the entries' checksum to whoever wrote the file: reading 100 MB would pause a worker.
  enum class Check : std::uint8_t { head, everything };
  /// Maps `path`; fails when its magic, version, size or checksum is wrong.
  static Result<std::shared_ptr<const Revocations>> open(const std::string& path,
                                                         Check what = Check::everything);
  /// An index of no lists, for a server without any.
  static std::shared_ptr<const Revocations> none();
  /// The same lists with another deny-list and other answers of OCSP responders; null: none.
  [[nodiscard]] std::shared_ptr<const Revocations> with(std::shared_ptr<const DenyList> denied,
                                                        std::shared_ptr<const OcspAnswers> answers,
                                                        std::uint64_t epoch) const;

  Revocations(const Revocations&) = delete;
  ~Revocations();

  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] std::uint64_t lists_epoch() const;  ///< of the file
  [[nodiscard]] std::size_t entries() const;
  [[nodiscard]] std::span<const RevocationList> lists() const;
  /// By lists alone. Never `unchecked`: the site knows whether it has lists.
  [[nodiscard]] Verdict look_up(const RevocationKey& key, std::int64_t now) const;
  /// The worst verdict over a chain, leaf first, of lists, OCSP and deny-list: every certificate counts. Of
  /// one certificate, a list or a responder can say that it is revoked, and either is enough to call it good.
  [[nodiscard]] Verdict judge(std::span<const RevocationKey> chain, const ListPolicy& policy,
                              std::int64_t now) const;

 private:
  Revocations() = default;
  [[nodiscard]] Verdict hear(const RevocationKey& key, const ListPolicy& policy, std::int64_t now) const;
  [[nodiscard]] bool is_of_revoked_responder(const KnownAnswer& known, const RevocationKey& key) const;
  struct Mapping;
  std::shared_ptr<const Mapping> mapping_;
  std::shared_ptr<const DenyList> denied_;
  std::shared_ptr<const OcspAnswers> answers_;
  std::uint64_t epoch_ = 0;
};

}  // namespace edge::tls
