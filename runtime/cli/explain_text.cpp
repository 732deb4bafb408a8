// The words for an explanation, and its JSON.
#include <algorithm>
#include <boost/json.hpp>

#include "runtime/base/option_values.h"
#include "runtime/cli/explain_steps.h"
#include "runtime/cli/moments.h"
#include "runtime/cli/shown_value.h"
#include "runtime/tls/crl_reasons.h"

namespace edge::cli {
namespace {

using State = tls::Verdict::State;
using Why = tls::Verdict::Why;

std::string joined(const std::vector<std::string>& words, const std::string& otherwise) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? otherwise : text;
}

std::string line(std::string_view label, const std::string& value) {
  std::string text = "   " + std::string(label);
  text.resize(std::max<std::size_t>(text.size() + 1, 15), ' ');
  return text + value + "\n";
}

std::string dated(std::int64_t seconds, std::int64_t now) {
  return date_text(seconds) + " (" + distance_text(seconds, now) + ")";
}

std::string list_text(const tls::Verdict& verdict, std::int64_t now) {
  return verdict.list.text() + ", issued " + dated(verdict.this_update, now) +
         (verdict.next_update == 0 ? std::string() : ", next due " + dated(verdict.next_update, now));
}

std::string revoked_text(const tls::Verdict& verdict, std::int64_t now) {
  const std::string when = verdict.revoked_at == 0 ? "" : " since " + date_text(verdict.revoked_at);
  // The deny-list has no dates of its own.
  if (verdict.this_update == 0) return "revoked" + when + " by the " + verdict.list.text();
  const std::string_view reason = tls::reason_name(verdict.reason);
  return "revoked" + when + " (" + (reason.empty() ? std::to_string(verdict.reason) : std::string(reason)) +
         ") by " + list_text(verdict, now);
}

std::string unknown_text(const tls::Verdict& verdict, std::int64_t now) {
  std::string text = "unknown: ";
  const bool by_responder = verdict.list.text().starts_with("ocsp:");
  if (verdict.why == Why::missing) text += "there is no list of its issuer, and no OCSP responder that told";
  if (verdict.why == Why::stale)
    text += (by_responder ? "the responder's answer is overdue: " : "its issuer's list is overdue: ") +
            list_text(verdict, now);
  if (verdict.why == Why::not_covered)
    text += (by_responder ? "the responder does not know it: " : "its issuer's lists speak for others: ") +
            list_text(verdict, now);
  if (verdict.tolerated)
    text += verdict.why == Why::stale ? "; crl_stale lets it in all the same"
                                      : "; crl_missing lets it in all the same";
  return text;
}

std::string verdict_text(const tls::Verdict& verdict, std::int64_t now) {
  switch (verdict.state) {
    case State::unchecked:
      return "not asked: no lists are configured, and no OCSP responder";
    case State::good:
      return (verdict.list.text().starts_with("ocsp:") ? "good by " : "good: not on ") +
             list_text(verdict, now);
    case State::revoked:
      return revoked_text(verdict, now);
    case State::unknown:
      return unknown_text(verdict, now);
  }
  return "";
}

std::string_view state_name(State state) {
  static constexpr std::string_view names[] = {"unchecked", "good", "revoked", "unknown"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view why_name(Why why) {
  static constexpr std::string_view names[] = {"", "missing", "stale", "not covered"};
  return names[static_cast<std::size_t>(why)];
}

std::string_view from_name(ChainStep::From from) {
  static constexpr std::string_view names[] = {"the client's own", "sent by the client", "from client_ca"};
  return names[static_cast<std::size_t>(from)];
}

std::string step_text(const ChainStep& step, std::size_t number, std::int64_t now) {
  std::string text =
      std::to_string(number) + "  " + step.subject + "  (" + std::string(from_name(step.from)) + ")\n";
  text += line("issuer", step.issuer);
  text += line("serial", step.serial);
  text += line("valid", date_text(step.not_before) + " until " + dated(step.not_after, now));
  text += line("usage", std::string(step.is_authority ? "CA; " : "") + "keyUsage " +
                            joined(step.key_usage, "none, so any") + "; extendedKeyUsage " +
                            joined(step.extended_key_usage, "none, so any"));
  for (const std::string& problem : step.problems) text += line("problem", problem);
  if (step.is_looked_up)
    text += line("revocation", verdict_text(step.verdict, now));
  else if (step.from == ChainStep::From::anchor)
    text += line("revocation", "not asked: the configuration trusts it");
  return text;
}

/// What becomes of the connection and of the request.
std::string decision_text(const Explanation& told) {
  const tls::ClientAuth& auth = told.peer->client->auth;
  if (!told.refusal.empty()) return "refused, in the handshake: " + told.refusal;
  const std::string says = "certVerified \"" + auth.verified + "\", certRevoked \"" + auth.revoked + "\"";
  if (told.let_in()) return "let in: a script sees " + says;
  const bool is_unknown = told.peer->verdict.state == State::unknown;
  return "refused by scripts that look: they see " + says +
         (is_unknown ? ", and cert.ok false because its state is \"unknown\"" : "");
}

boost::json::object verdict_json(const tls::Verdict& verdict) {
  boost::json::object made{{"state", state_name(verdict.state)}};
  if (verdict.why != Why::none) made["why"] = why_name(verdict.why);
  if (verdict.state == State::unknown) made["tolerated"] = verdict.tolerated;
  if (!verdict.list.text().empty()) made["list"] = verdict.list.text();
  if (verdict.this_update != 0) made["thisUpdate"] = moment_text(verdict.this_update);
  if (verdict.next_update != 0) made["nextUpdate"] = moment_text(verdict.next_update);
  if (verdict.state != State::revoked) return made;
  if (verdict.this_update != 0) made["reason"] = tls::reason_name(verdict.reason);
  if (verdict.revoked_at != 0) made["revokedAt"] = moment_text(verdict.revoked_at);
  return made;
}

boost::json::object step_json(const ChainStep& step) {
  static constexpr std::string_view froms[] = {"leaf", "sent", "client_ca"};
  boost::json::object made{{"subject", step.subject},
                           {"issuer", step.issuer},
                           {"from", froms[static_cast<std::size_t>(step.from)]},
                           {"serial", step.serial},
                           {"sha256", step.sha256},
                           {"notBefore", moment_text(step.not_before)},
                           {"notAfter", moment_text(step.not_after)},
                           {"ca", step.is_authority},
                           {"keyUsage", boost::json::value_from(step.key_usage)},
                           {"extendedKeyUsage", boost::json::value_from(step.extended_key_usage)},
                           {"problems", boost::json::value_from(step.problems)}};
  if (step.is_looked_up) made["revocation"] = verdict_json(step.verdict);
  return made;
}

std::string_view mode_name(ClientAuthMode mode) {
  return option_values::words<ClientAuthMode>()[static_cast<std::size_t>(mode)];
}

}  // namespace

std::string explanation_text(const Explanation& told, const std::string& client_auth) {
  std::string text = "site " + told.site + ", client_auth " + std::string(mode_name(told.mode)) + ", at " +
                     date_text(told.at) + "\n\n";
  for (std::size_t i = 0; i < told.chain.size(); ++i) text += step_text(told.chain[i], i + 1, told.at);
  for (const std::string& subject : told.unused) text += "-  " + subject + "  (sent, and not needed)\n";
  text += "\nverified    " + told.peer->client->auth.verified + "\n";
  text += "revocation  " +
          (told.peer->client->auth.verified == "SUCCESS" ? verdict_text(told.peer->verdict, told.at)
                                                         : "not asked: the certificate failed anyway") +
          "\n";
  text += "decision    " + decision_text(told) + "\n\nrequest.cf.tlsClientAuth\n";
  for (const auto& [name, value] : boost::json::parse(client_auth).as_object())
    text += "  " + std::string(name) + ": " + shortened(boost::json::serialize(value)) + "\n";
  return text;
}

std::string explanation_json(const Explanation& told, const std::string& client_auth) {
  boost::json::array chain;
  for (const ChainStep& step : told.chain) chain.push_back(step_json(step));
  const std::string facts =
      boost::json::serialize(boost::json::object{{"letIn", told.let_in()},
                                                 {"refusal", told.refusal},
                                                 {"site", told.site},
                                                 {"mode", mode_name(told.mode)},
                                                 {"at", moment_text(told.at)},
                                                 {"chain", std::move(chain)},
                                                 {"unused", boost::json::value_from(told.unused)},
                                                 {"revocation", verdict_json(told.peer->verdict)}});
  // Its octets are those that a script gets: they are put in, not parsed and written anew.
  return facts.substr(0, facts.size() - 1) + ",\"tlsClientAuth\":" + client_auth + "}\n";
}

}  // namespace edge::cli
