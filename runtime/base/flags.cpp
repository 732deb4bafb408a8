// The command line: CLI11 splits it by the option table; the values stay text for Option::set.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "runtime/base/config_draft.h"

namespace edge {
namespace {

std::unexpected<Error> unknown_flag(const std::string& argument) {
  std::vector<std::string_view> flags;
  for (const Option& option : options())
    if (!option.flag.empty()) flags.push_back(option.flag);
  const std::string name = argument.substr(0, argument.find('='));
  return fail(ErrorKind::usage, "there is no option " + name + did_you_mean(name, flags));
}

/// Two letters as wrangler has them.
std::string short_name(std::string_view flag) {
  return flag == "--config" ? "-c," : flag == "--env" ? "-e," : "";
}

/// The option that an argument names, with or without "=VALUE"; null: none.
const Option* option_of(const std::string& argument) {
  const auto name = std::string_view(argument).substr(0, argument.find('='));
  const auto found = std::ranges::find(options(), name, &Option::flag);
  return name.empty() || found == std::ranges::end(options()) ? nullptr : &*found;
}

/// CLI11 takes the option that follows for a value that is missing.
Result<> check_values(std::span<const std::string> arguments) {
  for (std::size_t i = 0; i + 1 < arguments.size() && arguments[i] != "--"; ++i) {
    const Option* const option = option_of(arguments[i]);
    if (!option || option->kind == ValueKind::flag || arguments[i].contains('=')) continue;
    const std::string& value = arguments[++i];
    if (option_of(value))
      return fail(ErrorKind::usage, std::string(option->flag) + " needs a value: " +
                                        std::string(option->value) + "; " + value + " is an option");
  }
  return {};
}

}  // namespace

Result<CommandLine> read_flags(std::span<const std::string> arguments) {
  if (auto checked = check_values(arguments); !checked) return std::unexpected(std::move(checked.error()));
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<std::pair<const Option*, CLI::Option*>> bound;
  for (const Option& option : options()) {
    if (option.flag.empty()) continue;
    const std::string name = short_name(option.flag) + std::string(option.flag);
    CLI::Option* added =
        option.kind == ValueKind::flag ? app.add_flag(name) : app.add_option(name)->expected(1);
    added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (option.kind != ValueKind::flag) added->allow_extra_args(false);
    bound.emplace_back(&option, added);
  }
  // CLI11 takes the arguments from the back.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();
    const std::string name = text.substr(0, text.find(':'));
    for (const Option& option : options())
      if (option.flag == name)
        return fail(ErrorKind::usage, name + " needs a value: " + std::string(option.value));
    return fail(ErrorKind::usage, text);
  } catch (const CLI::ParseError& error) {
    return fail(ErrorKind::usage, error.what());
  }
  CommandLine line;
  for (const std::string& extra : app.remaining()) {
    if (extra.starts_with('-') && extra.size() > 1 && extra != "--") return unknown_flag(extra);
    if (extra == "--") continue;
    if (!line.script.empty())
      return fail(ErrorKind::usage,
                  "there are two scripts, " + line.script + " and " + extra + ": one is served at a time");
    line.script = extra;
  }
  for (const auto& [option, parsed] : bound) {
    const auto& texts = parsed->results();
    if (!option->repeatable && texts.size() > 1)
      return fail(ErrorKind::usage, std::string(option->flag) + " is given more than once");
    for (const std::string& text : texts) line.values.emplace_back(option, text);
  }
  return line;
}

}  // namespace edge
