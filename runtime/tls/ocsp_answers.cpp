// The file of answers: "KEY STATUS REASON REVOKED_AT THIS_UPDATE NEXT_UPDATE NOT_AFTER URL", times in seconds
// since 1970. Before the URL stands "signer=" and encode_keys() of the responder's certificate in
// hexadecimal, where that must be looked up.
#include "runtime/tls/ocsp_answers.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <vector>

#include "runtime/base/file.h"
#include "runtime/tls/asn1.h"
#include "runtime/tls/byte_writer.h"
#include "runtime/tls/deny_list.h"

namespace edge::tls {
namespace {

constexpr std::string_view status_words[] = {"good", "revoked", "unknown"};
constexpr std::string_view signer_word = "signer=";

std::string_view take_word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto taken = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return taken;
}

template <class Number>
bool take_number(std::string_view& line, Number& into) {
  const auto word = take_word(line);
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), into);
  return problem == std::errc{} && end == word.data() + word.size() && into >= 0;
}

std::optional<OcspKey> take_key(std::string_view& line) {
  OcspKey key;
  const auto word = take_word(line);
  if (word.size() != 2 * key.size()) return std::nullopt;
  const auto octets = octets_of_hex(word);
  if (!octets || octets->size() != key.size()) return std::nullopt;
  std::ranges::copy(*octets, key.begin());
  return key;
}

bool take_signer(std::string_view& line, std::optional<RevocationKey>& into) {
  const auto octets = octets_of_hex(take_word(line));
  auto keys = octets ? decode_keys(*octets) : std::nullopt;
  if (!keys || keys->size() != 1) return false;
  into = std::move(keys->front());
  return true;
}

std::optional<std::pair<OcspKey, KnownAnswer>> parse_line(std::string_view line) {
  const auto key = take_key(line);
  const auto status = std::ranges::find(status_words, take_word(line));
  if (!key || status == std::end(status_words)) return std::nullopt;
  KnownAnswer known;
  OcspAnswer& answer = known.answer;
  answer.status = static_cast<OcspAnswer::Status>(status - std::begin(status_words));
  if (!take_number(line, answer.reason) || !take_number(line, answer.revoked_at) ||
      !take_number(line, answer.this_update) || !take_number(line, answer.next_update) ||
      !take_number(line, known.not_after) || line.empty())
    return std::nullopt;
  if (line.starts_with(signer_word)) {
    line.remove_prefix(signer_word.size());
    if (!take_signer(line, answer.signer) || line.empty()) return std::nullopt;
  }
  known.responder = line;
  return std::pair{*key, std::move(known)};
}

std::string line_of(const OcspKey& key, const KnownAnswer& known) {
  const OcspAnswer& answer = known.answer;
  std::string line =
      hex_upper(key) + " " + std::string(status_words[static_cast<std::size_t>(answer.status)]);
  for (const std::int64_t number : {std::int64_t{answer.reason}, answer.revoked_at, answer.this_update,
                                    answer.next_update, known.not_after})
    line += " " + std::to_string(number);
  if (answer.signer) line += " " + std::string(signer_word) + hex_upper(encode_keys({*answer.signer}));
  return line + " " + known.responder + "\n";
}

}  // namespace

OcspKey ocsp_key_of(const RevocationKey& key) {
  ByteWriter both;
  both.fixed(key.issuer);
  both.fixed(key.serial);
  const Sha256 digest = sha256(both.bytes);
  OcspKey id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

Result<OcspAnswers> OcspAnswers::parse(std::string_view text, const std::string& source) {
  OcspAnswers answers;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto parsed = parse_line(text.substr(0, end));
    if (!parsed)
      return fail(ErrorKind::config, source + ": line " + std::to_string(number) +
                                         " is no OCSP answer; remove the file to ask anew");
    text.remove_prefix(std::min(end + 1, text.size()));
    answers.take(parsed->first, std::move(parsed->second));
  }
  return answers;
}

Result<OcspAnswers> OcspAnswers::read(const std::string& path) {
  const auto text = read_if_there(path);
  if (!text) return std::unexpected(text.error());
  return *text ? parse(**text, path) : OcspAnswers{};
}

const KnownAnswer* OcspAnswers::find(const OcspKey& key) const {
  const auto found = answers_.find(key);
  return found == answers_.end() ? nullptr : &found->second;
}

bool OcspAnswers::take(const OcspKey& key, KnownAnswer answer) {
  auto [at, is_new] = answers_.try_emplace(key, answer);
  if (is_new) return true;
  const OcspAnswer &known = at->second.answer, &other = answer.answer;
  if (other.this_update < known.this_update) return false;
  // Of two that were made in one second the worse counts.
  using enum OcspAnswer::Status;
  if (other.this_update == known.this_update && known.status == revoked && other.status != revoked)
    return false;
  at->second = std::move(answer);
  return true;
}

void OcspAnswers::merge(const OcspAnswers& other) {
  for (const auto& [key, answer] : other.answers_) take(key, answer);
}

void OcspAnswers::forget(std::int64_t now, std::size_t most) {
  std::erase_if(answers_, [&](const auto& one) { return one.second.not_after < now; });
  if (answers_.size() <= most) return;
  std::vector<std::pair<std::int64_t, OcspKey>> by_end;
  for (const auto& [key, known] : answers_)
    if (known.answer.status != OcspAnswer::Status::revoked) by_end.emplace_back(known.answer.end(), key);
  const std::size_t too_many = std::min(answers_.size() - most, by_end.size());
  std::ranges::nth_element(by_end, by_end.begin() + static_cast<std::ptrdiff_t>(too_many));
  for (std::size_t i = 0; i < too_many; ++i) answers_.erase(by_end[i].second);
}

std::string OcspAnswers::text() const {
  std::string text;
  for (const auto& [key, known] : answers_) text += line_of(key, known);
  return text;
}

}  // namespace edge::tls
