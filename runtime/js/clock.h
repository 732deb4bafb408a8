// The time that scripts see, which can be made to stand still.
#pragma once

namespace edge::js {

/// Milliseconds since 1970 with a fraction: now, or when this thread last called freeze_time().
double script_time();
void freeze_time();
void unfreeze_time();

}  // namespace edge::js
