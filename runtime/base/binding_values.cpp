// Reading and showing what a script finds in env. Messages show the text that would be right.
#include "runtime/base/binding_values.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <optional>
#include <vector>

#include "runtime/base/options.h"

namespace edge {
namespace {

using enum RecordKey::Need;

struct Parts {
  std::string_view name;
  std::vector<std::string> values;
};

std::unexpected<Error> malformed(std::string_view text, std::string_view expected) {
  return fail(ErrorKind::config, "\"" + std::string(text) + "\" is not " + std::string(expected));
}

/// "NAME=A,B" in pieces; of `most` values those that are not there are "". Nothing where the text is of
/// another form.
std::optional<Parts> parts_of(std::string_view text, std::size_t most) {
  const auto equals = std::min(text.find('='), text.size());
  if (equals == 0) return std::nullopt;
  Parts parts{.name = text.substr(0, equals), .values = {}};
  std::string_view rest = text.substr(std::min(equals + 1, text.size()));
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    parts.values.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (parts.values.size() > most) return std::nullopt;
  parts.values.resize(most);
  return parts;
}

Result<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0)
    return malformed(text, "a number above 0");
  return number;
}

constexpr std::array<std::string_view, 5> module_types{"ESModule", "CommonJS", "CompiledWasm", "Text",
                                                       "Data"};

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

}  // namespace

template <>
std::span<const RecordKey> record_keys<KvNamespace>() {
  static constexpr RecordKey keys[] = {
      {"binding"}, {"id", may}, {"preview_id", unused}, {"remote", unused}, {"experimental_remote", unused}};
  return keys;
}
template <>
std::span<const RecordKey> record_keys<ServiceBinding>() {
  static constexpr RecordKey keys[] = {
      {"binding"}, {"service"}, {"entrypoint", may}, {"remote", unused}, {"experimental_remote", unused}};
  return keys;
}
template <>
std::span<const RecordKey> record_keys<RateLimit>() {
  static constexpr RecordKey keys[] = {{"name"}, {"namespace_id"}, {"simple.limit"}, {"simple.period"}};
  return keys;
}
template <>
std::span<const RecordKey> record_keys<MtlsCertificate>() {
  static constexpr RecordKey keys[] = {{"binding"},        {"cert", may, true},
                                       {"key", may, true}, {"certificate_id", unused},
                                       {"remote", unused}, {"experimental_remote", unused}};
  return keys;
}
template <>
std::span<const RecordKey> record_keys<ModuleRule>() {
  static constexpr RecordKey keys[] = {{"type"}, {"globs"}, {"fallthrough", unused}};
  return keys;
}

Result<> read_record(std::string_view text, Variable& value) {
  const auto equals = text.find('=');
  if (equals == text.npos || equals == 0) return malformed(text, "NAME=VALUE");
  const bool is_json = text[equals - 1] == ':';
  value = {.name = std::string(text.substr(0, equals - (is_json ? 1 : 0))),
           .value = std::string(text.substr(equals + 1)),
           .kind = is_json ? Variable::Kind::json : Variable::Kind::text};
  boost::system::error_code error;
  if (is_json) static_cast<void>(boost::json::parse(value.value, error));
  if (error) return malformed(value.value, "JSON, which NAME:=JSON wants");
  return {};
}

Result<> read_record(std::string_view text, KvNamespace& value) {
  auto parts = parts_of(text, 1);
  if (!parts) return malformed(text, "a namespace: write NAME or NAME=ID");
  value = {.binding = std::string(parts->name), .id = std::move(parts->values[0])};
  if (value.id.empty()) value.id = value.binding;
  return {};
}

Result<> read_record(std::string_view text, ServiceBinding& value) {
  auto parts = parts_of(text, 2);
  if (!parts || parts->values[0].empty())
    return malformed(text, "a service: write NAME=SITE or NAME=SITE,ENTRYPOINT");
  value = {.binding = std::string(parts->name),
           .service = std::move(parts->values[0]),
           .entrypoint = std::move(parts->values[1])};
  return {};
}

Result<> read_record(std::string_view text, RateLimit& value) {
  auto parts = parts_of(text, 3);
  if (!parts || parts->values[0].empty())
    return malformed(text, "a rate limit: write NAME=ID,LIMIT,PERIOD, as LIMITER=1001,100,60");
  const auto limit = whole_number(parts->values[1]);
  if (!limit) return std::unexpected(limit.error());
  if (parts->values[2] != "10" && parts->values[2] != "60")
    return malformed(parts->values[2], "a period: it is 10 or 60 seconds");
  value = {.binding = std::string(parts->name),
           .namespace_id = std::move(parts->values[0]),
           .limit = *limit,
           .period = std::chrono::seconds(parts->values[2] == "10" ? 10 : 60)};
  return {};
}

Result<> read_record(std::string_view text, MtlsCertificate& value) {
  auto parts = parts_of(text, 2);
  if (!parts) return malformed(text, "a certificate: write NAME=CERT,KEY, both PEM files");
  value = {.binding = std::string(parts->name),
           .cert = std::move(parts->values[0]),
           .key = std::move(parts->values[1])};
  return {};
}

Result<> read_record(std::string_view text, ModuleRule& value) {
  constexpr std::size_t globs_max = 100;
  auto parts = parts_of(text, globs_max);
  if (!parts || parts->values[0].empty())
    return malformed(text, "a rule: write TYPE=GLOB,GLOB, as Text=**/*.md");
  const auto type = std::ranges::find(module_types, parts->name);
  if (type == module_types.end())
    return malformed(parts->name, "a type of module: ESModule, CommonJS, CompiledWasm, Text and Data are" +
                                      did_you_mean(parts->name, module_types));
  std::erase(parts->values, "");
  value = {.type = static_cast<ModuleType>(type - module_types.begin()), .globs = std::move(parts->values)};
  return {};
}

std::string show_record(const Variable& value) {
  if (value.kind == Variable::Kind::secret) return value.name + "=(secret)";
  return value.name + (value.kind == Variable::Kind::json ? ":=" : "=") + value.value;
}
std::string show_record(const KvNamespace& value) {
  return value.id == value.binding ? value.binding : value.binding + "=" + value.id;
}
std::string show_record(const ServiceBinding& value) {
  return value.binding + "=" + value.service + (value.entrypoint.empty() ? "" : "," + value.entrypoint);
}
std::string show_record(const RateLimit& value) {
  return value.binding + "=" + value.namespace_id + "," + std::to_string(value.limit) + "," +
         std::to_string(value.period.count());
}
std::string show_record(const MtlsCertificate& value) {
  return value.binding + "=" + value.cert + "," + value.key;
}
std::string show_record(const ModuleRule& value) {
  return std::string(module_types[static_cast<std::size_t>(value.type)]) + "=" + joined(value.globs);
}

}  // namespace edge
