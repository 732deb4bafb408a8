// What the build put into the program fits the program.
#include "bindings/embedded.h"

#include <doctest/doctest.h>

#include "bindings/all.h"
#include "runtime/js/snapshot.h"

using namespace edge;

TEST_CASE("the startup snapshot is the one that this program would make") {
  CHECK(js::snapshot_problem(bindings::snapshot(), bindings::builtins()) == "");
}
