// The table of our own answers.
#include "runtime/server/error_page.h"

#include <array>
#include <string>

namespace edge::server {
namespace {

struct Row {
  Failure failure;
  int status;
  std::string_view text;  ///< "": status and reason phrase
};

// Cloudflare's codes where it has one, because people look them up:
// https://developers.cloudflare.com/workers/observability/errors/
constexpr std::array rows{
    Row{Failure::bad_request, 400, ""},
    Row{Failure::refused_client, 403, ""},
    Row{Failure::misdirected, 421, ""},
    Row{Failure::body_timeout, 408, ""},
    Row{Failure::too_large, 413, ""},
    Row{Failure::uri_too_long, 414, ""},
    Row{Failure::header_too_large, 431, ""},
    Row{Failure::exception, 500, "error code: 1101"},
    Row{Failure::invalid_answer, 500, "error code: 1101"},
    Row{Failure::internal, 500, ""},
    Row{Failure::unsupported, 501, ""},
    Row{Failure::no_origin, 502, ""},
    Row{Failure::bad_origin, 502, ""},
    Row{Failure::script_limit, 503, "error code: 1102"},
    Row{Failure::unavailable, 503, ""},
    Row{Failure::handler_timeout, 504, ""},
    Row{Failure::origin_timeout, 504, ""},
    Row{Failure::version, 505, ""},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (static_cast<std::size_t>(rows[i].failure) != i) return false;
  return true;
}
static_assert(in_order(), "rows are looked up by their failure's number");

http::Response page(int status, std::string text, std::string_view request_id) {
  if (text.empty()) text = std::to_string(status) + " " + std::string(http::reason_phrase(status));
  text += '\n';
  if (!request_id.empty()) text += "request " + std::string(request_id) + "\n";
  http::Response response;
  response.status = status;
  response.headers.append("Content-Type", "text/plain; charset=utf-8");
  response.headers.append("Cache-Control", "no-store");
  response.body = http::Body(std::move(text));
  return response;
}

}  // namespace

http::Response error_page(Failure failure, std::string_view request_id) {
  const Row& row = rows[static_cast<std::size_t>(failure)];
  return page(row.status, std::string(row.text), request_id);
}

http::Response error_page_for_status(int status, std::string_view request_id) {
  return page(status, "", request_id);
}

}  // namespace edge::server
