// What the build put into the program fits the program.
#include "bindings/embedded.h"

#include <doctest/doctest.h>

#include "bindings/all.h"
#include "bindings/host.h"
#include "runtime/js/engine.h"
#include "runtime/js/snapshot.h"

using namespace edge;

TEST_CASE("the startup snapshot is the one that this program would make") {
  CHECK(js::snapshot_problem(bindings::snapshot(), bindings::builtins()) == "");
}

TEST_CASE("V8 takes the bytecode of the test library, which costs more to compile than most files of tests") {
  js::start_engine({});
  boost::asio::io_context io{1};
  TimerWheel wheel(io);
  const SiteConfig site;
  const Limits limits;
  bindings::World world{.io = io, .wheel = wheel, .site = site, .limits = limits};
  bindings::Host host(world);
  auto realm = js::Realm::make(
      io, bindings::test_builtins(), bindings::snapshot(),
      {.code_cache = {.specifier = bindings::test_library, .bytes = bindings::test_library_code()}}, &host);
  REQUIRE(realm);
  host.attach(**realm);
  CHECK((*realm)->load_source("start.js", "import 'edge-run:test';"));
  CHECK((*realm)->took_code_cache());
}
