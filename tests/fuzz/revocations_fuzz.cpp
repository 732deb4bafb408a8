// A revocation index of any bytes, as a disk may give it back: it is refused, or looked up in without harm.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "runtime/tls/revocation_file.h"

using namespace edge;
using namespace edge::tls;

namespace {

/// A file in memory that has a name.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("index", MFD_CLOEXEC)) { check(fd_ >= 0); }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }
  void fill(BytesView bytes) const {
    check(ftruncate(fd_, 0) == 0);
    check(pwrite(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  }

 private:
  int fd_;
};

/// The header as a writer would have left it, so that junk behind it is looked at too.
void mend(Bytes& file) {
  RevocationHeader header{};
  if (file.size() < filter_offset(header)) return;
  std::memcpy(&header, file.data(), sizeof header);
  header.magic = revocation_magic;
  header.version = revocation_version;
  header.lists_size %= file.size() - sizeof header + 1;
  while (filter_offset(header) > file.size()) --header.lists_size;
  const std::uint64_t room = (file.size() - filter_offset(header)) / sizeof(FilterBlock);
  header.filter_blocks = header.filter_blocks % std::max<std::uint64_t>(room, 1) + 1;
  file.resize(std::max<std::size_t>(file.size(), slots_offset(header)));
  header.slot_count =
      std::max<std::uint64_t>((file.size() - slots_offset(header)) / sizeof(RevocationSlot), 1);
  file.resize(slots_offset(header) + header.slot_count * sizeof(RevocationSlot));
  header.file_size = file.size();
  header.spread = header.spread % header.slot_count + 1;
  header.slots_sha256 = slots_checksum(file, header);
  header.head_sha256 = head_checksum(file, header);
  std::memcpy(file.data(), &header, sizeof header);
}

RevocationKey key_of(BytesView from) {
  RevocationKey key;
  for (std::size_t i = 0; i < from.size() && i < key.issuer.size(); ++i) key.issuer[i] = from[i];
  for (std::size_t i = 0; i < from.size() && i < key.issuer_name.size(); ++i) key.issuer_name[i] = from[i];
  key.anchor = key.issuer;
  key.serial.assign(from.begin(),
                    from.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(from.size(), 21)));
  return key;
}

void ask(const Revocations& index, BytesView bytes) {
  std::vector<RevocationKey> keys{key_of({}), key_of(bytes)};
  // Those that the lists of the file are of.
  for (std::size_t i = 0; i < index.lists().size() && i < 8; ++i) {
    RevocationKey key = key_of(bytes);
    key.issuer = index.lists()[i].by.issuer;
    key.anchor = index.lists()[i].by.anchor;
    key.issuer_name = index.lists()[i].by.name;
    keys.push_back(std::move(key));
  }
  for (const RevocationKey& key : keys) {
    const Verdict verdict = index.look_up(key, 1'750'000'000);
    check(verdict.state != Verdict::State::unchecked);
    // Nobody is good without a list that says so.
    check(verdict.state != Verdict::State::good || !index.lists().empty());
  }
  (void)index.judge(keys, {}, 1'750'000'000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MemoryFile file;
  if (size == 0) return 0;
  Bytes bytes(data + 1, data + size);
  const bool is_mended = (data[0] & 1) != 0;
  if (is_mended) mend(bytes);
  file.fill(bytes);
  for (const auto what : {Revocations::Check::everything, Revocations::Check::head})
    if (const auto index = Revocations::open(file.path(), what)) ask(**index, bytes);
  // The lists' table by itself: what is read is what would be written of it.
  (void)decode_lists(bytes);
  return 0;
}
