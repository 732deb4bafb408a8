// Known traps in policies, found in their syntax.
#include "bindings/lint.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <sstream>

#include "bindings/embedded.h"
#include "runtime/js/exception.h"
#include "runtime/js/turn.h"

namespace edge::bindings {
namespace {

constexpr std::chrono::milliseconds time_max{60'000};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

LintReport lint_in(js::Realm& realm, const std::string& path, const std::string& source) {
  js::Turn turn(realm);
  auto scope = turn.scope();
  const auto failed = [&](const std::string& why) {
    return LintReport{.findings = {}, .problem = path + ": it is not linted: " + why};
  };
  std::array<v8::Local<v8::Value>, 2> arguments{js::to_js(scope, std::string_view(source)),
                                                js::to_js(scope, std::string_view(path))};
  if (arguments[0].IsEmpty() || arguments[1].IsEmpty()) return failed("it is too large");
  v8::Local<v8::Value> answer, findings, problem;
  if (!turn.call("lint", arguments).ToLocal(&answer))
    return failed(turn.terminated() ? "that needs too much time or memory" : turn.failure());
  auto pair = answer.As<v8::Object>();
  if (!pair->Get(scope.context, 0).ToLocal(&findings) || !pair->Get(scope.context, 1).ToLocal(&problem))
    return failed("the linter gave no answer");
  return {.findings = lines_of(js::text_of(scope.isolate, findings)),
          .problem = js::text_of(scope.isolate, problem)};
}

}  // namespace

LintReport lint(const std::string& path, const std::string& source) {
  boost::asio::io_context io(1);
  const js::RealmOptions options{.heap_bytes = 8 * js::RealmOptions{}.heap_bytes,
                                 .stack_bytes = 8 * js::RealmOptions{}.stack_bytes,
                                 .turn_cpu = time_max,
                                 .startup_cpu = time_max};
  const auto realm =
      js::Realm::make(io, {.natives = {}, .bootstrap = lint_script(), .modules = {}}, {}, options, nullptr);
  if (!realm) return {.findings = {}, .problem = path + ": it is not linted: " + realm.error().message};
  return lint_in(**realm, path, source);
}

}  // namespace edge::bindings
