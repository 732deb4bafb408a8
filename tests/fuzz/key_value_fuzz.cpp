// Keys, prefixes and cursors of any bytes: the store says what a sorted map in memory says.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "runtime/store/key_value.h"

namespace {

using namespace edge;
using Model = std::map<std::string, std::string, std::less<>>;

void expect(bool condition) {
  if (!condition) std::abort();
}

/// As bytes compare, not as signed characters do.
bool begins(std::string_view key, std::string_view prefix) { return key.starts_with(prefix); }

void compare(store::KeyValue& store, const Model& model, std::string_view prefix) {
  std::size_t expected = 0, found = 0;
  for (const auto& [key, value] : model) expected += begins(key, prefix) ? 1U : 0U;
  std::string cursor, last;
  bool complete = false;
  for (std::size_t pages = 0; !complete; ++pages) {
    expect(pages <= model.size() + 1);
    const auto listing = store.list(prefix, 2, cursor);
    expect(listing.has_value() && listing->keys.size() <= 2);
    for (const auto& key : listing->keys) {
      expect(begins(key.name, prefix) && model.contains(key.name));
      expect(found == 0 || last < key.name);
      last = key.name;
      ++found;
    }
    cursor = listing->cursor;
    complete = listing->complete;
  }
  expect(found == expected);
  for (const auto& [key, value] : model) {
    const auto got = store.get(key);
    expect(got.has_value() && got->has_value() && (*got)->bytes == value);
  }
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-fuzz-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string database() const { return (path_ / "kv.sqlite").string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

// Each operation: what to do, how long its key is, the key. The last key is the prefix that is listed, too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  static const auto opened = store::open_sqlite(folder.database(), "fuzz");
  expect(opened.has_value());
  store::KeyValue& store = **opened;
  Model model;
  std::string_view input(reinterpret_cast<const char*>(data), size), key;
  for (int operations = 0; input.size() >= 2 && operations < 32; ++operations) {
    const auto operation = static_cast<std::uint8_t>(input[0]);
    key = input.substr(2, static_cast<std::uint8_t>(input[1]) % 24);
    input.remove_prefix(2 + key.size());
    if (operation % 4 == 0) {
      expect(store.remove(key).has_value());
      if (const auto found = model.find(key); found != model.end()) model.erase(found);
    } else {
      const std::string value(operation, 'v');
      expect(store.put(key, {.bytes = value, .metadata = {}}).has_value());
      model.insert_or_assign(std::string(key), value);
    }
  }
  compare(store, model, key);
  compare(store, model, key.substr(0, 1));
  // A cursor of strangers' bytes is refused, or one of the listing.
  (void)store.list(key, 5, input.substr(0, 40));
  for (const auto& [name, value] : model) expect(store.remove(name).has_value());
  return 0;
}
