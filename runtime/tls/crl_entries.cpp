// A DER reader just large enough for revocation lists.
#include "runtime/tls/crl_entries.h"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>

namespace edge::tls {
namespace {

constexpr std::uint8_t tag_boolean = 0x01, tag_integer = 0x02, tag_bit_string = 0x03, tag_octet_string = 0x04,
                       tag_oid = 0x06, tag_enumerated = 0x0a, tag_utc_time = 0x17,
                       tag_generalized_time = 0x18, tag_sequence = 0x30, tag_extensions = 0xa0,
                       tag_directory_name = 0xa4;

struct Element {
  std::uint8_t tag = 0;
  BytesView content;
  BytesView whole;  ///< with tag and length
};

/// Reads DER elements from the front of `rest`.
struct Reader {
  BytesView rest;

  [[nodiscard]] bool at_end() const { return rest.empty(); }
  [[nodiscard]] bool next_is(std::uint8_t tag) const { return !rest.empty() && rest[0] == tag; }

  std::optional<Element> next() {
    if (rest.size() < 2) return std::nullopt;
    std::size_t length = rest[1], header = 2;
    if (length >= 0x80) {
      const std::size_t octets = length & 0x7f;
      if (octets == 0 || octets > 4 || rest.size() < 2 + octets) return std::nullopt;
      length = 0;
      for (std::size_t i = 0; i < octets; ++i) length = length << 8 | rest[2 + i];
      if (length < 0x80 || (octets > 1 && length >> (8 * (octets - 1)) == 0))
        return std::nullopt;  // not the shortest form
      header += octets;
    }
    if (rest.size() - header < length) return std::nullopt;
    const Element element{rest[0], rest.subspan(header, length), rest.first(header + length)};
    rest = rest.subspan(header + length);
    return element;
  }

  std::optional<Element> next(std::uint8_t tag) { return next_is(tag) ? next() : std::nullopt; }

  std::optional<Element> next_time() {
    return next(next_is(tag_utc_time) ? tag_utc_time : tag_generalized_time);
  }
};

std::unexpected<Error> malformed(std::string what) { return fail(ErrorKind::config, std::move(what)); }

void append_header(Bytes& to, std::uint8_t tag, std::size_t length) {
  to.push_back(tag);
  if (length < 0x80) {
    to.push_back(static_cast<std::uint8_t>(length));
    return;
  }
  int octets = 1;
  while (length >> (8 * octets) != 0) ++octets;
  to.push_back(static_cast<std::uint8_t>(0x80 | octets));
  for (int i = octets - 1; i >= 0; --i) to.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
}

Bytes sequence_of(std::initializer_list<BytesView> parts) {
  std::size_t length = 0;
  for (const BytesView part : parts) length += part.size();
  Bytes made;
  append_header(made, tag_sequence, length);
  for (const BytesView part : parts) made.insert(made.end(), part.begin(), part.end());
  return made;
}

/// Two or four digits at `at`; nothing where there are others.
std::optional<int> digits(BytesView text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// RFC 5280 section 5.1.2.6: YYMMDDHHMMSSZ until 2049, YYYYMMDDHHMMSSZ from 2050.
std::optional<std::int64_t> seconds_of(const Element& time) {
  const std::size_t year_digits = time.tag == tag_utc_time ? 2 : 4;
  const BytesView text = time.content;
  if (text.size() != year_digits + 11 || text.back() != 'Z') return std::nullopt;
  auto year = digits(text, 0, year_digits);
  int parts[5];
  for (int i = 0; i < 5; ++i) {
    const auto part = digits(text, year_digits + 2 * i, 2);
    if (!part) return std::nullopt;
    parts[i] = *part;
  }
  if (!year) return std::nullopt;
  if (year_digits == 2) *year += *year < 50 ? 2000 : 1900;
  using namespace std::chrono;
  const year_month_day day{std::chrono::year{*year}, month{static_cast<unsigned>(parts[0])},
                           std::chrono::day{static_cast<unsigned>(parts[1])}};
  if (!day.ok() || parts[2] > 23 || parts[3] > 59 || parts[4] > 60) return std::nullopt;
  return (sys_days{day} + hours{parts[2]} + minutes{parts[3]} + seconds{parts[4]}).time_since_epoch().count();
}

bool is_extension(BytesView oid, std::uint8_t last_arc) {
  return oid.size() == 3 && oid[0] == 0x55 && oid[1] == 0x1d && oid[2] == last_arc;  // 2.5.29.x
}

/// What an entry says beside its serial; `issuer` is DER of a name, empty when it is the last entry's.
struct EntryText {
  bool fits = false;  ///< the serial
  BytesView issuer;
};

/// The DER of the one directory name in GeneralNames; empty where there is none.
BytesView directory_name(BytesView value) {
  const auto names = Reader{value}.next(tag_sequence);
  for (Reader reader{names ? names->content : BytesView{}}; !reader.at_end();) {
    const auto name = reader.next();
    if (!name) break;
    if (name->tag == tag_directory_name) return name->content;
  }
  return {};
}

bool is_critical(const std::optional<Element>& flag) {
  return flag && !std::ranges::all_of(flag->content, [](std::uint8_t octet) { return octet == 0; });
}

/// crlEntryExtensions, RFC 5280 section 5.3. The message is what is wrong with them.
std::optional<std::string> read_extensions(BytesView extensions, RevokedEntry& entry, EntryText& text) {
  constexpr std::uint8_t reason_code = 21, hold_instruction = 23, invalidity_date = 24,
                         certificate_issuer = 29;
  for (Reader reader{extensions}; !reader.at_end();) {
    const auto extension = reader.next(tag_sequence);
    if (!extension) return "has an extension that is not DER";
    Reader inner{extension->content};
    const auto oid = inner.next(tag_oid);
    const auto critical = inner.next(tag_boolean);
    const auto value = inner.next(tag_octet_string);
    if (!oid || !value || !inner.at_end()) return "has an extension that is not DER";
    if (is_extension(oid->content, reason_code)) {
      const auto reason = Reader{value->content}.next(tag_enumerated);
      if (!reason || reason->content.size() != 1) return "has a reason that is not DER";
      entry.reason = reason->content[0];
    } else if (is_extension(oid->content, certificate_issuer)) {
      text.issuer = directory_name(value->content);
      if (text.issuer.empty()) return "has a certificateIssuer without a directory name";
    } else if (is_critical(critical) && !is_extension(oid->content, hold_instruction) &&
               !is_extension(oid->content, invalidity_date)) {
      return "has an unknown critical extension";
    }
  }
  return std::nullopt;
}

std::optional<std::string> read_entry(BytesView content, RevokedEntry& entry, EntryText& text) {
  Reader reader{content};
  const auto serial = reader.next(tag_integer);
  const auto date = reader.next_time();
  if (!serial || serial->content.empty() || !date) return "is not DER";
  const auto seconds = seconds_of(*date);
  if (!seconds) return "has no valid date";
  entry.date = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(*seconds, 0, std::numeric_limits<std::uint32_t>::max()));
  text.fits = entry.serial.assign(serial->content);
  if (reader.at_end()) return std::nullopt;
  const auto extensions = reader.next(tag_sequence);
  if (!extensions || !reader.at_end()) return "is not DER";
  return read_extensions(extensions->content, entry, text);
}

}  // namespace

Result<CrlParts> split_crl(BytesView der) {
  Reader file{der};
  const auto list = file.next(tag_sequence);
  if (!list) return malformed("not the DER of a list, or cut off");
  if (!file.at_end()) return malformed("bytes follow the list's DER");
  Reader outer{list->content};
  const auto signed_part = outer.next(tag_sequence);
  const auto algorithm = outer.next(tag_sequence);
  const auto signature = outer.next(tag_bit_string);
  if (!signed_part || !algorithm || !signature || !outer.at_end()) return malformed("not the DER of a list");

  Reader inner{signed_part->content};
  inner.next(tag_integer);  // version, which OpenSSL reads
  const auto signed_algorithm = inner.next(tag_sequence);
  const auto issuer = inner.next(tag_sequence);
  const auto this_update = inner.next_time();
  inner.next_time();  // nextUpdate
  const std::size_t head_size = signed_part->content.size() - inner.rest.size();
  const auto entries = inner.next(tag_sequence);
  const auto extensions = inner.next(tag_extensions);
  if (!signed_algorithm || !issuer || !this_update || !inner.at_end())
    return malformed("not the DER of a list");
  if (!std::ranges::equal(signed_algorithm->whole, algorithm->whole))
    return malformed("its two signature algorithms differ");

  const Bytes bare =
      sequence_of({signed_part->content.first(head_size), extensions ? extensions->whole : BytesView{}});
  return CrlParts{.signed_part = signed_part->whole,
                  .entries = entries ? entries->content : BytesView{},
                  .without_entries = sequence_of({bare, algorithm->whole, signature->whole})};
}

Result<ListedEntries> read_entries(BytesView entries) {
  constexpr std::size_t usual_entry_bytes = 36, issuers_max = 0xfffe;
  ListedEntries read;
  read.entries.reserve(entries.size() / usual_entry_bytes + 1);
  std::size_t count = 0;
  std::uint16_t issuer = 0;
  std::map<Bytes, std::uint16_t> known;
  for (Reader reader{entries}; !reader.at_end();) {
    const auto element = reader.next(tag_sequence);
    RevokedEntry entry;
    EntryText text;
    ++count;
    const auto problem =
        element ? read_entry(element->content, entry, text) : std::optional<std::string>("is not DER");
    if (problem) return malformed("entry " + std::to_string(count) + " " + *problem);
    if (!text.issuer.empty()) {
      // It stands for the entries that follow too (RFC 5280 section 5.3.3).
      const auto [at, is_new] = known.try_emplace(Bytes(text.issuer.begin(), text.issuer.end()),
                                                  static_cast<std::uint16_t>(read.issuers.size() + 1));
      if (is_new && read.issuers.size() == issuers_max) return malformed("it names too many issuers");
      if (is_new) read.issuers.push_back(at->first);
      issuer = at->second;
    }
    entry.issuer = issuer;
    // A serial that does not fit has more than 20 octets: no certificate with it verifies, listed or not.
    if (text.fits) read.entries.push_back(entry);
  }
  return read;
}

}  // namespace edge::tls
