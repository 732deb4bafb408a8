// Stacks as people read them: places of the files that the author wrote.
#include "runtime/js/stack.h"

#include <charconv>
#include <optional>

#include "runtime/js/realm_state.h"

namespace edge::js {

namespace {

constexpr std::string_view frame_start = "    at ";

/// Takes ":digits" from the end of `text`.
std::optional<int> take_number(std::string_view& text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  const auto* last = digits.data() + digits.size();
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), last, number);
  if (error != std::errc{} || end != last) return std::nullopt;
  text = text.substr(0, colon);
  return number;
}

std::optional<GeneratedPlace> place_of(std::string_view text) {
  const auto column = take_number(text);
  const auto line = column ? take_number(text) : std::nullopt;
  if (!line) return std::nullopt;
  return GeneratedPlace{.path = std::string(text), .line = *line, .column = *column};
}

/// "    at f (file:1:2)", "    at async file:1:2", "    at file:1:2".
std::string original_frame(Modules& modules, v8::Isolate* isolate, std::string_view frame) {
  if (!frame.starts_with(frame_start)) return std::string(frame);
  constexpr std::string_view async = "async ";
  std::size_t begin = frame_start.size();
  std::size_t end = frame.size();
  // Paths may have brackets too, and names of functions hardly ever do.
  if (const auto bracket = frame.find(" ("); bracket != frame.npos && frame.ends_with(')')) {
    begin = bracket + 2;
    --end;
  } else if (frame.substr(begin).starts_with(async)) {
    begin += async.size();
  }
  const auto place = place_of(frame.substr(begin, end - begin));
  const std::string original = place ? modules.original_place(isolate, *place) : "";
  if (original.empty()) return std::string(frame);
  return std::string(frame.substr(0, begin)) + original + std::string(frame.substr(end));
}

}  // namespace

std::string original_stack(Realm& realm, std::string_view stack) {
  std::string out;
  while (true) {
    const auto end = stack.find('\n');
    out += original_frame(*realm.state().modules, realm.isolate(), stack.substr(0, end));
    if (end == stack.npos) return out;
    out += '\n';
    stack.remove_prefix(end + 1);
  }
}

}  // namespace edge::js
