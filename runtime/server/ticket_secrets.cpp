// Whoever has a ticket's secret can be every client that resumes: a file that others may read is refused.
#include "runtime/server/ticket_secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

namespace edge::server {
namespace {

/// Of 32 random octets hardly two are alike; text in hex has 16 values.
constexpr std::size_t distinct_octets_min = 10;
constexpr mode_t readable_by_others = 0007, writable_by_group = 0020;

std::unexpected<Error> refuse(const std::string& path, const std::string& why) {
  return fail(ErrorKind::config, "ticket_secret: " + path + " " + why);
}

std::string make_one(const std::string& path) {
  return "; make one with: openssl rand -out " + path + " 48 && chmod 600 " + path;
}

Result<Bytes> read_secret(const std::string& path, int file) {
  struct stat status{};
  if (::fstat(file, &status) != 0)
    return refuse(path, std::string("cannot be read: ") + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return refuse(path, "is no file");
  if ((status.st_mode & (readable_by_others | writable_by_group)) != 0)
    return refuse(path, "may be read or changed by others, who could then be any client: chmod 600 " + path);
  Bytes secret(ticket_secret_bytes_max + 1);
  std::size_t size = 0;
  while (size < secret.size()) {
    const ssize_t got = ::read(file, secret.data() + size, secret.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse(path, std::string("cannot be read: ") + std::strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  secret.resize(size);
  return secret;
}

Result<Bytes> load_secret(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    const std::string remedy = errno == ENOENT ? make_one(path) : "";
    return refuse(path, std::string("cannot be read: ") + std::strerror(errno) + remedy);
  }
  auto secret = read_secret(path, file);
  ::close(file);
  if (!secret) return secret;
  if (secret->size() < ticket_secret_bytes_min)
    return refuse(path, "has " + std::to_string(secret->size()) + " octets, and a secret has at least " +
                            std::to_string(ticket_secret_bytes_min) + make_one(path));
  if (secret->size() > ticket_secret_bytes_max)
    return refuse(
        path, "has more than " + std::to_string(ticket_secret_bytes_max) + " octets: is it the right file?");
  if (std::set<std::uint8_t>(secret->begin(), secret->end()).size() < distinct_octets_min)
    return refuse(path, "is no secret: its octets are nearly all alike" + make_one(path));
  return secret;
}

}  // namespace

Result<tls::TicketSecrets> load_ticket_secrets(const Config& config) {
  tls::TicketSecrets secrets;
  for (const std::string& path : config.ticket_secret) {
    auto secret = load_secret(path);
    if (!secret) return std::unexpected(std::move(secret.error()));
    if (std::ranges::contains(secrets, *secret))
      return refuse(path,
                    "holds the same secret as a file named before it: name each once, the newest first");
    secrets.push_back(std::move(*secret));
  }
  return secrets;
}

}  // namespace edge::server
