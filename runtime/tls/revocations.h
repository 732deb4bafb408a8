// The revocation index: immutable, mapped read-only, shared by all sites and workers. (issuer, serial) →
// revoked.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/tls/crl.h"

namespace edge::tls {

/// What the lists say of one certificate.
struct Verdict {
  enum class State : std::uint8_t {
    unchecked,  ///< the site has no lists
    good,       ///< a current list of the issuer does not name it
    revoked,    ///< a list, current or not, names it
    unknown,    ///< the site has lists, but none that is current for this issuer
  };
  State state = State::unchecked;
  std::uint8_t reason = 0;
  std::int64_t revoked_at = 0;
  std::string list =
      {};  ///< source of the list that decided; for `unknown` the issuer's newest stale one; "" without any
  std::int64_t this_update = 0, next_update = 0;
  bool operator==(const Verdict&) const = default;
};

/// What is looked up for one certificate of a chain.
struct RevocationKey {
  IssuerId issuer{};
  Bytes serial;  ///< DER content octets, minimal: 00 only where the next bit is set
};

/// One list of an index.
struct RevocationList {
  IssuerId issuer{};
  std::array<std::uint8_t, 32> sha256{};
  std::string source;
  Bytes number;  ///< as Crl::number
  std::int64_t this_update = 0, next_update = 0;
  std::size_t entries = 0;
  /// Issued by now, and its successor not yet due.
  [[nodiscard]] bool is_current(std::int64_t now) const;
};

/// How long a list without nextUpdate counts as current: a week, after which cfssl's lists too are replaced
/// (T52).
inline constexpr std::int64_t list_age_max = 7 * 24 * 3600;

class Revocations {
 public:
  /// Writes the index of `lists` to a temporary file beside `path` and renames it there. Epochs only grow.
  /// Fails when `path` is an index that has a list of the same issuer and source with a higher CRLNumber
  /// (T57).
  static Result<> write(const std::string& path, std::uint64_t epoch, std::span<const Crl> lists);
  /// Maps `path`; fails when its magic, version, size or checksum is wrong.
  static Result<std::shared_ptr<const Revocations>> open(const std::string& path);
  /// An index of no lists, for a server without any.
  static std::shared_ptr<const Revocations> none();

  Revocations(const Revocations&) = delete;
  ~Revocations();

  [[nodiscard]] std::uint64_t epoch() const;
  [[nodiscard]] std::size_t entries() const;
  [[nodiscard]] std::span<const RevocationList> lists() const;
  /// Never `unchecked`: the site knows whether it has lists.
  [[nodiscard]] Verdict look_up(const RevocationKey& key, std::int64_t now) const;
  /// The worst verdict over a chain, leaf first: revoked wins; the leaf alone decides between good and
  /// unknown.
  [[nodiscard]] Verdict look_up_chain(std::span<const RevocationKey> chain, std::int64_t now) const;

 private:
  Revocations() = default;
  struct Mapping;
  std::unique_ptr<Mapping> mapping_;
};

}  // namespace edge::tls
