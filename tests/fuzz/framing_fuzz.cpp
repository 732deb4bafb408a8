// Fuzz: the framing guard, and Beast behind it. What the guard lets pass must parse, and mean what the guard
// saw.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/http/framing.h"
#include "runtime/http/parser.h"

using namespace edge::http;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void guard_request(std::string_view head) {
  if (framing_problem(head, 64, 1024)) return;
  require(head.ends_with("\r\n\r\n") && !head.contains('\0'));
  const auto parsed = parse_request_head(head, "https");
  // A Connection header that is no list is Beast's to refuse.
  if (!parsed) return;
  const Request& request = parsed->request;
  require(is_token(request.method) && !request.target.empty());
  require(std::ranges::none_of(request.target, [](unsigned char c) { return c <= 0x20 || c >= 0x7f; }));
  require(request.version == Version::http_1_0 || !request.authority.empty());
  require(request.version == Version::http_1_1 || parsed->framing.kind != BodyFraming::Kind::chunked);
  for (std::size_t at = 0; at < request.headers.size(); ++at)
    require(is_token(request.headers[at].name) && is_field_value(request.headers[at].value));
  for (const char* name : {"content-length", "transfer-encoding", "connection"})
    require(!request.headers.find(name));
}

void guard_response(std::string_view head) {
  if (response_framing_problem(head, 64)) return;
  const auto parsed = parse_response_head(head, "GET");
  if (!parsed) return;
  const Response& response = parsed->response;
  require(response.status >= 100 && response.status < 600);
  for (std::size_t at = 0; at < response.headers.size(); ++at)
    require(is_token(response.headers[at].name) && is_field_value(response.headers[at].value));
}

/// Cut anywhere, chunks decode to the same content.
void decode(std::string_view body, std::size_t cut) {
  ChunkedDecoder whole(1 << 20), halves(1 << 20);
  std::string once, twice;
  const auto run = [](ChunkedDecoder& decoder, std::string_view& input, std::string& out) {
    while (!decoder.done()) {
      const auto step = decoder.decode(input, 16);
      if (!step) return false;
      input.remove_prefix(step->consumed);
      out += step->data;
      if (step->data.empty()) break;
    }
    return true;
  };
  std::string_view all = body;
  const bool fine = run(whole, all, once);
  std::string_view first = body.substr(0, cut);
  bool fine_too = run(halves, first, twice);
  if (fine_too && !halves.done()) {
    std::string_view rest = body.substr(cut - first.size());
    fine_too = run(halves, rest, twice);
  }
  require(whole.done() == halves.done());
  if (whole.done() && fine && fine_too) require(once == twice);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  guard_request(text);
  guard_response(text);
  if (size > 1) decode(text.substr(1), std::min<std::size_t>(data[0], size - 1));
  return 0;
}
