// Clients that the operator shuts out at once, without waiting for their CA: by certificate, by key, or by
// issuer and serial.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/tls/revocation_scope.h"

namespace edge::tls {

/// One line of the file.
struct Denial {
  enum class By : std::uint8_t { sha256, spki, serial };
  By by = By::sha256;
  Bytes value = {};       ///< the certificate's or key's SHA-256; or a serial's octets
  NameId issuer{};        ///< for `serial`
  std::int64_t since{};   ///< seconds since 1970
  std::string note = {};  ///< the operator's, one line
  [[nodiscard]] std::string text() const;
  /// Says the same of a certificate.
  [[nodiscard]] bool same_as(const Denial& other) const;
};

class DenyList {
 public:
  /// Fails, naming `source` and the line, for what cannot be read: a denial that is skipped would let a
  /// client in.
  static Result<DenyList> parse(std::string_view text, const std::string& source);
  /// Of the file at `path`; one that does not exist denies nobody.
  static Result<DenyList> read(const std::string& path);

  void add(Denial denial);
  /// False: there was none like it.
  bool remove(const Denial& denial);
  [[nodiscard]] const std::vector<Denial>& denials() const { return denials_; }
  [[nodiscard]] std::string text() const;
  /// The denial that meets the certificate; null: none does.
  [[nodiscard]] const Denial* find(const RevocationKey& key) const;

 private:
  void index();
  std::vector<Denial> denials_;
  std::map<Bytes, std::size_t> at_;  ///< by kind and value
};

/// "0A:0b:…" or "0a0b…"; nothing for what is no hexadecimal.
std::optional<Bytes> octets_of_hex(std::string_view hex);

}  // namespace edge::tls
