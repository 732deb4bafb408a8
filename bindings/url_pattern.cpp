// URL patterns as ada parses and matches them, with V8's regular expressions.
// https://urlpattern.spec.whatwg.org/
#include <ada.h>

#include "bindings/natives.h"
#include "runtime/js/regexp.h"

namespace edge::bindings {
namespace {

/// What ada asks of a provider of regular expressions.
struct Expressions {
  using regex_type = js::RegExp;
  static std::optional<js::RegExp> create_instance(std::string_view source, bool ignore_case) {
    js::RegExp expression{std::string(source), ignore_case};
    return js::is_valid(expression) ? std::optional(std::move(expression)) : std::nullopt;
  }
  static std::optional<std::vector<std::optional<std::string>>> regex_search(std::string_view input,
                                                                             const js::RegExp& expression) {
    return js::match(expression, input);
  }
  static bool regex_match(std::string_view input, const js::RegExp& expression) {
    return js::match(expression, input).has_value();
  }
};

class Pattern : public js::Held {
 public:
  explicit Pattern(ada::url_pattern<Expressions> pattern) : pattern(std::move(pattern)) {}
  ada::url_pattern<Expressions> pattern;
};

/// The members of a URLPatternInit, as pairs of name and value.
ada::url_pattern_init init_of(std::vector<std::string> members) {
  ada::url_pattern_init init;
  const std::pair<std::string_view, std::optional<std::string>*> slots[] = {
      {"protocol", &init.protocol}, {"username", &init.username}, {"password", &init.password},
      {"hostname", &init.hostname}, {"port", &init.port},         {"pathname", &init.pathname},
      {"search", &init.search},     {"hash", &init.hash},         {"baseURL", &init.base_url},
  };
  for (std::size_t at = 0; at + 1 < members.size(); at += 2)
    for (const auto& [name, slot] : slots)
      if (name == members[at]) *slot = std::move(members[at + 1]);
  return init;
}

/// Text, or else members.
ada::url_pattern_input input_of(const std::optional<std::string>& text, std::vector<std::string> members) {
  if (text) return std::string_view(*text);
  return init_of(std::move(members));
}

js::Result<std::unique_ptr<Pattern>> open_pattern(std::optional<std::string> text,
                                                  std::vector<std::string> members,
                                                  std::optional<std::string> base, bool ignore_case) {
  const std::string_view base_view = base ? std::string_view(*base) : std::string_view();
  const ada::url_pattern_options options{.ignore_case = ignore_case};
  auto parsed = ada::parse_url_pattern<Expressions>(input_of(text, std::move(members)),
                                                    base ? &base_view : nullptr, &options);
  if (!parsed) return js::type_error("new URLPattern(): the pattern is not valid.");
  return std::make_unique<Pattern>(std::move(*parsed));
}

/// The eight components, in the order of the standard's attributes.
std::vector<std::string> parts(Pattern& held) {
  const auto& pattern = held.pattern;
  std::vector<std::string> all;
  for (auto part :
       {pattern.get_protocol(), pattern.get_username(), pattern.get_password(), pattern.get_hostname(),
        pattern.get_port(), pattern.get_pathname(), pattern.get_search(), pattern.get_hash()})
    all.emplace_back(part);
  return all;
}

bool has_groups(Pattern& held) { return held.pattern.has_regexp_groups(); }

js::Result<bool> test(Pattern& held, std::optional<std::string> text, std::vector<std::string> members,
                      std::optional<std::string> base) {
  const std::string_view base_view = base ? std::string_view(*base) : std::string_view();
  auto matched = held.pattern.test(input_of(text, std::move(members)), base ? &base_view : nullptr);
  if (!matched) return js::type_error("URLPattern.test(): the input and its base do not go together.");
  return *matched;
}

/// A component's input, and each of its groups with what it matched.
using Group = std::tuple<std::string, std::optional<std::string>>;
using Component = std::tuple<std::string, std::vector<Group>>;

Component component_of(ada::url_pattern_component_result found) {
  std::vector<Group> groups;
  for (auto& [name, value] : found.groups) groups.emplace_back(name, std::move(value));
  return {std::move(found.input), std::move(groups)};
}

js::Result<std::optional<std::vector<Component>>> exec(Pattern& held, std::optional<std::string> text,
                                                       std::vector<std::string> members,
                                                       std::optional<std::string> base) {
  const std::string_view base_view = base ? std::string_view(*base) : std::string_view();
  auto matched = held.pattern.exec(input_of(text, std::move(members)), base ? &base_view : nullptr);
  if (!matched) return js::type_error("URLPattern.exec(): the input and its base do not go together.");
  if (!*matched) return std::nullopt;
  auto& found = **matched;
  std::vector<Component> components;
  for (auto* one : {&found.protocol, &found.username, &found.password, &found.hostname, &found.port,
                    &found.pathname, &found.search, &found.hash})
    components.push_back(component_of(std::move(*one)));
  return components;
}

constexpr js::Native table[] = {
    js::native<&open_pattern>("urlPatternOpen"),
    js::native<&parts>("urlPatternParts"),
    js::native<&has_groups>("urlPatternHasGroups"),
    js::native<&test>("urlPatternTest"),
    js::native<&exec>("urlPatternExec"),
};

}  // namespace

constinit const std::span<const js::Native> url_pattern_natives = table;

}  // namespace edge::bindings
