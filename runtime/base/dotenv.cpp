// Lines of NAME=VALUE, in the dialect that the dotenv library made common.
#include "runtime/base/dotenv.h"

#include <algorithm>

namespace edge {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    constexpr std::string_view letters = "nrt\\\"", meanings = "\n\r\t\\\"";
    const auto found = letters.find(next);
    out += found == letters.npos ? std::string{'\\', next} : std::string(1, meanings[found]);
  }
  return out;
}

/// Takes the file line by line, or more of it where quotes span lines.
struct Lines {
  std::string_view rest;
  int number = 0;

  std::string_view next() {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    return line;
  }
};

/// The end of what `quote` began at the start of `text`; npos where it has none.
std::size_t closing(std::string_view text, char quote) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) return i;
    if (text[i] == '\\' && quote == '"') ++i;
  }
  return std::string_view::npos;
}

/// The value that begins in `text`, the rest of a line of `lines`; nothing where quotes have no end.
Result<std::string> value_of(std::string_view text, Lines& lines, const std::string& where) {
  const char quote = text.empty() ? '\0' : text[0];
  if (quote != '"' && quote != '\'' && quote != '`')
    return std::string(trimmed(text.substr(0, std::min(text.find(" #"), text.size()))));
  // Both lie in the file's text, so the quoted value may run on behind the line's end.
  const std::string_view all(text.data(),
                             static_cast<std::size_t>(lines.rest.data() + lines.rest.size() - text.data()));
  const auto end = closing(all, quote);
  if (end == all.npos) return fail(ErrorKind::config, where + ": the quotes of the value have no end");
  const std::string_view quoted = all.substr(1, end - 1);
  lines.number += static_cast<int>(std::ranges::count(quoted, '\n'));
  lines.rest = all.substr(end + 1);
  Lines after = lines;
  const std::string_view behind = trimmed(after.next());
  if (!behind.empty() && behind[0] != '#')
    return fail(ErrorKind::config, where + ": something follows the quotes of the value");
  lines.rest = after.rest;
  return quote == '"' ? unescaped(quoted) : std::string(quoted);
}

}  // namespace

Result<std::vector<Variable>> parse_dotenv(std::string_view text, const std::string& path) {
  std::vector<Variable> variables;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Lines lines{text};
  while (!lines.rest.empty()) {
    std::string_view line = trimmed(lines.next());
    const std::string where = path + ":" + std::to_string(lines.number);
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("export ")) line = trimmed(line.substr(7));
    const auto equals = line.find('=');
    const std::string_view name = trimmed(line.substr(0, equals));
    if (equals == line.npos || !is_name(name))
      return fail(ErrorKind::config, where + ": this is not NAME=VALUE");
    auto value = value_of(trimmed(line.substr(equals + 1)), lines, where + ": " + std::string(name));
    if (!value) return std::unexpected(value.error());
    std::erase_if(variables, [&](const Variable& old) { return old.name == name; });
    variables.push_back({std::string(name), std::move(*value), Variable::Kind::secret});
  }
  return variables;
}

}  // namespace edge
