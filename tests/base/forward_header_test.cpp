// Headers of the operator's own: what is refused and how it is said, then what is read.
#include "runtime/base/forward_header.h"

#include "tests/base/config_folder.h"

namespace edge {
namespace {

std::string problem(const std::string& lines) {
  return file_error("script = \"policy.js\"\norigin = \"http://a\"\n[forward_headers]\n" + lines + "\n");
}

}  // namespace

TEST_CASE("T17: a field that does not exist is refused with file, line and the one it resembles") {
  const Folder folder;
  CHECK(problem("X-Who = \"certSerail\"") ==
        "edge-run.toml:4: forward_headers.X-Who: \"certSerail\" is no field of "
        "request.cf.tlsClientAuth; did you mean certSerial?");
  CHECK(problem("X-Who = \"\"").contains("is no field of request.cf.tlsClientAuth"));
  CHECK(problem("X-Who = 5").ends_with("a field is a text in quotes, as \"certSerial\""));
  CHECK(flags_error({"policy.js", "--origin", "http://a", "--forward-header", "X-Who=cert.san.DNS"},
                    ErrorKind::usage) ==
        "--forward-header: \"cert.san.DNS\" is no field of request.cf.tlsClientAuth; did you mean "
        "cert.san.dns?");
  CHECK(flags_error({"policy.js", "--origin", "http://a", "--forward-header", "X-Who"}, ErrorKind::usage) ==
        "--forward-header: \"X-Who\" is not HEADER=FIELD, as X-Client-Serial=certSerial");
}

TEST_CASE("T20: names that an origin may read as others, and those that HTTP needs, are refused") {
  const Folder folder;
  for (const char* name : {"X_Who", "\"X Who\"", "\"X.Who\"", "\"\"", "\"X-\\u00e9\"", "1X", "\"X\\n\""}) {
    CAPTURE(name);
    CHECK(problem(std::string(name) + " = \"certSerial\"").contains("use letters, digits and hyphens"));
  }
  for (const char* name : {"Host", "content-length", "Transfer-Encoding", "Connection", "Cookie"}) {
    CAPTURE(name);
    CHECK(problem(std::string(name) + " = \"certSerial\"").contains("has a meaning of its own in HTTP"));
  }
  CHECK(problem("X-Who = \"certSerial\"\nx-who = \"certSKI\"") ==
        "edge-run.toml:5: forward_headers.x-who: x-who is named twice");
}

TEST_CASE("headers of one's own are read, and shown as they are read") {
  ForwardHeader header;
  REQUIRE(read_record("X-Serial=certSerial", header));
  CHECK(header == ForwardHeader{.name = "X-Serial", .field = "certSerial"});
  CHECK(show_record(header) == "X-Serial=certSerial");
  for (const std::string_view field : forward_fields)
    CHECK_MESSAGE(read_record("X-A=" + std::string(field), header), field);
}

}  // namespace edge
