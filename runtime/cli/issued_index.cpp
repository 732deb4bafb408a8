// Reads and writes index.txt. Dates are ASN.1's, which OpenSSL converts.
#include "runtime/cli/issued_index.h"

#include <openssl/asn1.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "runtime/tls/asn1.h"
#include "runtime/tls/crl_reasons.h"
#include "runtime/tls/deny_list.h"

namespace edge::cli {
namespace {

using Time = std::unique_ptr<ASN1_TIME, decltype([](ASN1_TIME* p) { ASN1_TIME_free(p); })>;

std::optional<std::int64_t> seconds_of(const std::string& text) {
  const Time time{ASN1_TIME_new()};
  if (ASN1_TIME_set_string(time.get(), text.c_str()) != 1) return std::nullopt;
  return tls::seconds_of(time.get());
}

std::string time_text(std::int64_t seconds) {
  const Time time{ASN1_TIME_set(nullptr, seconds)};
  if (time == nullptr) return "";
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(time.get())),
          static_cast<std::size_t>(ASN1_STRING_length(time.get()))};
}

std::vector<std::string> split(std::string_view line, char separator) {
  std::vector<std::string> parts;
  for (std::size_t end = 0; end != line.npos;) {
    end = line.find(separator);
    parts.emplace_back(line.substr(0, end));
    if (end != line.npos) line.remove_prefix(end + 1);
  }
  return parts;
}

/// OpenSSL writes CACompromise, RFC 5280 cACompromise.
std::optional<std::uint8_t> reason_of(const std::string& name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  for (const std::string_view known : tls::reason_names())
    if (std::ranges::equal(known, name, {}, lower, lower)) return tls::reason_of(known);
  return std::nullopt;
}

BytesView magnitude(BytesView serial) {
  while (serial.size() > 1 && serial[0] == 0) serial = serial.subspan(1);
  return serial;
}

/// Nothing for what is no line of an index.
std::optional<Issued> issued_of(std::string_view line) {
  const auto fields = split(line, '\t');
  constexpr std::size_t field_count = 6;
  if (fields.size() != field_count) return std::nullopt;
  const auto serial = tls::octets_of_hex(fields[3]);
  const auto not_after = seconds_of(fields[1]);
  if (!serial || serial->empty() || !not_after) return std::nullopt;
  Issued issued{.serial = *serial, .subject = fields[5], .not_after = *not_after};
  if ((issued.serial[0] & 0x80) != 0) issued.serial.insert(issued.serial.begin(), 0);
  if (fields[0] == "V" || fields[0] == "E") return fields[2].empty() ? std::optional(issued) : std::nullopt;
  if (fields[0] != "R") return std::nullopt;
  const auto revocation = split(fields[2], ',');
  const auto revoked_at = seconds_of(revocation[0]);
  const auto reason = revocation.size() == 1 ? std::optional<std::uint8_t>(0) : reason_of(revocation[1]);
  if (!revoked_at || !reason || revocation.size() > 2) return std::nullopt;
  issued.is_revoked = true;
  issued.revoked_at = *revoked_at;
  issued.reason = *reason;
  return issued;
}

std::string line_of(const Issued& issued) {
  std::string revocation;
  if (issued.is_revoked) revocation = time_text(issued.revoked_at);
  if (issued.is_revoked && issued.reason != 0)
    revocation += "," + std::string(tls::reason_name(issued.reason));
  return std::string(issued.is_revoked ? "R" : "V") + "\t" + time_text(issued.not_after) + "\t" + revocation +
         "\t" + hex_upper(issued.serial) + "\tunknown\t" + issued.subject + "\n";
}

}  // namespace

Result<IssuedIndex> IssuedIndex::parse(std::string_view text, const std::string& source) {
  IssuedIndex index;
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    auto issued = issued_of(line);
    if (!issued)
      return fail(ErrorKind::config,
                  source + ":" + std::to_string(number) + ": is no line of an index as openssl ca writes it");
    index.add(std::move(*issued));
  }
  return index;
}

std::string IssuedIndex::text() const {
  std::string text;
  for (const Issued& issued : lines_) text += line_of(issued);
  return text;
}

Issued* IssuedIndex::find(BytesView serial) {
  const auto found = std::ranges::find_if(lines_, [&](const Issued& issued) {
    return std::ranges::equal(magnitude(issued.serial), magnitude(serial));
  });
  return found == lines_.end() ? nullptr : &*found;
}

}  // namespace edge::cli
