// An origin on loopback that answers each connection's requests with what a test says.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace edge::test {

/// Runs in a thread of its own until it is destroyed.
class TestOrigin {
 public:
  /// `answer` gets a request as it came, head and body, and returns the bytes of a response; "" ends the
  /// connection. It runs in the origin's thread.
  explicit TestOrigin(std::function<std::string(const std::string& request)> answer);
  ~TestOrigin();
  [[nodiscard]] std::string url() const;
  /// Every request so far.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A response of 200 with Content-Length.
std::string ok(const std::string& body, const std::string& headers = "");

}  // namespace edge::test
