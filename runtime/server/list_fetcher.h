// Fetches revocation lists in a process of its own: the supervisor, which forks, runs no TLS and waits for no
// stranger's server.
#pragma once

#include <sys/types.h>

#include <functional>
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

  /// Starts a process for the lists of `generation`, ending the one before; none where nothing is to be
  /// fetched. `close_inherited` is called in the child.
  void start(const Generation& generation, const std::function<void()>& close_inherited);
  /// A list that a client's certificate names.
  void want(const std::string& url);
  [[nodiscard]] int fd() const { return news_; }  ///< readable when a list came; -1: nothing is fetched
  /// What other children would otherwise hold open.
  void append_fds(std::vector<int>& fds) const;
  /// Whether a list came since the last call.
  bool has_news();
  /// A child of this process ended. False: it is not this one. It is started again with the next want() or
  /// start().
  bool exited(pid_t pid);
  void stop();

 private:
  pid_t pid_ = -1;
  int news_ = -1, wishes_ = -1;
};

}  // namespace edge::server
