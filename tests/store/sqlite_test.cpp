// The key-value store on SQLite.
#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "runtime/store/key_value.h"

using namespace edge;
using namespace edge::store;
using namespace std::string_literals;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "edge-run-test-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  [[nodiscard]] std::string database() const { return (path / "kv.sqlite").string(); }
};

std::unique_ptr<KeyValue> opened(const Folder& folder, const std::string& name = "KV") {
  return open_sqlite(folder.database(), name).value();
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::vector<std::string> names(const Listing& listing) {
  std::vector<std::string> all;
  for (const auto& key : listing.keys) all.push_back(key.name);
  return all;
}

}  // namespace

TEST_CASE("a store in a folder that is not there, and a file that is none, are refused with their names") {
  const Folder folder;
  const auto absent = open_sqlite((folder.path / "absent" / "kv").string(), "KV");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().message.contains("absent"));
  std::ofstream(folder.database()) << std::string(5000, 'x');
  const auto garbage = open_sqlite(folder.database(), "KV");
  REQUIRE_FALSE(garbage);
  CHECK(garbage.error().kind == ErrorKind::io);
}

TEST_CASE("workers that start together on a new file all open it") {
  constexpr int rounds = 40, openers = 4;
  for (int round = 0; round < rounds; ++round) {
    const Folder folder;
    std::barrier together(openers);
    std::atomic<int> open = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < openers; ++i)
        threads.emplace_back([&] {
          together.arrive_and_wait();
          if (open_sqlite(folder.database(), "KV")) ++open;
        });
    }
    REQUIRE(open == openers);
  }
}

TEST_CASE("a missing key is nothing, and removing it is no error") {
  const Folder folder;
  const auto store = opened(folder);
  CHECK_FALSE(store->get("a").value());
  CHECK(store->remove("a").has_value());
}

TEST_CASE("values are kept byte by byte, with metadata and expiration") {
  const Folder folder;
  const auto store = opened(folder);
  const std::string bytes = "a\0b\xff\xfe"s;
  REQUIRE(store->put("key", {.bytes = bytes, .metadata = R"({"a":1})", .expiration = now() + 1000}));
  const auto value = store->get("key").value();
  REQUIRE(value);
  CHECK(value->bytes == bytes);
  CHECK(value->metadata == R"({"a":1})");
  CHECK(value->expiration > now());
  REQUIRE(store->put("key", {.bytes = "", .metadata = "", .expiration = 0}));
  const auto second = store->get("key").value();
  REQUIRE(second);
  CHECK(second->bytes.empty());
  CHECK(second->metadata.empty());
  REQUIRE(store->remove("key"));
  CHECK_FALSE(store->get("key").value());
}

TEST_CASE("an expired value is neither found nor listed") {
  const Folder folder;
  const auto store = opened(folder);
  REQUIRE(store->put("old", {.bytes = "x", .metadata = "", .expiration = now() - 1}));
  REQUIRE(store->put("new", {.bytes = "x", .metadata = "", .expiration = now() + 1000}));
  CHECK_FALSE(store->get("old").value());
  CHECK(names(store->list("", 10, "").value()) == std::vector<std::string>{"new"});
}

TEST_CASE("namespaces of one file, and handles of one namespace") {
  const Folder folder;
  const auto one = opened(folder, "ONE"), two = opened(folder, "TWO"), again = opened(folder, "ONE");
  REQUIRE(one->put("a", {.bytes = "1", .metadata = "", .expiration = 0}));
  CHECK_FALSE(two->get("a").value());
  CHECK(two->list("", 10, "").value().keys.empty());
  CHECK(again->get("a").value()->bytes == "1");
}

TEST_CASE("values survive the handle") {
  const Folder folder;
  REQUIRE(opened(folder)->put("a", {.bytes = "1", .metadata = "", .expiration = 0}));
  CHECK(opened(folder)->get("a").value()->bytes == "1");
}

TEST_CASE("keys are listed in the order of their bytes, in pages") {
  const Folder folder;
  const auto store = opened(folder);
  for (const auto& key : {"b"s, "a"s, "Z"s, "\xC3\xA9"s, "a\0"s, "aa"s, "\xF0\x9F\x98\x80"s}) {
    REQUIRE(store->put(key, {.bytes = "x", .metadata = "", .expiration = 0}));
  }
  const std::vector<std::string> order = {"Z", "a", "a\0"s, "aa", "b", "\xC3\xA9", "\xF0\x9F\x98\x80"};
  const auto all = store->list("", 100, "").value();
  CHECK(names(all) == order);
  CHECK(all.complete);
  CHECK(all.cursor.empty());
  std::vector<std::string> paged;
  std::string cursor;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = store->list("", 2, cursor).value();
    for (const auto& name : names(page)) paged.push_back(name);
    cursor = page.cursor;
    if (page.complete) break;
  }
  CHECK(paged == order);
}

TEST_CASE("a prefix is bytes, not a pattern") {
  const Folder folder;
  const auto store = opened(folder);
  for (const auto& key : {"a%"s, "a%b"s, "a_"s, "ab"s, "A%"s, "\xff\xff"s, "\xff"s}) {
    REQUIRE(store->put(key, {.bytes = "x", .metadata = R"("m")", .expiration = 0}));
  }
  const auto listing = store->list("a%", 10, "").value();
  CHECK(names(listing) == std::vector<std::string>{"a%", "a%b"});
  CHECK(listing.keys[0].metadata == R"("m")");
  CHECK(names(store->list("\xff", 10, "").value()) == std::vector<std::string>{"\xff", "\xff\xff"});
  CHECK(store->list("none", 10, "").value().keys.empty());
}

TEST_CASE("a page that is exactly full is complete") {
  const Folder folder;
  const auto store = opened(folder);
  for (const char* key : {"a", "b"})
    REQUIRE(store->put(key, {.bytes = "x", .metadata = "", .expiration = 0}));
  CHECK(store->list("", 2, "").value().complete);
  CHECK_FALSE(store->list("", 1, "").value().complete);
}

TEST_CASE("a cursor that is none, or of another prefix, is refused") {
  const Folder folder;
  const auto store = opened(folder);
  for (const char* key : {"a1", "a2"})
    REQUIRE(store->put(key, {.bytes = "x", .metadata = "", .expiration = 0}));
  const auto cursor = store->list("a", 1, "").value().cursor;
  CHECK_FALSE(store->list("a", 1, "!!"));
  CHECK_FALSE(store->list("b", 1, cursor));
  CHECK(store->list("a", 1, cursor).value().complete);
}

TEST_CASE("many writes leave no expired value behind") {
  const Folder folder;
  const auto store = opened(folder);
  for (int i = 0; i < 600; ++i)
    REQUIRE(store->put("k" + std::to_string(i),
                       {.bytes = "x", .metadata = "", .expiration = i % 2 == 0 ? now() - 5 : 0}));
  CHECK(store->list("", 1000, "").value().keys.size() == 300);
}
