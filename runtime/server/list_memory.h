// The newest revocation list of each kind that this server ever had, kept across restarts: who can replace a
// file but not sign one would bring back an old list, to unrevoke a certificate (T57).
#pragma once

#include <map>
#include <span>
#include <string>

#include "runtime/base/error.h"
#include "runtime/tls/crl.h"

namespace edge::server {

class ListMemory {
 public:
  /// Of the file in `state_dir`; an empty memory where there is none.
  static Result<ListMemory> read(const std::string& state_dir);
  /// Fails, naming list and remedy, when all lists of an issuer and scope are older than what was in force:
  /// by CRLNumber, or by thisUpdate where a list has none.
  [[nodiscard]] Result<> check(std::span<const tls::Crl> lists) const;
  /// Notes them, and writes the file when something is new.
  Result<> remember(std::span<const tls::Crl> lists);

 private:
  struct Newest {
    Bytes number;
    std::int64_t this_update = 0;
    bool operator==(const Newest&) const = default;
  };
  /// By issuer and scope.
  using Kinds = std::map<std::string, Newest>;
  static Kinds newest_of(std::span<const tls::Crl> lists);
  static bool is_older(const Newest& one, const Newest& other);
  std::string file_;
  Kinds kinds_;
};

}  // namespace edge::server
