// The only user of Beast's parser. Its own looseness (lists of lengths, folded lines) cannot matter behind
// the guard.
#include "runtime/http/parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/field.hpp>
#include <charconv>
#include <type_traits>
#include <vector>

namespace edge::http {

namespace {

namespace beast = boost::beast::http;
using boost::beast::error_code;
using Text = boost::beast::string_view;

std::string_view view(Text text) { return {text.data(), text.size()}; }

/// Collects a head. Bodies are not its matter: it is fed the head alone.
template <bool is_request>
class HeadParser final : public beast::basic_parser<is_request> {
 public:
  using Message = std::conditional_t<is_request, Request, Response>;
  explicit HeadParser(Message& into) : message(into) {}

  Message& message;
  std::string expectation, keep_alive_parameters, upgrade;
  std::vector<std::string> nominated;

  Result<> parse(std::string_view head) {
    // More room than a head needs on average, in one allocation for names and values and one for their
    // places.
    headers().reserve(16, head.size());
    this->header_limit(static_cast<std::uint32_t>(head.size()) + 1);
    this->body_limit(boost::none);
    error_code error;
    this->put(boost::asio::const_buffer(head.data(), head.size()), error);
    if (error) return fail(ErrorKind::protocol, "the head cannot be parsed: " + error.message());
    if (!this->is_header_done()) return fail(ErrorKind::protocol, "the head ends early");
    for (const std::string& name : nominated)
      if (!equal_ignoring_case(name, "host")) headers().remove(name);
    return {};
  }

 private:
  HeaderList& headers() { return message.headers; }

  void on_request_impl(beast::verb, Text method, Text target, int version, error_code&) override {
    if constexpr (is_request) {
      message.method = view(method);
      message.target = view(target);
      message.version = version == 11 ? Version::http_1_1 : Version::http_1_0;
    }
  }
  void on_response_impl(int code, Text reason, int, error_code&) override {
    if constexpr (!is_request) {
      message.status = code;
      message.reason = view(reason);
    }
  }
  void on_field_impl(beast::field field, Text name, Text value, error_code&) override {
    switch (field) {
      case beast::field::connection:
        return nominate(view(value));
      case beast::field::keep_alive:
        keep_alive_parameters = view(value);
        return;
      case beast::field::proxy_connection:
      case beast::field::te:
      case beast::field::trailer:
      case beast::field::transfer_encoding:
      case beast::field::http2_settings:
        return;
      case beast::field::upgrade:
        upgrade = view(value);
        return;
      case beast::field::content_length:
        if (is_request) return;
        break;
      case beast::field::expect:
        if (!is_request) break;
        expectation = view(value);
        return;
      case beast::field::host:
        if constexpr (is_request)
          if (message.authority.empty()) message.authority = view(value);
        break;
      default:
        break;
    }
    headers().append(view(name), view(value));
  }
  /// RFC 9110 section 7.6.1: whatever Connection names is for this hop alone.
  void nominate(std::string_view value) {
    while (!value.empty()) {
      const std::size_t comma = std::min(value.find(','), value.size());
      std::string_view name = value.substr(0, comma);
      value.remove_prefix(std::min(comma + 1, value.size()));
      while (name.starts_with(' ') || name.starts_with('\t')) name.remove_prefix(1);
      while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
      if (!name.empty() && !equal_ignoring_case(name, "close") && !equal_ignoring_case(name, "keep-alive"))
        nominated.emplace_back(name);
    }
  }
  void on_trailer_field_impl(beast::field, Text, Text, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(Text, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}
};

template <bool is_request>
BodyFraming framing_of(const HeadParser<is_request>& parser) {
  if (parser.is_done()) return {};
  if (parser.chunked()) return {.kind = BodyFraming::Kind::chunked};
  if (const auto length = parser.content_length())
    return {.kind = BodyFraming::Kind::length, .length = *length};
  return {.kind = BodyFraming::Kind::until_close};
}

/// RFC 6455 section 4.2.1. Whether key and version are right is for the answer to say.
bool offers_web_socket(const HeadParser<true>& parser) {
  return parser.message.method == "GET" && parser.message.version == Version::http_1_1 && parser.is_done() &&
         equal_ignoring_case(parser.upgrade, "websocket") &&
         std::ranges::any_of(parser.nominated,
                             [](const auto& name) { return equal_ignoring_case(name, "upgrade"); });
}

/// RFC 9112 section 3.2.2: an absolute-form target carries the authority, and the path is what follows it.
void split_absolute_form(Request& request) {
  if (request.target.starts_with('/') || request.method == "CONNECT") return;
  const std::size_t scheme_end = request.target.find("://");
  if (scheme_end == std::string::npos) return;
  const std::size_t at = scheme_end + 3;
  const std::size_t end = std::min(request.target.find_first_of("/?", at), request.target.size());
  request.authority = request.target.substr(at, end - at);
  request.target.erase(0, end);
  if (!request.target.starts_with('/')) request.target.insert(0, 1, '/');
}

/// "timeout=5, max=100"
std::optional<std::chrono::seconds> kept_seconds(std::string_view parameters) {
  const std::size_t at = parameters.find("timeout=");
  if (at == std::string_view::npos) return std::nullopt;
  unsigned seconds = 0;
  const std::string_view digits = parameters.substr(at + 8);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), seconds).ec != std::errc{})
    return std::nullopt;
  return std::chrono::seconds(std::min(seconds, 3600U));
}

}  // namespace

Result<RequestHead> parse_request_head(std::string_view head, std::string_view scheme) {
  Result<RequestHead> made(std::in_place);
  Request& request = made->request;
  HeadParser<true> parser(request);
  if (auto parsed = parser.parse(head); !parsed) {
    made = std::unexpected(std::move(parsed.error()));
    return made;
  }
  const bool is_connect = request.method == "CONNECT";
  request.scheme = scheme;
  request.wants_web_socket = offers_web_socket(parser);
  split_absolute_form(request);
  made->framing = framing_of(parser);
  made->has_body = parser.chunked() || parser.content_length().has_value();
  // What follows a CONNECT is not HTTP to the client.
  made->keep_alive = parser.keep_alive() && !is_connect;
  made->expectation = std::move(parser.expectation);
  return made;
}

Result<ResponseHead> parse_response_head(std::string_view head, std::string_view request_method) {
  Result<ResponseHead> made(std::in_place);
  HeadParser<false> parser(made->response);
  parser.skip(request_method == "HEAD");
  if (auto parsed = parser.parse(head); !parsed) {
    made = std::unexpected(std::move(parsed.error()));
    return made;
  }
  made->framing = framing_of(parser);
  made->keep_alive = parser.keep_alive();
  made->kept = kept_seconds(parser.keep_alive_parameters);
  return made;
}

/// Beast's parser after a head of ours that announces chunks.
class ChunkedDecoder::Parser final : public beast::basic_parser<true> {
 public:
  explicit Parser(std::optional<std::uint64_t> bytes_max) {
    constexpr std::string_view head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    header_limit(trailer_bytes_max + head.size());
    body_limit(bytes_max ? boost::optional<std::uint64_t>(*bytes_max) : boost::none);
    error_code error;
    put(boost::asio::const_buffer(head.data(), head.size()), error);
    check(!error && is_header_done());
  }
  std::string_view data;
  std::size_t data_max = 0;
  std::uint64_t content_bytes = 0, frame_bytes = 0;
  std::uint64_t chunk_left = 0;

 private:
  static constexpr std::uint32_t trailer_bytes_max = 8 * 1024;

  std::size_t on_chunk_body_impl(std::uint64_t left, Text body, error_code&) override {
    data = view(body).substr(0, data_max);
    chunk_left = left - data.size();
    return data.size();
  }
  void on_request_impl(beast::verb, Text, Text, int, error_code&) override {}
  void on_response_impl(int, Text, int, error_code&) override {}
  void on_field_impl(beast::field, Text, Text, error_code&) override {}
  void on_trailer_field_impl(beast::field, Text, Text, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(Text, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t size, Text, error_code&) override { chunk_left = size; }
  void on_finish_impl(error_code&) override {}
};

ChunkedDecoder::ChunkedDecoder(std::optional<std::uint64_t> bytes_max)
    : parser_(std::make_unique<Parser>(bytes_max)) {}
ChunkedDecoder::~ChunkedDecoder() = default;
ChunkedDecoder::ChunkedDecoder(ChunkedDecoder&&) noexcept = default;
ChunkedDecoder& ChunkedDecoder::operator=(ChunkedDecoder&&) noexcept = default;

bool ChunkedDecoder::done() const { return parser_->is_done(); }

bool ChunkedDecoder::is_ready(std::string_view input) const {
  if (parser_->chunk_left != 0) return !input.empty();
  // The CRLF behind a chunk belongs to the next chunk's header for Beast, and a header must be there as a
  // whole.
  if (input.starts_with("\r\n")) input.remove_prefix(2);
  return input.contains('\n');
}

Result<ChunkedDecoder::Step> ChunkedDecoder::decode(std::string_view input, std::size_t data_max) {
  Step step;
  parser_->data = {};
  parser_->data_max = data_max;
  while (!parser_->is_done() && parser_->data.empty()) {
    const std::string_view rest = input.substr(step.consumed);
    if (rest.empty()) break;
    error_code error;
    step.consumed += parser_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    if (error == beast::error::need_more) {
      // Beast waits for a second byte where the first can only be wrong.
      if (input.substr(step.consumed).starts_with('\n'))
        return fail(ErrorKind::protocol, "a bare LF between chunks");
      break;
    }
    if (error == beast::error::body_limit) return fail(ErrorKind::limit, "the body is larger than its limit");
    if (error)
      return fail(ErrorKind::protocol, "the chunks of the body cannot be parsed: " + error.message());
  }
  step.data = parser_->data;
  parser_->content_bytes += step.data.size();
  parser_->frame_bytes += step.consumed - step.data.size();
  // Extensions that outweigh the content keep us busy for nothing; chunks of one byte each are still fine.
  if (parser_->frame_bytes > 64 * 1024 + 16 * parser_->content_bytes)
    return fail(ErrorKind::protocol, "the chunks of the body are nearly all extensions");
  return step;
}

}  // namespace edge::http
