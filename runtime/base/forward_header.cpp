// Reading and showing a header of the operator's own.
#include "runtime/base/forward_header.h"

#include <algorithm>

#include "runtime/base/options.h"

namespace edge {
namespace {

std::unexpected<Error> refuse(std::string message) { return fail(ErrorKind::config, std::move(message)); }

/// They frame or route the message, or are the client's own to say.
constexpr std::string_view reserved[] = {"accept-encoding",
                                         "authorization",
                                         "connection",
                                         "content-encoding",
                                         "content-length",
                                         "content-type",
                                         "cookie",
                                         "expect",
                                         "host",
                                         "keep-alive",
                                         "origin",
                                         "proxy-authorization",
                                         "proxy-connection",
                                         "te",
                                         "trailer",
                                         "transfer-encoding",
                                         "upgrade"};

bool is_header_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && name.size() <= 64 && is_letter(name[0]) && std::ranges::all_of(name, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

Result<> read_record(std::string_view text, ForwardHeader& value) {
  const auto equals = text.find('=');
  if (equals == text.npos)
    return refuse("\"" + std::string(text) + "\" is not HEADER=FIELD, as X-Client-Serial=certSerial");
  const std::string name(text.substr(0, equals));
  const std::string_view field = text.substr(equals + 1);
  if (name.ends_with(':')) return refuse("a field is a text in quotes, as \"certSerial\"");
  if (!is_header_name(name))
    return refuse("\"" + name + "\" is no name for a header: use letters, digits and hyphens");
  std::string lower = name;
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (std::ranges::find(reserved, lower) != std::end(reserved))
    return refuse(name + " has a meaning of its own in HTTP: choose another name, as X-Client-Serial");
  if (std::ranges::find(forward_fields, field) == forward_fields.end())
    return refuse("\"" + std::string(field) + "\" is no field of request.cf.tlsClientAuth" +
                  did_you_mean(field, forward_fields));
  value = {.name = name, .field = std::string(field)};
  return {};
}

std::string show_record(const ForwardHeader& value) { return value.name + "=" + value.field; }

}  // namespace edge
