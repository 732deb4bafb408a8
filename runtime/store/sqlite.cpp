// Key-value namespaces in one SQLite file. WAL lets every worker read while one writes.
#include <sqlite3.h>

#include <chrono>

#include "runtime/base/bytes.h"
#include "runtime/store/key_value.h"

namespace edge::store {
namespace {

constexpr int busy_milliseconds = 5'000;
constexpr int puts_between_purges = 256;

struct DatabaseClose {
  void operator()(sqlite3* p) const { sqlite3_close_v2(p); }
};
struct StatementFinalize {
  void operator()(sqlite3_stmt* p) const { sqlite3_finalize(p); }
};
using Database = std::unique_ptr<sqlite3, DatabaseClose>;
using Statement = std::unique_ptr<sqlite3_stmt, StatementFinalize>;

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// SQLite does not wait for a lock while a database becomes one with a write-ahead log: workers that start together
/// on a new file would fail (sqlite.org/wal.html, "sometimes queries return SQLITE_BUSY").
int execute_patiently(sqlite3* database, const char* sql) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_milliseconds);
  for (;;) {
    const int done = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    if (done != SQLITE_BUSY || std::chrono::steady_clock::now() > end) return done;
    sqlite3_sleep(1);
  }
}

/// Keys are BLOBs: SQLite compares those octet by octet, which is the order that `list` promises.
constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS kv (
  namespace TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, metadata TEXT NOT NULL, expiration INTEGER NOT NULL,
  UNIQUE (namespace, key)) STRICT;
CREATE INDEX IF NOT EXISTS kv_expiration ON kv (expiration) WHERE expiration > 0;
)";
constexpr const char* get_sql =
    "SELECT value, metadata, expiration FROM kv WHERE namespace = ?1 AND key = ?2 AND (expiration = 0 OR "
    "expiration > ?3)";
constexpr const char* put_sql =
    "INSERT INTO kv (namespace, key, value, metadata, expiration) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT "
    "(namespace, key) DO UPDATE "
    "SET value = excluded.value, metadata = excluded.metadata, expiration = excluded.expiration";
constexpr const char* remove_sql = "DELETE FROM kv WHERE namespace = ?1 AND key = ?2";
constexpr const char* purge_sql = "DELETE FROM kv WHERE expiration > 0 AND expiration <= ?1";
// ?3: the least key of the page; ?4: the least key after the prefix, NULL where there is none.
constexpr const char* list_sql =
    "SELECT key, expiration, metadata FROM kv WHERE namespace = ?1 AND (expiration = 0 OR expiration > ?2) "
    "AND key >= ?3 "
    "AND (?4 IS NULL OR key < ?4) ORDER BY key LIMIT ?5";

/// One run of a prepared statement: binds, steps, and leaves it ready for the next run.
class Run {
 public:
  explicit Run(const Statement& statement) : statement_(statement.get()) {}
  ~Run() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Run(const Run&) = delete;

  // Texts and blobs live as long as the run, so SQLite need not copy them.
  Run& text(int at, std::string_view value) {
    sqlite3_bind_text64(statement_, at, value.data() == nullptr ? "" : value.data(), value.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
    return *this;
  }
  Run& blob(int at, std::string_view value) {
    // A null pointer would bind NULL, and an empty value is a value.
    sqlite3_bind_blob64(statement_, at, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC);
    return *this;
  }
  Run& number(int at, std::int64_t value) {
    sqlite3_bind_int64(statement_, at, value);
    return *this;
  }
  int step() { return sqlite3_step(statement_); }

  std::string column_bytes(int at) {
    const void* data = sqlite3_column_blob(statement_, at);
    return data == nullptr
               ? ""
               : std::string(static_cast<const char*>(data), sqlite3_column_bytes(statement_, at));
  }
  std::int64_t column_number(int at) { return sqlite3_column_int64(statement_, at); }

 private:
  sqlite3_stmt* statement_;
};

/// The least key greater than every key that begins with `prefix`; "" when there is none.
std::string end_of(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(end.back() + 1);
  return end;
}

class SqliteKeyValue final : public KeyValue {
 public:
  SqliteKeyValue(std::string path, std::string name, Database database)
      : path_(std::move(path)), name_(std::move(name)), database_(std::move(database)) {}

  Result<> prepare() {
    for (const auto& [statement, sql] : {std::pair{&get_, get_sql},
                                         {&put_, put_sql},
                                         {&remove_, remove_sql},
                                         {&purge_, purge_sql},
                                         {&list_, list_sql}}) {
      sqlite3_stmt* made = nullptr;
      if (sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) !=
          SQLITE_OK)
        return failure();
      statement->reset(made);
    }
    return purge();
  }

  Result<std::optional<Value>> get(std::string_view key) override {
    Run run(get_);
    const int state = run.text(1, name_).blob(2, key).number(3, seconds_now()).step();
    if (state == SQLITE_DONE) return std::nullopt;
    if (state != SQLITE_ROW) return failure();
    return Value{run.column_bytes(0), run.column_bytes(1), run.column_number(2)};
  }

  Result<> put(std::string_view key, Value value) override {
    {
      Run run(put_);
      run.text(1, name_)
          .blob(2, key)
          .blob(3, value.bytes)
          .text(4, value.metadata)
          .number(5, value.expiration);
      if (run.step() != SQLITE_DONE) return failure();
    }
    if (++puts_ % puts_between_purges == 0) return purge();
    return {};
  }

  Result<> remove(std::string_view key) override {
    Run run(remove_);
    if (run.text(1, name_).blob(2, key).step() != SQLITE_DONE) return failure();
    return {};
  }

  Result<Listing> list(std::string_view prefix, std::size_t limit, std::string_view cursor) override {
    // A cursor is the last key of the page before; NUL appended, it is the least key after that.
    std::string first(prefix);
    if (!cursor.empty()) {
      const auto last = base64_decode(cursor);
      if (!last || !as_text(*last).starts_with(prefix))
        return fail(ErrorKind::usage, "the cursor is of no listing with this prefix");
      first = std::string(as_text(*last)) + '\0';
    }
    const std::string end = end_of(prefix);
    Run run(list_);
    run.text(1, name_)
        .number(2, seconds_now())
        .blob(3, first)
        .number(5, static_cast<std::int64_t>(limit) + 1);
    if (!end.empty()) run.blob(4, end);
    Listing listing;
    int state = SQLITE_ROW;
    while ((state = run.step()) == SQLITE_ROW) {
      if (listing.keys.size() == limit) {
        listing.complete = false;
        listing.cursor = limit == 0 ? std::string(cursor) : base64(as_bytes(listing.keys.back().name));
        return listing;
      }
      listing.keys.push_back({run.column_bytes(0), run.column_number(1), run.column_bytes(2)});
    }
    if (state != SQLITE_DONE) return failure();
    return listing;
  }

 private:
  std::unexpected<Error> failure() const {
    return fail(ErrorKind::io, path_ + ": " + sqlite3_errmsg(database_.get()));
  }

  Result<> purge() {
    Run run(purge_);
    if (run.number(1, seconds_now()).step() != SQLITE_DONE) return failure();
    return {};
  }

  std::string path_, name_;
  Database database_;  // outlives the statements below
  Statement get_, put_, remove_, purge_, list_;
  unsigned puts_ = 0;
};

}  // namespace

Result<std::unique_ptr<KeyValue>> open_sqlite(const std::string& path, const std::string& name) {
  sqlite3* opened = nullptr;
  const int state = sqlite3_open_v2(
      path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database{opened};
  const auto failure = [&](int code) {
    return fail(ErrorKind::io, path + ": cannot open the key-value store: " +
                                   (opened == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(opened)));
  };
  if (state != SQLITE_OK) return failure(state);
  sqlite3_busy_timeout(opened, busy_milliseconds);
  for (const char* sql : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", schema}) {
    if (const int done = execute_patiently(opened, sql); done != SQLITE_OK) return failure(done);
  }
  auto store = std::make_unique<SqliteKeyValue>(path, name, std::move(database));
  if (auto ready = store->prepare(); !ready) return std::unexpected(ready.error());
  return store;
}

}  // namespace edge::store
