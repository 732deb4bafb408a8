// TypeScript to JavaScript, by amaro: types are stripped, nothing is checked.
#include "bindings/type_script.h"

#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <optional>
#include <stdexcept>

#include "bindings/embedded.h"
#include "runtime/base/bytes.h"
#include "runtime/js/exception.h"
#include "runtime/js/turn.h"

namespace edge::bindings {
namespace {

namespace files = std::filesystem;
constexpr std::chrono::milliseconds time_max{60'000};

// What amaro has of Node.js (type_script_platform.js).
Bytes utf8_encode(std::string_view text) { return {text.begin(), text.end()}; }
std::string utf8_decode(BytesView bytes) { return std::string(as_text(bytes)); }
js::Result<Bytes> base64_bytes(std::string_view text) {
  auto bytes = base64_decode(text);
  if (!bytes) return js::type_error("this is not base64");
  return std::move(*bytes);
}

constexpr js::Native table[] = {js::native<&utf8_encode>("utf8Encode"),
                                js::native<&utf8_decode>("utf8Decode"),
                                js::native<&base64_bytes>("base64Decode")};

js::Builtins library() {
  static const std::array<std::span<const js::Native>, 1> natives = {table};
  return {.natives = natives, .bootstrap = type_script(), .modules = {}};
}

Result<std::unique_ptr<js::Realm>> make_realm(boost::asio::io_context& io) {
  const js::RealmOptions options{.heap_bytes = 4 * js::RealmOptions{}.heap_bytes,
                                 .turn_cpu = time_max,
                                 .startup_cpu = time_max,
                                 .makes_wasm = true};
  return js::Realm::make(io, library(), {}, options, nullptr);
}

Result<std::string> strip_in(js::Realm& realm, const std::string& path, const std::string& source) {
  js::Turn turn(realm);
  auto scope = turn.scope();
  std::array<v8::Local<v8::Value>, 2> arguments{js::to_js(scope, std::string_view(source)),
                                                js::to_js(scope, std::string_view(path))};
  v8::Local<v8::Value> answer, code, problem;
  const auto failed = [&](const std::string& why) {
    return fail(ErrorKind::script, path + ": its types cannot be stripped: " + why);
  };
  if (arguments[0].IsEmpty() || arguments[1].IsEmpty()) return failed("it is too large");
  if (!turn.call("strip", arguments).ToLocal(&answer))
    return failed(turn.terminated() ? "it needs too much time or memory" : turn.failure());
  auto pair = answer.As<v8::Object>();
  if (!pair->Get(scope.context, 0).ToLocal(&code) || !pair->Get(scope.context, 1).ToLocal(&problem))
    return failed("the library gave no answer");
  if (std::string text = js::text_of(scope.isolate, problem); !text.empty())
    return fail(ErrorKind::script, std::move(text));
  return js::text_of(scope.isolate, code);
}

std::string hash_of(std::initializer_list<std::string_view> texts) {
  std::string all;
  for (const std::string_view text : texts) all.append(text).push_back('\0');
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const std::uint8_t*>(all.data()), all.size(), digest.data());
  return hex_lower(digest);
}

/// Of the library and of what is around it here.
const std::string& library_hash() {
  static const std::string hash = hash_of({type_script()});
  return hash;
}

/// True when nobody else can have put code into the folder, which is made when it is missing.
bool is_ours(const files::path& folder) {
  std::error_code ignored;
  if (folder.has_parent_path() && !files::exists(folder.parent_path(), ignored) &&
      !is_ours(folder.parent_path()))
    return false;
  mkdir(folder.c_str(), 0700);
  struct stat status{};
  return lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// A file that is kept begins with the hash of the rest, so that half of one is none.
std::optional<std::string> read_kept(const files::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string hash, code;
  if (!std::getline(in, hash)) return std::nullopt;
  code.assign(std::istreambuf_iterator<char>(in), {});
  if (hash != hash_of({code})) return std::nullopt;
  return code;
}

/// Written aside and renamed, as other workers read at the same time. What is older than a month goes;
/// what cannot be kept is made again.
void keep(const files::path& file, const std::string& code) {
  constexpr auto month = std::chrono::hours(24 * 30);
  std::error_code ignored;
  const auto now = files::file_time_type::clock::now();
  for (const auto& entry : files::directory_iterator(file.parent_path(), ignored))
    if (entry.last_write_time(ignored) < now - month) files::remove(entry.path(), ignored);
  const files::path aside = file.string() + "." + std::to_string(getpid());
  std::ofstream out(aside, std::ios::binary);
  out << hash_of({code}) << "\n" << code;
  out.close();
  if (out) files::rename(aside, file, ignored);
  if (!out || ignored) files::remove(aside, ignored);
}

}  // namespace

/// One thread, and the Realm that is made, used and ended on it.
class TypeScript::Tool {
 public:
  ~Tool() {
    boost::asio::post(thread_, [this] { realm_.reset(); });
    thread_.join();
  }
  Result<std::string> strip(const std::string& path, const std::string& source) {
    std::promise<Result<std::string>> answer;
    boost::asio::post(thread_, [&] { answer.set_value(strip_here(path, source)); });
    return answer.get_future().get();
  }

 private:
  Result<std::string> strip_here(const std::string& path, const std::string& source) {
    if (!realm_) {
      auto made = make_realm(io_);
      if (!made) return std::unexpected(std::move(made.error()));
      realm_ = std::move(*made);
    }
    auto code = strip_in(*realm_, path, source);
    if (realm_->condemned()) realm_.reset();
    return code;
  }

  boost::asio::io_context io_{1};
  std::unique_ptr<js::Realm> realm_;
  boost::asio::thread_pool thread_{1};
};

TypeScript::TypeScript(std::string cache_folder) : cache_folder_(std::move(cache_folder)) {}
TypeScript::~TypeScript() = default;

void TypeScript::rest() { tool_.reset(); }

Result<std::string> TypeScript::strip(const std::string& path, const std::string& source) {
  std::optional<files::path> file;
  if (!cache_folder_.empty() && is_ours(cache_folder_))
    file = files::path(cache_folder_) / (hash_of({library_hash(), source}) + ".js");
  if (file)
    if (auto kept = read_kept(*file)) return std::move(*kept);
  try {
    if (!tool_) tool_ = std::make_unique<Tool>();
  } catch (const std::runtime_error& problem) {
    return fail(ErrorKind::io, path + ": no thread can be started to strip its types: " + problem.what());
  }
  auto code = tool_->strip(path, source);
  if (code && file) keep(*file, *code);
  return code;
}

}  // namespace edge::bindings
