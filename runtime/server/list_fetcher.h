// Fetches revocation lists, asks OCSP responders, and sends alerts to a webhook, in a process of its own: the
// supervisor, which forks, runs no TLS and waits for no stranger's server.
#pragma once

#include <sys/types.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "runtime/server/generation.h"

namespace edge::server {

/// The supervisor's side.
class ListFetcher {
 public:
  ListFetcher() = default;
  ~ListFetcher();
  ListFetcher(const ListFetcher&) = delete;

  /// Starts a process for the lists, the responders and the webhook of `generation`, ending the one before;
  /// none where there is nothing of it. `close_inherited` is called in the child.
  void start(const Generation& generation, const std::function<void()>& close_inherited);
  /// A list that a client's certificate names.
  void want(const std::string& url);
  /// Of alerts that the process may have at once.
  static constexpr std::size_t alerts_max = 64;
  /// An alert for the webhook. What is lost with the process is the caller's to hand over again, after
  /// start().
  void alert(const std::string& id, const std::string& payload);
  [[nodiscard]] int fd() const { return news_; }  ///< readable when there is news; -1: there is no process
  /// What other children would otherwise hold open.
  void append_fds(std::vector<int>& fds) const;
  /// What happened since the last call.
  struct News {
    bool list_came = false;
    bool answers_came = false;
    std::vector<std::string> alerts_sent;  ///< their ids
  };
  News take_news();
  /// A child of this process ended. False: it is not this one. It is started again with the next want() or
  /// start().
  bool exited(pid_t pid);
  void stop();

 private:
  pid_t pid_ = -1;
  int news_ = -1, wishes_ = -1;
  std::string inbox_;             ///< of news, up to the next line's end
  std::set<std::string> handed_;  ///< ids of alerts that the process has
};

}  // namespace edge::server
