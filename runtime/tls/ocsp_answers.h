// What OCSP responders said, as every worker knows it: a file of a line for each certificate.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>

#include "runtime/base/error.h"
#include "runtime/tls/ocsp.h"

namespace edge::tls {

/// Names a certificate: SHA-256 over its issuer and serial, cut short. Not its own digest: a client can
/// change its certificate's signature a little and keep it valid, but neither of these two.
using OcspKey = std::array<std::uint8_t, 16>;
OcspKey ocsp_key_of(const RevocationKey& key);

struct KnownAnswer {
  OcspAnswer answer;
  std::int64_t not_after = 0;  ///< of the certificate: nobody asks later
  std::string responder;       ///< its URL
  bool operator==(const KnownAnswer&) const = default;
};

class OcspAnswers {
 public:
  /// Fails, naming `source` and the line, for what cannot be read: an answer that is skipped could be a
  /// revocation.
  static Result<OcspAnswers> parse(std::string_view text, const std::string& source);
  /// Of the file at `path`; one that does not exist holds none.
  static Result<OcspAnswers> read(const std::string& path);

  /// Null: there is none.
  [[nodiscard]] const KnownAnswer* find(const OcspKey& key) const;
  /// False, and nothing changes, for an answer that is older than the one that is known: whoever replays it
  /// would bring back what was true before (T57).
  bool take(const OcspKey& key, KnownAnswer answer);
  /// Takes what the other has that is newer.
  void merge(const OcspAnswers& other);
  /// Drops the answers about certificates that expired; and where there are too many, those that were overdue
  /// first. Revocations stay.
  void forget(std::int64_t now, std::size_t most);
  [[nodiscard]] std::size_t size() const { return answers_.size(); }
  [[nodiscard]] std::string text() const;

 private:
  struct Hash {
    std::size_t operator()(const OcspKey& key) const {
      std::size_t value = 0;
      std::memcpy(&value, key.data(), sizeof value);
      return value;
    }
  };
  std::unordered_map<OcspKey, KnownAnswer, Hash> answers_;
};

}  // namespace edge::tls
