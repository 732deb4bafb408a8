// A CA in a plain folder: its certificate and key, what it issued, and its revocation list.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/error.h"
#include "runtime/cli/issued_index.h"
#include "runtime/cli/output_file.h"
#include "runtime/tls/certs.h"

namespace edge::cli {

/// DIR/ca.pem, DIR/ca.key (mode 0600), DIR/chain.pem (of a CA below another: what clients send after their
/// certificate), DIR/index.txt, DIR/crlnumber, DIR/crl.pem.
class AuthorityFolder {
 public:
  /// Writes a new CA with an empty list. `chain`: its own certificate and those above it, without the root;
  /// empty for a root. Fails for a folder that has a CA already, unless it may be overwritten.
  static Result<> create(const std::string& folder, const tls::Identity& ca,
                         const std::vector<const x509_st*>& chain, std::int64_t crl_seconds, std::int64_t now,
                         Overwrite overwrite);
  /// Reads the CA and waits for its lock, so that two commands at once act one after the other. Fails, naming
  /// `init`, where there is none.
  static Result<AuthorityFolder> open(const std::string& folder);
  ~AuthorityFolder();
  AuthorityFolder(AuthorityFolder&& other) noexcept;
  AuthorityFolder& operator=(AuthorityFolder&&) = delete;

  [[nodiscard]] const tls::Identity& ca() const { return ca_; }
  /// What is sent after a certificate of this CA; empty for a root's.
  [[nodiscard]] const std::vector<tls::X509Ptr>& chain() const { return chain_; }
  [[nodiscard]] std::int64_t not_after() const;  ///< of the CA, seconds since 1970
  [[nodiscard]] IssuedIndex& index() { return index_; }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_ + "/" + name; }

  /// Replaces DIR/index.txt.
  Result<> write_index() const;
  /// Signs a list of everything that the index calls revoked, with the next number, as DIR/crl.pem. The
  /// number is taken before the list is written: none is ever given to two lists.
  Result<std::uint64_t> write_crl(std::int64_t valid_seconds, std::int64_t now) const;

 private:
  AuthorityFolder() = default;
  std::string folder_;
  int lock_ = -1;
  tls::Identity ca_;
  std::vector<tls::X509Ptr> chain_;
  IssuedIndex index_;
};

/// PEM of certificates, one after the other.
std::string pem_of(const std::vector<const x509_st*>& certificates);
/// The line of the index for a certificate.
Issued issued_of(const x509_st* certificate);

}  // namespace edge::cli
