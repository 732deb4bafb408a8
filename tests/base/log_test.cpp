// Log lines hold the bytes of strangers without letting them out of their value; sinks keep lines whole.
#include "runtime/base/log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spdlog/details/log_msg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string>

#include "runtime/base/log_line.h"
#include "runtime/base/log_sink.h"

namespace edge::log {
namespace {

constexpr std::chrono::system_clock::time_point some_time{std::chrono::milliseconds{1'795'304'349'007}};

std::string text_line(std::string_view message, std::initializer_list<Field> fields) {
  std::string out;
  append_text(out, {some_time, "warn", "event.name", message, {fields.begin(), fields.size()}});
  return out;
}

std::string json_line(std::string_view message, std::initializer_list<Field> fields) {
  std::string out;
  append_json(out, {some_time, "warn", "event.name", message, {fields.begin(), fields.size()}});
  return out;
}

/// The lines that arrive at the other end of a pipe.
struct Pipe {
  int ends[2];
  Pipe() { REQUIRE(pipe2(ends, O_CLOEXEC) == 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
  std::string read_all() {
    std::string all;
    char part[65536];
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    for (ssize_t n; (n = read(ends[0], part, sizeof part)) > 0;)
      all.append(part, static_cast<std::size_t>(n));
    return all;
  }
};

void send(DescriptorSink& sink, const std::string& line) {
  sink.log(spdlog::details::log_msg("", spdlog::level::info, line));
}

}  // namespace

TEST_CASE("T91: control characters, quotes and line ends of a stranger stay inside their value") {
  const std::string evil = "x\"\n2026-11-21T00:00:00.000Z error forged a=b\r\t\x1b[2J\x7f\\";
  const std::string text = text_line("", {{"path", evil}});
  CHECK(text ==
        "2026-11-21T23:39:09.007Z warn event.name "
        "path=\"x\\\"\\n2026-11-21T00:00:00.000Z error forged a=b\\r\\t\\x1b[2J\\x7f\\\\\"\n");
  const std::string json = json_line("", {{"path", evil}});
  CHECK(json ==
        "{\"ts\":\"2026-11-21T23:39:09.007Z\",\"level\":\"warn\",\"event\":\"event.name\","
        "\"path\":\"x\\\"\\n2026-11-21T00:00:00.000Z error forged a=b\\r\\t\\u001b[2J\\u007f\\\\\"}\n");
  CHECK(std::ranges::count(text, '\n') == 1);
  CHECK(std::ranges::count(json, '\n') == 1);
}

TEST_CASE("T91: every byte as a value makes one line of printable characters") {
  for (int c = 0; c < 256; ++c) {
    const std::string value(3, static_cast<char>(c));
    for (const std::string& line : {text_line("", {{"v", value}}), json_line(value, {{"v", value}})}) {
      CAPTURE(c);
      CHECK(std::ranges::count(line, '\n') == 1);
      CHECK(std::ranges::all_of(line.substr(0, line.size() - 1),
                                [](char b) { return static_cast<unsigned char>(b) >= 0x20 && b != 0x7F; }));
      CHECK(std::ranges::all_of(line, [](char b) { return static_cast<unsigned char>(b) < 0x80; }));
    }
  }
}

TEST_CASE("T91: a message may span lines, but no line of it can pass for a record") {
  CHECK(text_line("Error: no\n2026-11-21T00:00:00.000Z error forged", {{"site", "a"}}) ==
        "2026-11-21T23:39:09.007Z warn event.name site=a: Error: no\n    | 2026-11-21T00:00:00.000Z error "
        "forged\n");
  CHECK(json_line("a\nb", {}).find("\"message\":\"a\\nb\"") != std::string::npos);
}

TEST_CASE("T91: invalid UTF-8 and characters that turn a terminal around are shown as numbers") {
  CHECK(text_line("", {{"v", "gr\xC3\xBC\xC3\x9F"}}).ends_with(" v=\"gr\xC3\xBC\xC3\x9F\"\n"));
  CHECK(text_line("", {{"v", "a\xFF\xC3"}}).ends_with(" v=\"a\\xff\\xc3\"\n"));
  CHECK(json_line("", {{"v", "a\xFF"}}).ends_with("\"v\":\"a\\\\xff\"}\n"));
  CHECK(json_line("", {{"v", "\xED\xA0\x80"}})
            .ends_with("\"v\":\"\\\\xed\\\\xa0\\\\x80\"}\n"));  // a lone surrogate
  CHECK(text_line("", {{"v",
                        "a\xE2\x80\xAE"
                        "b"}})
            .ends_with(" v=\"a\\u202eb\"\n"));
  CHECK(json_line("", {{"v",
                        "\xC2\x9B"
                        "31m"}})
            .ends_with("\"v\":\"\\u009b31m\"}\n"));
}

TEST_CASE("T91: strings of certificates are cut at 1 KiB, at the start of a character") {
  const std::string line = text_line("", {{"subject", std::string(5000, 'a')}});
  CHECK(line.ends_with(" subject=\"" + std::string(1024, 'a') + "…\"\n"));
  std::string umlauts = "x";
  for (int i = 0; i < 2000; ++i) umlauts += "\xC3\xBC";
  CHECK(text_line("", {{"v", umlauts}}).find("\\x") == std::string::npos);
  CHECK(text_line("", {{"v", std::string(2000, '\x80')}}).size() < 6000);
}

TEST_CASE("log: a value is quoted only where it must be") {
  CHECK(text_line("", {{"a", "plain/value:1"}, {"b", ""}, {"c", "x y"}, {"d", "k=v"}})
            .ends_with(" a=plain/value:1 b=\"\" c=\"x y\" d=\"k=v\"\n"));
}

TEST_CASE("log: numbers and booleans are no strings in JSON") {
  CHECK(json_line(
            "",
            {{"i", -5}, {"u", 7u}, {"d", 0.5}, {"t", true}, {"n", std::numeric_limits<double>::quiet_NaN()}})
            .ends_with(",\"i\":-5,\"u\":7,\"d\":0.5,\"t\":true,\"n\":null}\n"));
  CHECK(text_line("", {{"i", -5}, {"d", 0.5}, {"f", false}}).ends_with(" i=-5 d=0.5 f=false\n"));
}

TEST_CASE("log: times are RFC 3339 in UTC with milliseconds") {
  std::string out;
  append_time(out, std::chrono::system_clock::time_point{});
  append_time(out, some_time);
  append_time(out, some_time + std::chrono::milliseconds(993));
  CHECK(out == "1970-01-01T00:00:00.000Z2026-11-21T23:39:09.007Z2026-11-21T23:39:10.000Z");
}

TEST_CASE("log: a buffered sink writes on flush, an immediate one at once") {
  Pipe pipe;
  DescriptorSink immediate(pipe.ends[1], DescriptorSink::Delay::none);
  send(immediate, "one\n");
  CHECK(pipe.read_all() == "one\n");
  // Its flushing thread never ends, so neither does the sink.
  static auto& delayed = *new DescriptorSink(pipe.ends[1], DescriptorSink::Delay::one_second);
  send(delayed, "two\n");
  delayed.flush();
  CHECK(pipe.read_all() == "two\n");
}

TEST_CASE("log: what is buffered is written within a second without being asked for") {
  static auto& pipe = *new Pipe;
  static auto& sink = *new DescriptorSink(pipe.ends[1], DescriptorSink::Delay::one_second);
  send(sink, "line\n");
  char first = 0;
  CHECK(read(pipe.ends[0], &first, 1) == 1);  // blocks until the flushing thread wrote
  CHECK(first == 'l');
}

TEST_CASE("log: a forked process logs what it has, once, and goes on flushing") {
  static auto& pipe = *new Pipe;
  static auto& sink = *new DescriptorSink(pipe.ends[1], DescriptorSink::Delay::one_second);
  send(sink, "parent\n");
  sink.before_fork();
  const pid_t child = fork();
  if (child == 0) {
    sink.after_fork_in_child();
    send(sink, "child\n");
    sink.flush();
    _exit(0);
  }
  sink.after_fork_in_parent();
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(pipe.read_all() == "parent\nchild\n");
}

}  // namespace edge::log
