// Reporters of `edge-run test`: spec, TAP, JUnit's XML, Jest's JSON.
#include "runtime/cli/test_report.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <format>
#include <fstream>
#include <iostream>
#include <numeric>

#include "runtime/cli/commands.h"

namespace edge::cli {

using bindings::TestOutcome;
using bindings::TestResult;

std::size_t FileReport::count(TestOutcome outcome) const {
  const auto tests_of_it = static_cast<std::size_t>(std::ranges::count(tests, outcome, &TestResult::outcome));
  return tests_of_it + (outcome == TestOutcome::fail && !problem.empty() ? 1 : 0);
}

bool FileReport::failed() const { return count(TestOutcome::fail) > 0; }

namespace {

using Reports = std::vector<FileReport>;

std::size_t total(const Reports& reports, TestOutcome outcome) {
  return std::transform_reduce(reports.begin(), reports.end(), std::size_t{0}, std::plus{},
                               [&](const FileReport& report) { return report.count(outcome); });
}

std::string indented(const std::string& text, const std::string& by) {
  std::string out = by;
  for (const char c : text) out += c == '\n' ? "\n" + by : std::string(1, c);
  return out;
}

/// Where a report goes: a file, or standard output.
class Output {
 public:
  explicit Output(const std::string& path) : path_(path) {
    if (!path.empty()) file_.open(path, std::ios::binary);
  }
  std::ostream& stream() { return path_.empty() ? std::cout : file_; }
  [[nodiscard]] bool is_open() const { return path_.empty() || file_.is_open(); }
  [[nodiscard]] bool is_terminal() const { return path_.empty() && colours(STDOUT_FILENO); }

 private:
  std::string path_;
  std::ofstream file_;
};

/// For people.
class SpecReporter : public Reporter {
 public:
  explicit SpecReporter(Output output) : output_(std::move(output)), out_(output_.stream()) {}
  void begin(const std::string& file) override { out_ << paint("1", file) << "\n"; }
  void test(const TestResult& result) override {
    constexpr std::array heads{"pass", "FAIL", "skip", "todo"};
    constexpr std::array paints{"32", "31", "33", "36"};
    const auto kind = static_cast<std::size_t>(result.outcome);
    out_ << "  " << paint(paints[kind], heads[kind]) << " " << result.name;
    constexpr double slow = 300;
    if (result.milliseconds > slow) out_ << std::format(" ({:.0f} ms)", result.milliseconds);
    out_ << "\n";
    if (!result.message.empty()) out_ << indented(result.message, "       ") << "\n";
  }
  void end(const FileReport& report) override {
    if (!report.problem.empty())
      out_ << "  " << paint("31", "FAIL") << " " << report.file << "\n"
           << indented(report.problem, "       ") << "\n";
    for (const std::string& snapshot : report.obsolete)
      out_ << "  " << paint("33", "note") << " no test asks for the snapshot \"" << snapshot
           << "\": --update removes it\n";
    out_.flush();
  }
  void summary(const Reports& reports) override {
    out_ << "\n"
         << total(reports, TestOutcome::pass) << " passed, " << total(reports, TestOutcome::fail)
         << " failed";
    for (const auto& [outcome, word] :
         {std::pair{TestOutcome::skip, "skipped"}, {TestOutcome::todo, "to do"}})
      if (const auto count = total(reports, outcome); count > 0) out_ << ", " << count << " " << word;
    out_ << std::endl;
  }

 private:
  [[nodiscard]] std::string paint(const char* code, const std::string& text) const {
    return output_.is_terminal() ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text;
  }
  Output output_;
  std::ostream& out_;
};

/// Test Anything Protocol, version 14. https://testanything.org/tap-version-14-specification.html
class TapReporter : public Reporter {
 public:
  explicit TapReporter(Output output) : output_(std::move(output)), out_(output_.stream()) {
    out_ << "TAP version 14\n";
  }
  void begin(const std::string& file) override { out_ << "# " << file << "\n"; }
  void test(const TestResult& result) override {
    const bool fine = result.outcome == TestOutcome::pass || result.outcome == TestOutcome::skip;
    const char* directive = result.outcome == TestOutcome::skip   ? " # SKIP"
                            : result.outcome == TestOutcome::todo ? " # TO"
                                                                    "DO"
                                                                  : "";
    line(fine, result.name, directive, result.message);
  }
  void end(const FileReport& report) override {
    if (!report.problem.empty()) line(false, report.file, "", report.problem);
    out_.flush();
  }
  void summary(const Reports&) override { out_ << "1.." << count_ << std::endl; }

 private:
  void line(bool fine, const std::string& name, const char* directive, const std::string& message) {
    std::string escaped;
    for (const char c : name) {
      if (c == '#' || c == '\\') escaped += '\\';
      escaped += c == '\n' ? ' ' : c;
    }
    out_ << (fine ? "ok " : "not ok ") << ++count_ << " - " << escaped << directive << "\n";
    if (!message.empty()) out_ << "  ---\n  message: |\n" << indented(message, "    ") << "\n  ...\n";
  }
  Output output_;
  std::ostream& out_;
  int count_ = 0;
};

/// Formats that say everything at the end.
class SummaryReporter : public Reporter {
 public:
  SummaryReporter(Output output, void (*write)(std::ostream&, const Reports&))
      : output_(std::move(output)), write_(write) {}
  void begin(const std::string&) override {}
  void test(const TestResult&) override {}
  void end(const FileReport&) override {}
  void summary(const Reports& reports) override {
    write_(output_.stream(), reports);
    output_.stream().flush();
  }

 private:
  Output output_;
  void (*write_)(std::ostream&, const Reports&);
};

/// For attributes and text; what XML 1.0 cannot say is left out. https://www.w3.org/TR/xml/#charsets
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\n')
      out += "&#10;";
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t')
      out += c;
  }
  return out;
}

void write_junit_case(std::ostream& out, const std::string& file, const TestResult& result) {
  out << std::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", xml(file),
                     xml(result.name), result.milliseconds / 1000);
  if (result.outcome == TestOutcome::pass) {
    out << "/>\n";
  } else if (result.outcome == TestOutcome::fail) {
    const std::string head = result.message.substr(0, result.message.find('\n'));
    out << ">\n      <failure message=\"" << xml(head) << "\">" << xml(result.message)
        << "</failure>\n    </testcase>\n";
  } else {
    out << ">\n      <skipped/>\n    </testcase>\n";
  }
}

/// https://github.com/testmoapp/junitxml
void write_junit(std::ostream& out, const Reports& reports) {
  const auto counts = [](std::size_t tests, std::size_t failures, std::size_t skipped) {
    return std::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"", tests, failures, skipped);
  };
  const auto skipped = [](const FileReport& report) {
    return report.count(TestOutcome::skip) + report.count(TestOutcome::todo);
  };
  std::size_t tests = 0, skips = 0;
  double time = 0;
  for (const FileReport& report : reports) {
    tests += report.tests.size() + (report.problem.empty() ? 0 : 1);
    skips += skipped(report);
    time += report.milliseconds;
  }
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"edge-run\" "
      << counts(tests, total(reports, TestOutcome::fail), skips)
      << std::format(" time=\"{:.3f}\">\n", time / 1000);
  for (const FileReport& report : reports) {
    const std::size_t own = report.tests.size() + (report.problem.empty() ? 0 : 1);
    out << "  <testsuite name=\"" << xml(report.file) << "\" "
        << counts(own, report.count(TestOutcome::fail), skipped(report))
        << std::format(" time=\"{:.3f}\">\n", report.milliseconds / 1000);
    for (const TestResult& result : report.tests) write_junit_case(out, report.file, result);
    if (!report.problem.empty())
      write_junit_case(out, report.file, {report.file, TestOutcome::fail, report.problem, 0});
    out << "  </testsuite>\n";
  }
  out << "</testsuites>\n";
}

boost::json::object assertion(const TestResult& result) {
  constexpr std::array words{"passed", "failed", "skipped", "todo"};
  constexpr std::string_view separator = " › ";
  boost::json::array ancestors;
  std::string_view rest = result.name;
  for (std::size_t at; (at = rest.find(separator)) != rest.npos; rest.remove_prefix(at + separator.size()))
    ancestors.emplace_back(rest.substr(0, at));
  boost::json::array failures;
  if (result.outcome == TestOutcome::fail) failures.emplace_back(result.message);
  return {{"fullName", result.name},
          {"ancestorTitles", ancestors},
          {"title", rest},
          {"status", words[static_cast<std::size_t>(result.outcome)]},
          {"duration", result.milliseconds},
          {"failureMessages", failures}};
}

/// What Jest and vitest write: https://jestjs.io/docs/configuration#testresultsprocessor-string
void write_json(std::ostream& out, const Reports& reports) {
  const auto counted = [&](TestOutcome outcome) { return total(reports, outcome); };
  boost::json::array files;
  std::size_t failed_files = 0, tests = 0;
  for (const FileReport& report : reports) {
    boost::json::array results;
    for (const TestResult& result : report.tests) results.push_back(assertion(result));
    files.push_back(boost::json::object{{"name", report.file},
                                        {"status", report.failed() ? "failed" : "passed"},
                                        {"message", report.problem},
                                        {"duration", report.milliseconds},
                                        {"assertionResults", results}});
    failed_files += report.failed() ? 1 : 0;
    tests += report.tests.size();
  }
  out << boost::json::object{{"success", failed_files == 0},
                             {"numTotalTestSuites", reports.size()},
                             {"numFailedTestSuites", failed_files},
                             {"numTotalTests", tests},
                             {"numPassedTests", counted(TestOutcome::pass)},
                             {"numFailedTests", counted(TestOutcome::fail)},
                             {"numPendingTests", counted(TestOutcome::skip)},
                             {"numTodoTests", counted(TestOutcome::todo)},
                             {"testResults", files}}
      << "\n";
}

}  // namespace

Result<std::unique_ptr<Reporter>> make_reporter(const std::string& choice) {
  const auto equals = choice.find('=');
  const std::string name = choice.substr(0, equals);
  const std::string path = equals == choice.npos ? "" : choice.substr(equals + 1);
  if (equals != choice.npos && path.empty())
    return fail(ErrorKind::usage, "--reporter " + choice + ": a file is expected after the =");
  Output output(path);
  if (!output.is_open())
    return fail(ErrorKind::usage, "--reporter " + choice + ": " + path + " cannot be written");
  if (name == "spec") return std::make_unique<SpecReporter>(std::move(output));
  if (name == "tap") return std::make_unique<TapReporter>(std::move(output));
  if (name == "junit") return std::make_unique<SummaryReporter>(std::move(output), write_junit);
  if (name == "json") return std::make_unique<SummaryReporter>(std::move(output), write_json);
  return fail(ErrorKind::usage, "--reporter: there is no '" + name + "', but spec, tap, junit and json");
}

}  // namespace edge::cli
