// The certificates that a CA issued, in the text format of `openssl ca`, so that either program can go on
// with the other's folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"

namespace edge::cli {

/// One line: status, expiry, revocation, serial, file, subject, with tabs between them.
/// https://docs.openssl.org/master/man1/openssl-ca/#files
struct Issued {
  Bytes serial;                ///< DER content octets
  std::string subject;         ///< "/O=Example/CN=alice"
  std::int64_t not_after = 0;  ///< seconds since 1970
  bool is_revoked = false;
  std::int64_t revoked_at = 0;
  std::uint8_t reason = 0;  ///< CRLReason
};

class IssuedIndex {
 public:
  /// Fails, naming `source` and the line, for one that cannot be read: a revocation that is passed over would
  /// be forgotten in the next list.
  static Result<IssuedIndex> parse(std::string_view text, const std::string& source);
  [[nodiscard]] std::string text() const;

  /// The line of a serial, whatever zeros lead it; null: it was not issued here.
  [[nodiscard]] Issued* find(BytesView serial);
  void add(Issued issued) { lines_.push_back(std::move(issued)); }
  [[nodiscard]] const std::vector<Issued>& lines() const { return lines_; }

 private:
  std::vector<Issued> lines_;
};

}  // namespace edge::cli
