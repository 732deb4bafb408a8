// For a thread that waits for a person: the signals that its loop would read end the process as they do by
// default.
#pragma once

#include <signal.h>

#include <array>

namespace edge::js {

class SignalsEndIt {
 public:
  SignalsEndIt() {
    struct sigaction by_default{};
    by_default.sa_handler = SIG_DFL;
    for (auto& [number, before] : signals_) sigaction(number, &by_default, &before);
  }
  ~SignalsEndIt() {
    for (auto& [number, before] : signals_) sigaction(number, &before, nullptr);
  }
  SignalsEndIt(const SignalsEndIt&) = delete;

 private:
  struct Signal {
    int number;
    struct sigaction before;
  };
  std::array<Signal, 2> signals_{{{SIGTERM, {}}, {SIGINT, {}}}};
};

}  // namespace edge::js
