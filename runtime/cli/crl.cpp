// `edge-run crl`: reads, checks, compares and fetches revocation lists by the code that serves with them.
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <ctime>

#include "runtime/base/options.h"
#include "runtime/cli/command_words.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/crl_report.h"
#include "runtime/cli/moments.h"
#include "runtime/cli/output_file.h"
#include "runtime/server/fetch_list.h"
#include "runtime/tls/credentials.h"
#include "runtime/tls/crl.h"
#include "runtime/tls/crl_checks.h"

namespace edge::cli {
namespace {

using Takes = Flag::Takes;
using Lists = std::vector<tls::CrlFacts>;

constexpr int all_is_well = 0, something_is_wrong = 1;

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

/// The bytes of a file; "-" is the standard input.
Result<Bytes> read_input(const std::string& file) {
  return server::read_file(file == "-" ? "/dev/stdin" : file);
}

Result<Lists> facts_in(const std::string& file) {
  auto bytes = read_input(file);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  return tls::crl_facts(*bytes, file);
}

Result<std::int64_t> time_of(const CommandWords& words) {
  const std::string* at = words.find("--at");
  return at == nullptr ? Result<std::int64_t>(std::time(nullptr)) : read_moment(*at);
}

Result<std::vector<tls::ListSigner>> signers_of(const CommandWords& words, std::int64_t now) {
  auto cas = tls::load_anchors(words.all("--ca"), "--ca", tls::Anchors::authorities);
  if (!cas) return std::unexpected(std::move(cas.error()));
  std::vector<tls::X509Ptr> others;
  if (words.has("--issuer")) {
    auto read = tls::load_anchors(words.all("--issuer"), "--issuer", tls::Anchors::any);
    if (!read) return std::unexpected(std::move(read.error()));
    others = std::move(*read);
  }
  std::vector<std::string> left_out;
  auto signers = tls::list_signers({.cas = *cas, .others = others}, now, &left_out);
  if (left_out.empty()) return signers;
  return fail(ErrorKind::config, "--issuer: " + left_out.front());
}

// --- inspect ---

void print_json(const Lists& lists, const std::string& file, Entries entries, std::string& array) {
  for (const tls::CrlFacts& list : lists)
    array += (array.empty() ? "" : ",\n ") + crl_json(list, file, entries);
}

void print_text(const Lists& lists, const std::string& file, Entries entries) {
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const std::string which = lists.size() > 1 ? ", list " + std::to_string(i + 1) : "";
    print(file + which + "\n" + crl_text(lists[i], entries, std::time(nullptr)));
  }
}

Result<int> inspect(const CommandWords& words) {
  if (words.rest().empty()) return words.wrong("name a file, or - for the standard input");
  const Entries entries = words.has("--entries") ? Entries::listed : Entries::counted;
  std::string array;
  for (const std::string& file : words.rest()) {
    const auto lists = facts_in(file);
    if (!lists) return std::unexpected(lists.error());
    if (words.has("--json"))
      print_json(*lists, file, entries, array);
    else
      print_text(*lists, file, entries);
  }
  if (words.has("--json")) print("[" + array + "]\n");
  return all_is_well;
}

// --- verify ---

/// What a server with these CAs would make of one list.
struct Opinion {
  std::string name;  ///< of the file, and which list of it
  tls::CrlFacts facts;
  std::string refusal;  ///< why it is not read; "": it is
  bool is_current = false;
  [[nodiscard]] bool accepted() const { return refusal.empty() && is_current; }
};

Result<Opinion> opinion_of(const Bytes& der, const std::string& name,
                           const std::vector<tls::ListSigner>& signers, std::int64_t now) {
  auto facts = tls::crl_facts(der, name);
  if (!facts) return std::unexpected(std::move(facts.error()));
  Opinion opinion{.name = name, .facts = std::move(facts->front()), .refusal = {}};
  const auto read = tls::parse_crls(der, "", signers, now);
  if (!read) {
    opinion.refusal = read.error().message.substr(2);  // ": " behind the empty name
    return opinion;
  }
  const tls::RevocationList list{.this_update = read->front().this_update,
                                 .next_update = read->front().next_update};
  opinion.is_current = list.is_current(now);
  return opinion;
}

std::string opinion_text(const Opinion& opinion, std::int64_t now) {
  std::string text = opinion.name + ": ";
  if (!opinion.refusal.empty())
    text += "refused: " + opinion.refusal;
  else if (!opinion.is_current)
    text += "overdue: what it revokes stays revoked, every other client of its CA is \"unknown\"";
  else if (opinion.facts.base)
    text += "accepted; it is a delta: without the list that it changes it revokes, and makes nobody good";
  else
    text += "accepted";
  return text + "\n" + crl_text(opinion.facts, Entries::counted, now);
}

std::string opinion_json(const Opinion& opinion) {
  return boost::json::serialize(boost::json::object{
      {"file", opinion.name},
      {"accepted", opinion.accepted()},
      {"current", opinion.is_current},
      {"why", opinion.accepted()         ? ""
              : !opinion.refusal.empty() ? opinion.refusal
                                         : "its successor is overdue"},
      {"list", boost::json::parse(crl_json(opinion.facts, opinion.name, Entries::counted))}});
}

Result<int> verify(const CommandWords& words) {
  if (words.rest().empty()) return words.wrong("name a file, or - for the standard input");
  if (!words.has("--ca")) return words.wrong("say whose list it should be: --ca FILE");
  const auto now = time_of(words);
  if (!now) return std::unexpected(now.error());
  const auto signers = signers_of(words, *now);
  if (!signers) return std::unexpected(signers.error());
  bool all_accepted = true;
  std::string array;
  for (const std::string& file : words.rest()) {
    const auto bytes = read_input(file);
    if (!bytes) return std::unexpected(bytes.error());
    const auto ders = tls::lists_in(*bytes, file);
    if (!ders) return std::unexpected(ders.error());
    for (std::size_t i = 0; i < ders->size(); ++i) {
      const std::string name = ders->size() > 1 ? file + ", list " + std::to_string(i + 1) : file;
      const auto opinion = opinion_of((*ders)[i], name, *signers, *now);
      if (!opinion) return std::unexpected(opinion.error());
      all_accepted = all_accepted && opinion->accepted();
      if (words.has("--json"))
        array += (array.empty() ? "" : ",\n ") + opinion_json(*opinion);
      else
        print(opinion_text(*opinion, *now));
    }
  }
  if (words.has("--json")) print("[" + array + "]\n");
  return all_accepted ? all_is_well : something_is_wrong;
}

// --- diff ---

std::string lines_text(char sign, const std::vector<CrlDifference::Line>& lines) {
  std::string text;
  for (const CrlDifference::Line& one : lines)
    text += std::string(1, sign) + " " + hex_upper(one.serial) + "  " + one.text +
            (one.issuer.empty() ? "" : ", issued by " + one.issuer) + "\n";
  return text;
}

boost::json::array lines_json(const std::vector<CrlDifference::Line>& lines) {
  boost::json::array array;
  for (const CrlDifference::Line& one : lines)
    array.push_back(
        boost::json::object{{"issuer", one.issuer}, {"serial", hex_upper(one.serial)}, {"what", one.text}});
  return array;
}

std::string heading(const std::string& file, const Lists& lists) {
  std::string text;
  for (const tls::CrlFacts& list : lists)
    text += file + ": " + list.issuer + ", number " + number_text(list.number) + ", issued " +
            date_text(list.this_update) + ", " + std::to_string(list.entries.size()) + " revoked\n";
  return text;
}

Result<int> diff(const CommandWords& words) {
  if (words.rest().size() != 2) return words.wrong("name two files, the older one first");
  const auto older = facts_in(words.rest()[0]);
  if (!older) return std::unexpected(older.error());
  const auto newer = facts_in(words.rest()[1]);
  if (!newer) return std::unexpected(newer.error());
  for (const Lists* lists : {&*older, &*newer})
    for (const tls::CrlFacts& list : *lists)
      if (!list.problems.empty())
        return fail(ErrorKind::config, words.rest()[lists == &*newer ? 1 : 0] +
                                           ": cannot be compared: " + list.problems.front());
  const CrlDifference found = difference(*older, *newer);
  if (words.has("--json")) {
    print(boost::json::serialize(boost::json::object{{"same", found.empty()},
                                                     {"added", lines_json(found.added)},
                                                     {"removed", lines_json(found.removed)},
                                                     {"changed", lines_json(found.changed)}}) +
          "\n");
  } else {
    print(heading("- " + words.rest()[0], *older) + heading("+ " + words.rest()[1], *newer));
    print(lines_text('-', found.removed) + lines_text('+', found.added) + lines_text('~', found.changed));
    if (found.empty()) print("the same certificates are revoked\n");
  }
  return found.empty() ? all_is_well : something_is_wrong;
}

// --- fetch ---

Result<int> fetch(const CommandWords& words) {
  if (words.rest().size() != 1) return words.wrong("name one http or https URL");
  const std::string& url = words.rest().front();
  const Limits limits;
  // Whoever types a URL may mean a host of his own network; certificates may not (T60).
  const auto fetched = server::fetch_list({.url = url, .limits = limits, .may_be_private = true});
  if (!fetched) return std::unexpected(fetched.error());
  const auto lists = tls::crl_facts(fetched->list, url);
  if (!lists) return std::unexpected(lists.error());
  if (words.has("--ca")) {
    const std::int64_t now = std::time(nullptr);
    const auto signers = signers_of(words, now);
    if (!signers) return std::unexpected(signers.error());
    const auto read = tls::parse_crls(fetched->list, url, *signers, now);
    if (!read) return std::unexpected(read.error());
  }
  if (const std::string* out = words.find("--out"); out != nullptr && *out != "-") {
    if (auto written = replace_public_file(*out, as_text(fetched->list)); !written)
      return std::unexpected(written.error());
    print_text(*lists, *out, Entries::counted);
    return all_is_well;
  }
  if (words.has("--out"))
    std::fwrite(fetched->list.data(), 1, fetched->list.size(), stdout);
  else
    print_text(*lists, url, Entries::counted);
  return all_is_well;
}

struct Verb {
  std::string_view name;
  std::vector<Flag> flags;
  Result<int> (*run)(const CommandWords&);
};

}  // namespace

Result<int> run_crl(Arguments arguments) {
  const Flag json{"--json", Takes::nothing}, ca{"--ca", Takes::values}, issuer{"--issuer", Takes::values};
  const Verb verbs[] = {
      {"inspect", {json, {"--entries", Takes::nothing}}, inspect},
      {"verify", {ca, issuer, json, {"--at"}}, verify},
      {"diff", {json}, diff},
      {"fetch", {ca, issuer, {"--out", Takes::value, "-o"}}, fetch},
  };
  if (arguments.empty()) return fail(ErrorKind::usage, "crl: say inspect, verify, diff or fetch");
  const auto verb = std::ranges::find(verbs, std::string_view(arguments[0]), &Verb::name);
  if (verb == std::end(verbs)) {
    static constexpr std::string_view names[] = {"inspect", "verify", "diff", "fetch"};
    return fail(ErrorKind::usage, "crl: there is no " + arguments[0] + did_you_mean(arguments[0], names));
  }
  const auto words = CommandWords::read("crl " + arguments[0], verb->flags, arguments.subspan(1));
  if (!words) return std::unexpected(words.error());
  return verb->run(*words);
}

}  // namespace edge::cli
