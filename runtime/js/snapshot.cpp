// The startup snapshot: a header that says what the blob fits, and the blob.
#include "runtime/js/snapshot.h"

#include <link.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "runtime/js/bootstrap.h"
#include "runtime/js/engine.h"
#include "runtime/js/platform.h"

namespace edge::js {

namespace {

using Digest = std::array<std::uint8_t, SHA256_DIGEST_LENGTH>;

Digest sha256(std::string_view text) {
  Digest digest{};
  SHA256(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), digest.data());
  return digest;
}

struct Header {
  std::array<char, 16> magic{};
  Digest checksum{};  ///< over all that follows, the blob included
  std::array<char, 48> v8_version{};
  Digest library{};
  Digest builtins{};
};
static_assert(sizeof(Header) % 16 == 0, "the blob is aligned as the whole is");
constexpr std::string_view magic = "edge-run snap 1\n";
constexpr std::size_t checked_from = sizeof(Header::magic) + sizeof(Header::checksum);

/// Where V8's code lies in this process, and the build id of what was mapped there.
struct LibrarySearch {
  std::uintptr_t address;
  std::string build_id;
};

void read_build_id(const dl_phdr_info& object, const ElfW(Phdr) & segment, std::string& build_id) {
  const auto* at = reinterpret_cast<const char*>(object.dlpi_addr + segment.p_vaddr);
  const auto* end = at + segment.p_memsz;
  const auto padded = [](std::size_t size) { return (size + 3) & ~std::size_t{3}; };
  while (at + sizeof(ElfW(Nhdr)) <= end) {
    const auto* note = reinterpret_cast<const ElfW(Nhdr)*>(at);
    const auto* name = at + sizeof *note;
    const auto* description = name + padded(note->n_namesz);
    if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
      build_id.assign(description, note->n_descsz);
      return;
    }
    at = description + padded(note->n_descsz);
  }
}

int look_for_library(dl_phdr_info* object, std::size_t, void* data) {
  auto& search = *static_cast<LibrarySearch*>(data);
  const std::span segments(object->dlpi_phdr, object->dlpi_phnum);
  const bool has_it = std::ranges::any_of(segments, [&](const auto& segment) {
    const auto start = object->dlpi_addr + segment.p_vaddr;
    return segment.p_type == PT_LOAD && search.address >= start && search.address < start + segment.p_memsz;
  });
  if (!has_it) return 0;
  for (const auto& segment : segments) {
    if (segment.p_type == PT_NOTE) read_build_id(*object, segment, search.build_id);
    if (!search.build_id.empty()) break;
  }
  return 1;
}

/// A blob refers to built-in functions of the library by number: the same version built anew may number them
/// anew.
Digest library_digest() {
  // The address of a function may be a stub of our own program, so one in the library is asked for: of V8's
  // version.
  LibrarySearch search{reinterpret_cast<std::uintptr_t>(v8::V8::GetVersion()), {}};
  dl_iterate_phdr(look_for_library, &search);
  return sha256(search.build_id);
}

Digest builtins_digest(const Builtins& builtins) {
  std::string names;
  for (const auto& table : builtins.natives) {
    for (const auto& native : table) names.append(native.name).append("\n");
  }
  // The script is long: it is hashed where it lies.
  const Digest script = sha256(builtins.bootstrap);
  return sha256(names.append(script.begin(), script.end()));
}

Header header_for(const Builtins& builtins) {
  Header header;
  std::ranges::copy(magic, header.magic.begin());
  const std::string_view version = v8::V8::GetVersion();
  std::ranges::copy(version.substr(0, header.v8_version.size() - 1), header.v8_version.begin());
  header.library = library_digest();
  header.builtins = builtins_digest(builtins);
  return header;
}

edge::Result<v8::StartupData> create_blob(v8::Isolate* isolate, v8::SnapshotCreator& creator,
                                          const Builtins& builtins, ProgramText& text) {
  {
    v8::HandleScope handles(isolate);
    creator.SetDefaultContext(v8::Context::New(isolate));
    auto context = v8::Context::New(isolate);
    v8::Context::Scope context_scope(context);
    auto entries = run_bootstrap(isolate, context, builtins, text);
    if (!entries) return std::unexpected(entries.error());
    creator.AddData(context, *entries);
    creator.AddContext(context);
  }
  // With the bytecode of what the bootstrap ran: it need not be compiled again.
  return creator.CreateBlob(v8::SnapshotCreator::FunctionCodeHandling::kKeep);
}

}  // namespace

edge::Result<std::string> make_snapshot(const Builtins& builtins) {
  start_engine(snapshot_engine);
  std::unique_ptr<v8::ArrayBuffer::Allocator> allocator(v8::ArrayBuffer::Allocator::NewDefaultAllocator());
  BootstrapReferences references(builtins);
  v8::Isolate::CreateParams parameters;
  parameters.array_buffer_allocator = allocator.get();
  parameters.external_references = references.data();
  auto* isolate = v8::Isolate::Allocate();
  auto tasks =
      std::make_shared<ForegroundTasks>(platform().threads(), nullptr, [](const auto& run) { run(); });
  platform().add(isolate, tasks);
  edge::Result<v8::StartupData> blob;
  {
    v8::SnapshotCreator creator(isolate, parameters);
    isolate->SetData(0, nullptr);
    blob = create_blob(isolate, creator, builtins, references.text());
    tasks->close();
  }
  isolate->Dispose();
  platform().remove(isolate);
  if (!blob) return std::unexpected(blob.error());
  std::unique_ptr<const char[]> owner(blob->data);
  if (!blob->CanBeRehashed()) {
    return fail(ErrorKind::script, "the bootstrap leaves a hash table that a snapshot cannot seed anew");
  }
  Header header = header_for(builtins);
  std::string snapshot(reinterpret_cast<const char*>(&header), sizeof header);
  snapshot.append(blob->data, static_cast<std::size_t>(blob->raw_size));
  header.checksum = sha256(std::string_view(snapshot).substr(checked_from));
  std::memcpy(snapshot.data(), &header, sizeof header);
  return snapshot;
}

std::string snapshot_problem(SnapshotView snapshot, const Builtins& builtins) {
  if (snapshot.size() <= sizeof(Header)) return "it is cut short";
  Header header;
  std::memcpy(&header, snapshot.data(), sizeof header);
  const Header wanted = header_for(builtins);
  if (header.magic != wanted.magic) return "it is of another format";
  if (header.v8_version != wanted.v8_version) {
    header.v8_version.back() = '\0';
    return std::string("it was made by V8 ") + header.v8_version.data() + ", this is " +
           wanted.v8_version.data();
  }
  if (header.library != wanted.library) return "it was made by another build of V8's library";
  if (header.builtins != wanted.builtins) return "it was made of another bootstrap";
  if (header.checksum != sha256({snapshot.data() + checked_from, snapshot.size() - checked_from})) {
    return "its checksum is wrong";
  }
  const auto blob = snapshot_blob(snapshot);
  v8::StartupData data{blob.data(), static_cast<int>(blob.size())};
  return data.IsValid() ? std::string() : "V8 refuses it";
}

SnapshotView snapshot_blob(SnapshotView snapshot) { return snapshot.subspan(sizeof(Header)); }

}  // namespace edge::js
