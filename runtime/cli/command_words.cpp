// Splits a command's words with CLI11, as base/flags.cpp does those of serve.
#include "runtime/cli/command_words.h"

#include <CLI/CLI.hpp>

#include "runtime/base/options.h"

namespace edge::cli {
namespace {

std::unexpected<Error> usage(std::string_view command, const std::string& message) {
  return fail(ErrorKind::usage, std::string(command) + ": " + message);
}

bool looks_like_flag(const std::string& word) { return word.starts_with('-') && word.size() > 1; }

}  // namespace

Result<CommandWords> CommandWords::read(std::string_view command, std::span<const Flag> known,
                                        std::span<const std::string> arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<CLI::Option*> bound;
  std::vector<std::string_view> names;
  for (const Flag& flag : known) {
    const std::string spelled =
        (flag.letter.empty() ? "" : std::string(flag.letter) + ",") + std::string(flag.name);
    const bool takes_nothing = flag.takes == Flag::Takes::nothing;
    CLI::Option* added = takes_nothing ? app.add_flag(spelled) : app.add_option(spelled)->expected(1);
    added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (!takes_nothing) added->allow_extra_args(false);
    bound.push_back(added);
    names.push_back(flag.name);
  }
  // What follows "--" is taken as it is; CLI11 would not say which of the extras these are.
  const auto end = std::ranges::find(arguments, "--");
  std::vector<std::string> reversed(std::make_reverse_iterator(end), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();
    return usage(command, text.substr(0, text.find(':')) + " needs a value");
  } catch (const CLI::ParseError& error) {
    return usage(command, error.what());
  }
  CommandWords words;
  words.command_ = command;
  for (const std::string& extra : app.remaining()) {
    if (looks_like_flag(extra)) {
      const std::string name = extra.substr(0, extra.find('='));
      return usage(command, "there is no option " + name + did_you_mean(name, names));
    }
    words.rest_.push_back(extra);
  }
  if (end != arguments.end()) words.rest_.insert(words.rest_.end(), end + 1, arguments.end());
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (bound[i]->count() == 0) continue;
    const auto& values = bound[i]->results();
    const std::string name(known[i].name);
    if (known[i].takes != Flag::Takes::values && values.size() > 1)
      return usage(command, name + " is given more than once");
    // "--force=false" would be taken for its opposite.
    if (known[i].takes == Flag::Takes::nothing && values.front() != "true")
      return usage(command, name + " takes no value");
    for (const std::string& value : values)
      if (value.empty()) return usage(command, name + " needs a value");
    words.values_[name] = values;
  }
  return words;
}

const std::string* CommandWords::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second.front();
}

std::string CommandWords::value_or(std::string_view name, std::string otherwise) const {
  const std::string* value = find(name);
  return value == nullptr ? std::move(otherwise) : *value;
}

const std::vector<std::string>& CommandWords::all(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto found = values_.find(name);
  return found == values_.end() ? none : found->second;
}

std::unexpected<Error> CommandWords::wrong(const std::string& message) const {
  return usage(command_, message);
}

}  // namespace edge::cli
