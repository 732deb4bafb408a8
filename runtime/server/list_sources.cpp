// Reads sources, and keeps what was fetched.
#include "runtime/server/list_sources.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "runtime/base/log.h"
#include "runtime/base/option_values.h"
#include "runtime/server/list_url.h"
#include "runtime/tls/asn1.h"

namespace edge::server {
namespace {

namespace fs = std::filesystem;
using option_values::is_url;

fs::path cache_folder(const std::string& state_dir) { return fs::path(state_dir) / "crl-cache"; }

fs::path cache_file(const std::string& state_dir, const std::string& url) {
  return cache_folder(state_dir) / (hex_upper(tls::sha256(as_bytes(url))).substr(0, 32) + ".list");
}

bool is_list_name(const fs::path& path) {
  const auto ending = path.extension();
  return ending == ".crl" || ending == ".der" || ending == ".pem";
}

/// The file itself, or what the folder holds, in the order of names.
Result<std::vector<std::string>> files_of(const std::string& source) {
  std::error_code failed;
  if (!fs::is_directory(source, failed)) return std::vector{source};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(source, failed))
    if (is_list_name(entry.path())) files.push_back(entry.path().string());
  if (failed) return fail(ErrorKind::config, source + ": " + failed.message());
  std::ranges::sort(files);
  return files;
}

/// One line of the cache file's head.
std::string take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  std::string line(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::optional<CachedList> cached_in(const fs::path& file) {
  const auto bytes = read_file(file.string());
  if (!bytes) return std::nullopt;
  std::string_view text = as_text(*bytes);
  CachedList cached;
  cached.url = take_line(text);
  cached.etag = take_line(text);
  cached.last_modified = take_line(text);
  cached.list.assign(text.begin(), text.end());
  return cached;
}

/// The lists that clients' certificates led to.
std::vector<CachedList> found_lists(const tls::Site& site, const std::string& state_dir) {
  std::vector<CachedList> found;
  const auto configured = list_urls(site);
  std::error_code failed;
  if (site.config().crl_hosts.empty()) return found;
  for (const auto& entry : fs::directory_iterator(cache_folder(state_dir), failed)) {
    if (entry.path().extension() != ".list") continue;
    auto cached = cached_in(entry.path());
    if (!cached || !is_allowed(site.config(), cached->url)) continue;
    if (std::ranges::find(configured, cached->url) == configured.end()) found.push_back(std::move(*cached));
  }
  return found;
}

void append(std::vector<tls::Crl>& lists, std::vector<tls::Crl> more) {
  std::ranges::move(more, std::back_inserter(lists));
}

}  // namespace

Result<std::vector<tls::Crl>> read_lists(const tls::Site& site, const std::string& state_dir,
                                         std::int64_t now) {
  std::vector<std::string> left_out;
  const auto signers = site.list_signers(now, &left_out);
  for (const std::string& why : left_out)
    log::write(LogLevel::warn, "crl.issuer", why, {{"site", site.config().name}});
  std::vector<tls::Crl> lists;
  for (const std::string& source : site.config().client_crl) {
    auto read = read_source(source, signers, now);
    if (!read) return read;
    append(lists, std::move(*read));
  }
  std::vector<CachedList> fetched = found_lists(site, state_dir);
  for (const std::string& url : list_urls(site)) {
    if (auto cached = read_cached(state_dir, url)) {
      fetched.push_back(std::move(*cached));
    } else {
      log::write(LogLevel::warn, "crl.missing", "a revocation list was not fetched yet",
                 {{"site", site.config().name}, {"url", url}});
    }
  }
  for (const CachedList& one : fetched) {
    // It was good when it was fetched; its CA may have been taken from the configuration since.
    auto parsed = tls::parse_crls(one.list, one.url, signers, now);
    if (parsed) {
      append(lists, std::move(*parsed));
    } else {
      log::write(LogLevel::warn, "crl.unusable", parsed.error().message, {{"site", site.config().name}});
    }
  }
  return lists;
}

Result<std::vector<tls::Crl>> read_source(const std::string& source,
                                          const std::vector<tls::ListSigner>& signers, std::int64_t now) {
  std::vector<tls::Crl> lists;
  if (is_url(source)) return lists;
  auto files = files_of(source);
  if (!files) return std::unexpected(std::move(files.error()));
  for (const std::string& file : *files) {
    auto bytes = read_file(file);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    auto parsed = tls::parse_crls(*bytes, file, signers, now);
    if (!parsed) return parsed;
    append(lists, std::move(*parsed));
  }
  return lists;
}

std::vector<std::string> list_urls(const tls::Site& site) {
  std::vector<std::string> urls;
  const auto add = [&](const std::string& url) {
    if (std::ranges::find(urls, url) == urls.end()) urls.push_back(url);
  };
  for (const std::string& source : site.config().client_crl)
    if (is_url(source)) add(source);
  if (site.config().crl_hosts.empty()) return urls;
  for (const tls::X509Ptr& ca : site.client_cas())
    for (const std::string& url : tls::distribution_point_urls(ca.get()))
      if (is_allowed(site.config(), url)) add(url);
  return urls;
}

bool is_allowed(const SiteConfig& site, const std::string& url) {
  const auto parsed = parse_list_url(url);
  return parsed && is_among(site.crl_hosts, parsed->host);
}

std::optional<CachedList> read_cached(const std::string& state_dir, const std::string& url) {
  auto cached = cached_in(cache_file(state_dir, url));
  if (!cached || cached->url != url) return std::nullopt;
  return cached;
}

Result<> write_cached(const std::string& state_dir, const CachedList& cached) {
  std::error_code failed;
  fs::create_directories(cache_folder(state_dir), failed);
  if (failed) return fail(ErrorKind::io, cache_folder(state_dir).string() + ": " + failed.message());
  const std::string head = cached.url + "\n" + cached.etag + "\n" + cached.last_modified + "\n";
  Bytes content(head.begin(), head.end());
  content.insert(content.end(), cached.list.begin(), cached.list.end());
  return replace_file(cache_file(state_dir, cached.url).string(), content);
}

Result<Bytes> read_file(const std::string& path) {
  // A stream can be opened on a folder, and throws when it is read.
  std::error_code failed;
  if (fs::is_directory(path, failed)) return fail(ErrorKind::config, path + " is a folder, not a file");
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorKind::config, path + " cannot be read: " + std::strerror(errno));
  Bytes bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return fail(ErrorKind::config, path + " cannot be read");
  return bytes;
}

Result<> replace_file(const std::string& path, BytesView content, Readers readers) {
  const std::string temporary = path + ".tmp." + std::to_string(::getpid());
  // Made here and now, with its mode: a file or link that somebody left there is not written to.
  ::unlink(temporary.c_str());
  const mode_t mode = readers == Readers::owner ? 0600 : 0644;
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  bool done = file >= 0;
  while (done && !content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    done = written >= 0;
    if (done) content = content.subspan(static_cast<std::size_t>(written));
  }
  done = done && ::fsync(file) == 0;
  if (file >= 0) done = ::close(file) == 0 && done;
  if (done && ::rename(temporary.c_str(), path.c_str()) == 0) return {};
  const std::string why = std::strerror(errno);
  ::unlink(temporary.c_str());
  return fail(ErrorKind::io, path + ": cannot be written: " + why);
}

}  // namespace edge::server
