// Who may talk to the door of debuggers: nobody's web page.
#include "runtime/http/devtools_access.h"

#include <boost/asio/ip/address.hpp>

namespace edge::http {
namespace {

/// Names that no DNS server answers for: addresses, and localhost (RFC 6761, 6.3).
bool is_safe_host(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    boost::system::error_code failed;
    if (end != host.npos) boost::asio::ip::make_address_v6(host.substr(1, end - 1), failed);
    return end != host.npos && !failed;
  }
  host = host.substr(0, host.find(':'));
  if (host == "localhost") return true;
  boost::system::error_code failed;
  boost::asio::ip::make_address_v4(host, failed);
  return !failed;
}

}  // namespace

std::string devtools_refusal(std::string_view host, std::string_view origin) {
  if (!is_safe_host(host)) return "refused: the Host must be localhost or an IP address\n";
  if (!origin.empty() && !origin.starts_with("devtools://"))
    return "refused: no page of a browser may debug; open devtools:// instead\n";
  return "";
}

}  // namespace edge::http
