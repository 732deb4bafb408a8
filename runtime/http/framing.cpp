// The framing guard. What two parsers might read differently is refused here, before the first of them sees
// it.
#include "runtime/http/framing.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "runtime/http/header_list.h"

namespace edge::http {

namespace {

constexpr std::size_t method_bytes_max = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

/// No control byte but HTAB: with CR, LF and NUL goes everything that terminals, logs and backends stumble
/// over.
bool has_control(std::string_view line) {
  static constexpr auto is_control = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = c != '\t';
    table[0x7f] = true;
    return table;
  }();
  const auto any_in = [](std::string_view text) {
    bool has = false;
    for (const unsigned char c : text) has |= is_control[c];
    return has;
  };
  // Eight bytes at once, up to the first eight that may have one.
  for (; line.size() >= sizeof(std::uint64_t); line.remove_prefix(sizeof(std::uint64_t))) {
    constexpr std::uint64_t ones = 0x0101010101010101, highs = ones << 7;
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, line.data(), sizeof bytes);
    const std::uint64_t no_del = bytes ^ (ones * 0x7f);
    const std::uint64_t low = (bytes - ones * 0x20) & ~bytes & highs, del = (no_del - ones) & ~no_del & highs;
    if ((low | del) != 0 && any_in(line.substr(0, sizeof bytes))) return true;
  }
  return any_in(line);
}

std::string_view without_spaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// The next line of `rest`, without its CRLF; nothing when the line does not end in CRLF or holds a control
/// byte.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end == 0 || rest[end - 1] != '\r') return std::nullopt;
  const std::string_view line = rest.substr(0, end - 1);
  rest.remove_prefix(end + 1);
  if (has_control(line)) return std::nullopt;
  return line;
}

bool is_port(std::string_view text) {
  std::uint32_t port = 0;
  return text.size() <= 5 && all_digits(text) &&
         std::from_chars(text.data(), text.data() + text.size(), port).ec == std::errc{} && port <= 65535;
}

/// RFC 3986 section 3.2.2 without what has no place in a Host: user information, sub-delimiters,
/// percent-encoding.
bool is_host(std::string_view text) {
  std::string_view name = text;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    name = text.substr(1, close - 1);
    if (!std::ranges::all_of(name, [](char c) {
          return std::isxdigit(static_cast<unsigned char>(c)) || c == ':' || c == '.';
        }))
      return false;
    text.remove_prefix(close + 1);
  } else {
    name = text.substr(0, text.find(':'));
    if (name.empty() || !std::ranges::all_of(name, [](char c) {
          return is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
        }))
      return false;
    text.remove_prefix(name.size());
  }
  return text.empty() || (text.starts_with(':') && is_port(text.substr(1)));
}

struct Absolute {
  std::string_view scheme, authority;
};

/// The parts of an absolute-form target; nothing for other forms.
std::optional<Absolute> absolute_form(std::string_view target) {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = target.substr(0, colon);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) return std::nullopt;
  const std::string_view rest = target.substr(colon + 3);
  return Absolute{.scheme = scheme, .authority = rest.substr(0, rest.find_first_of("/?"))};
}

std::string_view without_default_port(std::string_view authority, std::string_view scheme) {
  const std::string_view port = scheme.size() == 5 ? ":443" : ":80";
  return authority.ends_with(port) ? authority.substr(0, authority.size() - port.size()) : authority;
}

struct RequestLine {
  std::string_view method, target;
  bool is_1_1 = false;
};

FramingProblem bad(std::string reason) { return {.status = 400, .reason = std::move(reason)}; }

std::optional<FramingProblem> target_problem(const RequestLine& line) {
  const std::string_view target = line.target;
  // "\" is "/" for WHATWG's URL parser and for no other; a fragment never leaves a client.
  if (!std::ranges::all_of(target,
                           [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '\\'; }))
    return bad("a byte that no request target may hold");
  if (line.method == "CONNECT")
    return is_host(target) && target.rfind(':') != std::string_view::npos && is_digit(target.back())
               ? std::nullopt
               : std::optional(bad("CONNECT without host and port"));
  if (target.starts_with('/')) return std::nullopt;
  if (target == "*")
    return line.method == "OPTIONS" ? std::nullopt : std::optional(bad("\"*\" is for OPTIONS"));
  const auto absolute = absolute_form(target);
  if (!absolute) return bad("the request target has none of the four forms");
  if (!is_host(absolute->authority)) return bad("the request target's host is invalid");
  return std::nullopt;
}

std::optional<FramingProblem> request_line_problem(std::string_view text, std::size_t uri_bytes_max,
                                                   RequestLine& line) {
  const std::size_t first = text.find(' ');
  const std::size_t last = text.rfind(' ');
  if (first == std::string_view::npos || first == last) return bad("the request line has not three parts");
  line.method = text.substr(0, first);
  line.target = text.substr(first + 1, last - first - 1);
  const std::string_view version = text.substr(last + 1);
  if (line.method.size() > method_bytes_max || !is_token(line.method)) return bad("the method is no token");
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
      !is_digit(version[7]))
    return bad("the request line has no HTTP version");
  line.is_1_1 = version == "HTTP/1.1";
  if (!line.is_1_1 && version != "HTTP/1.0")
    return FramingProblem{.status = 505, .reason = std::string(version)};
  if (line.target.size() > uri_bytes_max)
    return FramingProblem{.status = 414,
                          .reason = "a target of " + std::to_string(line.target.size()) + " bytes"};
  if (line.target.empty() || line.target.contains(' '))
    return bad("more or less than one space in the request line");
  return target_problem(line);
}

/// What the header lines say about the message's frame.
struct Frame {
  std::size_t hosts = 0, lengths = 0, codings = 0;
  std::string_view host, length, coding;
};

/// CGI-like backends fold "_" into "-", so these would be framing headers to them and not to us.
bool is_disguised(std::string_view name) {
  constexpr std::string_view framing_names[] = {"content-length", "transfer-encoding"};
  return name.contains('_') && std::ranges::any_of(framing_names, [&](std::string_view framing_name) {
           return std::ranges::equal(name, framing_name, [](char a, char b) {
             return (a == '_' ? '-' : a | 0x20) == (b | 0x20) || a == b;
           });
         });
}

/// Nothing, or what is wrong with this line.
const char* header_line_problem(std::string_view line, Frame& frame) {
  if (line.starts_with(' ') || line.starts_with('\t')) return "a folded header line";
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "a header line without a colon";
  const std::string_view name = line.substr(0, colon);
  if (!is_token(name)) return "a header name that is no token";
  const std::string_view value = line.substr(colon + 1);
  switch (name.size()) {
    case 4:
      if (!equal_ignoring_case(name, "host")) break;
      frame.host = without_spaces(value);
      ++frame.hosts;
      break;
    case 14:
      if (is_disguised(name)) return "a Content-Length in disguise";
      if (!equal_ignoring_case(name, "content-length")) break;
      frame.length = without_spaces(value);
      ++frame.lengths;
      break;
    case 17:
      if (is_disguised(name)) return "a Transfer-Encoding in disguise";
      if (!equal_ignoring_case(name, "transfer-encoding")) break;
      frame.coding = without_spaces(value);
      ++frame.codings;
      break;
    default:
      break;
  }
  return nullptr;
}

/// RFC 9112 section 6.3, without its leniency.
const char* frame_problem(const Frame& frame, bool is_1_1) {
  if (frame.codings != 0) {
    if (!is_1_1) return "Transfer-Encoding in HTTP/1.0";
    if (frame.codings > 1) return "more than one Transfer-Encoding";
    if (frame.lengths != 0) return "Transfer-Encoding beside Content-Length";
    if (frame.coding != "chunked") return "a Transfer-Encoding other than chunked";
  }
  if (frame.lengths == 0) return nullptr;
  if (frame.lengths > 1) return "more than one Content-Length";
  if (frame.length.size() > 18 || !all_digits(frame.length)) return "a Content-Length that is no number";
  if (frame.length.size() > 1 && frame.length.front() == '0') return "a Content-Length with a leading zero";
  return nullptr;
}

std::optional<FramingProblem> host_problem(const Frame& frame, const RequestLine& line) {
  if (frame.hosts > 1) return bad("more than one Host");
  if (frame.hosts == 0) return line.is_1_1 ? std::optional(bad("no Host")) : std::nullopt;
  if (!is_host(frame.host)) return bad("an invalid Host");
  const auto absolute = line.target.starts_with('/') ? std::nullopt : absolute_form(line.target);
  if (!absolute) return std::nullopt;
  return equal_ignoring_case(without_default_port(absolute->authority, absolute->scheme),
                             without_default_port(frame.host, absolute->scheme))
             ? std::nullopt
             : std::optional(bad("Host and the request target name different hosts"));
}

struct HeaderLines {
  Frame frame;
  std::optional<FramingProblem> problem;
};

/// Walks the header lines up to the empty one, which must be the last.
HeaderLines read_header_lines(std::string_view rest, std::size_t header_count_max) {
  HeaderLines lines;
  for (std::size_t count = 0;; ++count) {
    const auto line = next_line(rest);
    if (!line) {
      lines.problem = bad("a header line with a bare CR or LF, or a control byte");
      return lines;
    }
    if (line->empty()) break;
    if (count == header_count_max) {
      lines.problem = {.status = 431, .reason = "more than " + std::to_string(header_count_max) + " headers"};
      return lines;
    }
    if (const char* problem = header_line_problem(*line, lines.frame)) {
      lines.problem = bad(problem);
      return lines;
    }
  }
  if (!rest.empty()) lines.problem = bad("bytes after the empty line");
  return lines;
}

}  // namespace

std::optional<FramingProblem> framing_problem(std::string_view head, std::size_t header_count_max,
                                              std::size_t uri_bytes_max) {
  const auto first = next_line(head);
  if (!first) return bad("a request line with a bare CR or LF, or a control byte");
  RequestLine line;
  if (auto problem = request_line_problem(*first, uri_bytes_max, line)) return problem;
  auto lines = read_header_lines(head, header_count_max);
  if (lines.problem) return std::move(lines.problem);
  if (const char* problem = frame_problem(lines.frame, line.is_1_1)) return bad(problem);
  // RFC 9110 section 9.3.8: a client must not send content in a TRACE request.
  if (line.method == "TRACE" && (lines.frame.codings != 0 || lines.frame.lengths != 0))
    return bad("TRACE with content");
  return host_problem(lines.frame, line);
}

std::optional<std::string> response_framing_problem(std::string_view head, std::size_t header_count_max) {
  const auto line = next_line(head);
  const bool is_1_1 = line && line->starts_with("HTTP/1.1 ");
  if (!line || (!is_1_1 && !line->starts_with("HTTP/1.0 "))) return "the status line is not HTTP/1.1's";
  // RFC 9112 section 4: the space after the code is there even when the phrase is not.
  const std::string_view code = line->substr(9, 3);
  if (!all_digits(code) || code.size() != 3 || code[0] < '1' || code[0] > '5' || line->size() < 13 ||
      (*line)[12] != ' ')
    return "the status line is invalid";
  const auto lines = read_header_lines(head, header_count_max);
  if (lines.problem) return lines.problem->reason;
  if (const char* problem = frame_problem(lines.frame, is_1_1)) return problem;
  return std::nullopt;
}

}  // namespace edge::http
