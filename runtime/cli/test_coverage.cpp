// From V8's ranges of characters to lines: each line counts as its first character does.
#include "runtime/cli/test_coverage.h"

#include <simdutf.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <format>
#include <fstream>
#include <ostream>
#include <vector>

#include "bindings/type_script.h"
#include "runtime/cli/test_files.h"
#include "runtime/js/module_source.h"

namespace edge::cli {
namespace {

namespace json = boost::json;
constexpr std::string_view file_scheme = "file://";

struct Range {
  std::size_t begin, end;
  std::uint64_t count;
};

struct Line {
  std::size_t begin;  ///< of its first character that is no blank
  bool is_code;
};

/// Comments, and what only closes what stands above, are no code.
bool is_code(std::u16string_view text) {
  for (const std::u16string_view comment : {u"//", u"/*", u"*"})
    if (text.starts_with(comment)) return false;
  return text.find_first_not_of(u"{}()[];, \t\r") != text.npos;
}

std::vector<Line> lines_of(std::u16string_view source) {
  std::vector<Line> lines;
  for (std::size_t at = 0; at <= source.size();) {
    const std::size_t end = std::min(source.find(u'\n', at), source.size());
    const std::u16string_view line = source.substr(at, end - at);
    const std::size_t blank = std::min(line.find_first_not_of(u" \t\r"), line.size());
    lines.push_back({at + blank, is_code(line.substr(blank))});
    at = end + 1;
  }
  return lines;
}

unsigned line_at(const std::vector<Line>& lines, std::size_t offset) {
  const auto after = std::ranges::upper_bound(lines, offset, {}, &Line::begin);
  return static_cast<unsigned>(std::max<std::ptrdiff_t>(after - lines.begin(), 1));
}

Range range_of(const json::value& value) {
  return {value.at("startOffset").to_number<std::size_t>(), value.at("endOffset").to_number<std::size_t>(),
          value.at("count").to_number<std::uint64_t>()};
}

FileCoverage counted(const json::array& functions, std::string_view utf8) {
  std::u16string source(simdutf::utf16_length_from_utf8(utf8.data(), utf8.size()), u'\0');
  source.resize(simdutf::convert_utf8_to_utf16(utf8.data(), utf8.size(), source.data()));
  const auto lines = lines_of(source);
  FileCoverage coverage;
  std::vector<Range> ranges;
  for (const json::value& function : functions) {
    const json::array& own = function.at("ranges").as_array();
    for (const json::value& range : own) ranges.push_back(range_of(range));
    const std::string name(function.at("functionName").as_string());
    // The module itself has no name, and begins where the file does.
    if (const Range whole = range_of(own.at(0)); whole.begin > 0 && !name.empty())
      coverage.functions[{line_at(lines, whole.begin), name}] += whole.count;
  }
  // Outer ranges first: what lies inside another has the last word.
  std::ranges::sort(ranges, [](const Range& a, const Range& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<std::uint64_t> counts(lines.size());
  for (const Range& range : ranges) {
    const auto first = std::ranges::lower_bound(lines, range.begin, {}, &Line::begin) - lines.begin();
    for (auto i = static_cast<std::size_t>(first); i < lines.size() && lines[i].begin < range.end; ++i)
      counts[i] = range.count;
  }
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].is_code) coverage.lines[static_cast<unsigned>(i + 1)] = counts[i];
  return coverage;
}

/// Of a file's URL; "" for what is no script under test.
std::string script_path(std::string_view url) {
  if (!url.starts_with(file_scheme)) return "";
  std::string path;
  for (std::size_t i = file_scheme.size(); i < url.size(); ++i) {
    if (url[i] == '%' && i + 2 < url.size()) {
      path += static_cast<char>(std::stoi(std::string(url.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      path += url[i];
    }
  }
  const bool is_ours = !is_test_file(path) && path.find("/node_modules/") == path.npos;
  return is_ours && std::filesystem::is_regular_file(path) ? path : "";
}

/// A file as it was compiled.
std::string code_of_file(const std::string& path, bindings::TypeScript& type_script) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  return js::is_type_script(path) ? type_script.strip(path, text).value_or(text) : text;
}

struct Share {
  std::size_t run = 0, all = 0;
  void count(std::uint64_t times) {
    ++all;
    if (times > 0) ++run;
  }
  [[nodiscard]] std::string text() const {
    const double percent = all == 0 ? 100 : 100.0 * static_cast<double>(run) / static_cast<double>(all);
    return std::format("{:>5}/{:<5} {:>5.1f} %", run, all, percent);
  }
};

/// "3, 7-9": lines with code that did not run; what lies between two of them and is no code joins them.
std::string gaps_of(const FileCoverage& coverage) {
  std::string gaps;
  unsigned first = 0, last = 0;
  const auto close = [&] {
    if (first == 0) return;
    gaps +=
        (gaps.empty() ? "" : ", ") + std::to_string(first) + (last > first ? "-" + std::to_string(last) : "");
    first = 0;
  };
  for (const auto& [line, count] : coverage.lines) {
    if (count > 0) {
      close();
      continue;
    }
    if (first == 0) first = line;
    last = line;
  }
  close();
  return gaps;
}

std::string relative_to(const std::string& path, const std::string& root) {
  return path.starts_with(root + "/") ? path.substr(root.size() + 1) : path;
}

}  // namespace

void FileCoverage::add(const FileCoverage& other) {
  for (const auto& [line, count] : other.lines) lines[line] += count;
  for (const auto& [function, count] : other.functions) functions[function] += count;
}

FileCoverage coverage_of_source(std::string_view functions, std::string_view source) {
  return counted(json::parse(functions).as_array(), source);
}

Coverage coverage_of(std::string_view answer, const std::string& cache_folder) {
  Coverage coverage;
  bindings::TypeScript type_script(cache_folder);
  const json::value parsed = json::parse(answer);
  for (const json::value& script : parsed.at("result").at("result").as_array()) {
    const std::string path = script_path(std::string_view(script.at("url").as_string()));
    if (!path.empty())
      coverage[path].add(counted(script.at("functions").as_array(), code_of_file(path, type_script)));
  }
  return coverage;
}

void add(Coverage& coverage, const Coverage& other) {
  for (const auto& [path, file] : other) coverage[path].add(file);
}

std::string coverage_text(const Coverage& coverage) {
  json::object files;
  for (const auto& [path, file] : coverage) {
    json::array lines, functions;
    for (const auto& [line, count] : file.lines) lines.push_back({line, count});
    for (const auto& [function, count] : file.functions)
      functions.push_back({function.first, function.second, count});
    files[path] = json::object{{"lines", lines}, {"functions", functions}};
  }
  return json::serialize(files);
}

Coverage coverage_from_text(std::string_view text) {
  Coverage coverage;
  const json::value files = json::parse(text);
  for (const auto& [path, file] : files.as_object()) {
    FileCoverage& own = coverage[std::string(path)];
    for (const json::value& one : file.at("lines").as_array())
      own.lines[one.at(0).to_number<unsigned>()] = one.at(1).to_number<std::uint64_t>();
    for (const json::value& one : file.at("functions").as_array())
      own.functions[{one.at(0).to_number<unsigned>(), std::string(one.at(1).as_string())}] =
          one.at(2).to_number<std::uint64_t>();
  }
  return coverage;
}

void write_summary(std::ostream& out, const Coverage& coverage, const std::string& root) {
  std::size_t width = std::string_view("all files").size();
  for (const auto& [path, file] : coverage) width = std::max(width, relative_to(path, root).size());
  const auto row = [&](const std::string& name, const std::string& lines, const std::string& functions,
                       const std::string& gaps) {
    std::string text = std::format("  {:<{}}  {:<19}  {:<19}  {}", name, width, lines, functions, gaps);
    out << text.erase(text.find_last_not_of(' ') + 1) << "\n";
  };
  Share all_lines, all_functions;
  out << "\n";
  row("coverage", "      lines", "    functions", "lines that did not run");
  for (const auto& [path, file] : coverage) {
    Share lines, functions;
    for (const auto& [line, count] : file.lines) lines.count(count), all_lines.count(count);
    for (const auto& [function, count] : file.functions) functions.count(count), all_functions.count(count);
    row(relative_to(path, root), lines.text(), functions.text(), gaps_of(file));
  }
  row("all files", all_lines.text(), all_functions.text(), "");
  out.flush();
}

void write_lcov(std::ostream& out, const Coverage& coverage, const std::string& root) {
  for (const auto& [path, file] : coverage) {
    out << "TN:\nSF:" << relative_to(path, root) << "\n";
    Share functions, lines;
    for (const auto& [function, count] : file.functions)
      out << "FN:" << function.first << "," << function.second << "\n";
    for (const auto& [function, count] : file.functions) {
      out << "FNDA:" << count << "," << function.second << "\n";
      functions.count(count);
    }
    out << "FNF:" << functions.all << "\nFNH:" << functions.run << "\n";
    for (const auto& [line, count] : file.lines) {
      out << "DA:" << line << "," << count << "\n";
      lines.count(count);
    }
    out << "LF:" << lines.all << "\nLH:" << lines.run << "\nend_of_record\n";
  }
}

}  // namespace edge::cli
