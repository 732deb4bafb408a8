// One HTTP request of our own, outside of any worker: a list that is fetched, an alert that is sent.
#pragma once

#include <chrono>
#include <string>

#include "runtime/base/config.h"
#include "runtime/base/error.h"
#include "runtime/http/message.h"
#include "runtime/server/list_url.h"

namespace edge::server {

struct Question {
  ListUrl url;
  http::Request request;  ///< its scheme, authority and target are the URL's
  const Limits& limits;
  std::chrono::milliseconds timeout;  ///< for all of it
  std::string timeout_name;           ///< the limit's, for the message
  std::size_t answer_bytes_max = 0;   ///< of the body of a 200
  bool may_be_private = false;        ///< its address may be private or loopback
};

struct Answer {
  http::Response head;
  std::string body;  ///< of a 200
};

/// Waits for the answer, in a process that has nothing else to do; no redirect is followed. Fails, naming the
/// remedy, for an address that is not public (T60) and at the end of the time.
Result<Answer> ask_once(Question question);

}  // namespace edge::server
