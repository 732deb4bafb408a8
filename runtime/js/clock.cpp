// The time that scripts see.
#include "runtime/js/clock.h"

#include <chrono>

namespace edge::js {

namespace {

thread_local double frozen_at = 0;  ///< 0: the clock runs

double system_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

}  // namespace

double script_time() { return frozen_at != 0 ? frozen_at : system_time(); }
void freeze_time() { frozen_at = system_time(); }
void unfreeze_time() { frozen_at = 0; }

}  // namespace edge::js
