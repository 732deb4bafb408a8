// Where a site's revocation lists come from: files, folders, and the cache of those that are fetched.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/error.h"
#include "runtime/tls/crl.h"
#include "runtime/tls/site.h"

namespace edge::server {

/// Every list of the site's sources. Fails, naming the file, for one that cannot be used: a list that is
/// passed over would let in who it revokes. A URL whose list was never fetched is an event in the log.
Result<std::vector<tls::Crl>> read_lists(const tls::Site& site, const std::string& state_dir,
                                         std::int64_t now);

/// Those of one file or folder; of a URL none.
Result<std::vector<tls::Crl>> read_source(const std::string& source,
                                          const std::vector<tls::ListSigner>& signers, std::int64_t now);

/// URLs that are fetched for the site whether or not a client names them: those configured, and the
/// distribution points of its CAs whose host is in crl_hosts.
std::vector<std::string> list_urls(const tls::Site& site);
/// Whether certificates may name the URL.
bool is_allowed(const SiteConfig& site, const std::string& url);

/// A list that was fetched, and what its server said about it.
struct CachedList {
  std::string url = {}, etag = {}, last_modified = {};
  Bytes list = {};
};
/// In `state_dir`, by the URL's hash, so that it survives restarts. Nothing when there is none.
std::optional<CachedList> read_cached(const std::string& state_dir, const std::string& url);
Result<> write_cached(const std::string& state_dir, const CachedList& cached);

Result<Bytes> read_file(const std::string& path);
/// Who may read a file that is written: its owner, or everybody whom the umask leaves.
enum class Readers : std::uint8_t { owner, everybody };
/// Replaces the file at once: whoever reads it sees the old content or the new.
Result<> replace_file(const std::string& path, BytesView content, Readers readers = Readers::owner);

}  // namespace edge::server
