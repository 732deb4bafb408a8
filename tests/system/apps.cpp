// The apps of tests/apps, bundled as their authors would, and what they need of the world around them.
#include "tests/system/apps.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

namespace edge::testing {

Setting::Setting(const char* name, const std::string& value) : name_(name) {
  const char* before = std::getenv(name);
  if (before != nullptr) before_ = before;
  setenv(name, value.c_str(), 1);
}

Setting::~Setting() { setenv(name_, before_.c_str(), 1); }

std::string app_source(const std::string& name) {
  return std::string(EDGE_RUN_SOURCE) + "/tests/apps/" + name;
}

std::string bundled(const TemporaryFolder& folder, const std::string& name) {
  const auto tools = std::filesystem::path(tool("esbuild")).parent_path().string();
  const Setting path("PATH", tools + ":" + std::getenv("PATH")), modules("NODE_PATH", EDGE_RUN_TEST_MODULES);
  const std::string out = folder.file(name.substr(0, name.rfind('.')) + ".js");
  const Finished done =
      run({edge_run(), "bundle", app_source(name), "-o", out}, {}, std::chrono::seconds(120));
  INFO(done.out, done.err);
  REQUIRE(done.exit_code == 0);
  return out;
}

void revoke_high_serial(const TemporaryFolder& folder) {
  folder.write(
      "openssl.conf",
      "[req]\ndistinguished_name = dn\n[dn]\n[client]\nextendedKeyUsage = clientAuth\n"
      "[ca]\ndefault_ca = d\n[d]\ndatabase = index.txt\ndefault_md = sha256\ndefault_crl_days = 30\n");
  const std::string serial = "F3527E0F20A20EA2A4146C78390F34CE";
  folder.write("index.txt", "R\t400101000000Z\t260101000000Z\t" + serial + "\tunknown\t/CN=high\n");
  const std::string openssl = tool("openssl");
  const Finished done =
      run({"/bin/sh", "-euc",
           openssl +
               " req -config openssl.conf -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
               "-keyout high-key.pem -out high.csr -subj /CN=high; " +
               openssl + " x509 -req -in high.csr -CA ca.pem -CAkey ca-key.pem -set_serial 0x" + serial +
               " -days 30 -extfile openssl.conf -extensions client -out high.pem; " + openssl +
               " ca -gencrl -config openssl.conf -keyfile ca-key.pem -cert ca.pem -out high.crl.pem; " +
               openssl + " crl -in high.crl.pem -outform DER -out high.crl"},
          {}, std::chrono::seconds(60), folder.path());
  INFO(done.out, done.err);
  REQUIRE(done.exit_code == 0);
}

}  // namespace edge::testing
