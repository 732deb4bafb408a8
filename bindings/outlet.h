// What a script keeps open to the world, and what may so outlive the response it belongs to.
#pragma once

#include <string>

namespace edge::bindings {

class Outlet {
 public:
  virtual ~Outlet() = default;
  /// True while something may still pass: the event's end waits for it.
  [[nodiscard]] virtual bool is_open() const = 0;
  /// The event has ended: whoever is at the other end is told why.
  virtual void fail(std::string why) = 0;
};

}  // namespace edge::bindings
