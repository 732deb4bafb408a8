// The help of all options in columns, and the nearest spelling of a wrong word.
#include <algorithm>
#include <array>

#include "runtime/base/options.h"

namespace edge {
namespace {

/// Breaks `text` at spaces into lines of `width`, each but the first indented by `indent`.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (column > 0 && column + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string help_of(const Option& option) {
  static const Config defaults;
  static const SiteConfig site;
  std::string help(option.help);
  if (option.repeatable) help += "; may be repeated";
  const std::string value = option.show(defaults, site);
  if (option.place == Place::limits || option.kind == ValueKind::on_off ||
      (option.kind == ValueKind::choice && value != "none" && help.find("(default") == help.npos))
    help += " (default " + value + ")";
  return help;
}

}  // namespace

std::string options_help(std::size_t width) {
  constexpr std::size_t column = 34;
  constexpr std::pair<Place, std::string_view> groups[] = {
      {Place::server, "Server"},
      {Place::site, "Site; in a file also in [[site]] tables"},
      {Place::limits, "Limits; in a file in [limits]"}};
  std::string out;
  for (const auto& [place, title] : groups) {
    out += "\n" + std::string(title) + ":\n";
    for (const Option& option : options()) {
      if (option.place != place) continue;
      std::string left = "  ";
      left += option.flag.empty() ? "(file) " + std::string(option.key)
                                  : std::string(option.flag) + " " + std::string(option.value);
      if (left.size() + 2 > column) {
        out += left + "\n" + std::string(column, ' ');
      } else {
        out += left + std::string(column - left.size(), ' ');
      }
      out += wrapped(help_of(option), column, width - column) + "\n";
    }
  }
  return out;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  // Optimal string alignment: insert, delete, replace, and swap of neighbours cost one each.
  const auto distance = [](std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      now[0] = i;
      for (std::size_t j = 1; j <= b.size(); ++j) {
        now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
          now[j] = std::min(now[j], before[j - 2] + 1);
      }
      std::swap(before, last);
      std::swap(last, now);
    }
    return last[b.size()];
  };
  std::string_view best;
  if (word.size() > 64) return best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (const std::size_t d = distance(word, candidate); d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view best = nearest(word, candidates);
  return best.empty() ? "" : "; did you mean " + std::string(best) + "?";
}

}  // namespace edge
