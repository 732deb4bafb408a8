// Starts edge-run, nginx and curl for whole-server tests.
#include "tests/system/edge_run.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace edge::testing {

std::string edge_run() { return EDGE_RUN_PROGRAM; }

Server::Server(const TemporaryFolder& folder, Arguments arguments) : port_(free_port()) {
  arguments.insert(arguments.begin(), edge_run());
#ifdef __SANITIZE_ADDRESS__
  // Scripts run several times slower then.
  if (!std::ranges::contains(arguments, "--request-cpu"))
    arguments.insert(arguments.end(), {"--request-cpu", "5s"});
#endif
  arguments.insert(arguments.end(),
                   {"--listen", "127.0.0.1:" + std::to_string(port_), "--state-dir", folder.file("state")});
  process_ = std::make_unique<Background>(arguments, folder.path());
  listening_ = process_->wait_for("listening on");
  if (!listening_) MESSAGE("edge-run printed: ", process_->output());
}

Nginx::Nginx(const TemporaryFolder& folder, const std::string& http_block) {
  const std::string paths = "client_body_temp_path " + folder.file("t1") + "; proxy_temp_path " +
                            folder.file("t2") + "; fastcgi_temp_path " + folder.file("t3") +
                            "; uwsgi_temp_path " + folder.file("t4") + "; scgi_temp_path " +
                            folder.file("t5") + ";";
  const std::string user = geteuid() == 0 ? "user root;" : "";
  const std::string config =
      folder.write("nginx.conf", user + "daemon off; worker_processes 1; pid " + folder.file("nginx.pid") +
                                     "; error_log stderr notice;" +
                                     "events { worker_connections 256; } http { access_log off; " + paths +
                                     http_block + " }");
  process_ = std::make_unique<Background>(
      Arguments{tool("nginx"), "-p", folder.path(), "-c", config, "-e", "stderr"});
  const bool started = process_->wait_for("start worker process ");
  if (!started) MESSAGE("nginx printed: ", process_->output());
  REQUIRE(started);
}

namespace {

void shell(const TemporaryFolder& folder, const std::string& script) {
  const Finished done = run({"/bin/sh", "-euc", script}, {}, std::chrono::seconds(60), folder.path());
  INFO(done.out, done.err);
  REQUIRE(done.exit_code == 0);
}

}  // namespace

std::string decimal_serial(const std::string& pem_file) {
  const Finished done = run({tool("cfssl"), "certinfo", "-cert", pem_file});
  const std::string key = "\"serial_number\": \"";
  const auto at = done.out.find(key);
  REQUIRE(at != std::string::npos);
  const auto begin = at + key.size();
  return done.out.substr(begin, done.out.find('"', begin) - begin);
}

std::string subject_of(const std::string& pem_file) {
  const Finished done =
      run({tool("openssl"), "x509", "-in", pem_file, "-noout", "-subject", "-nameopt", "RFC2253"});
  REQUIRE(done.out.starts_with("subject="));
  return done.out.substr(8, done.out.find('\n') - 8);
}

Arguments mtls_site(const TemporaryFolder& folder, const std::string& script, const Arguments& more,
                    const std::string& workers) {
  Arguments arguments{script,
                      "--tls-cert",
                      folder.file("server.pem"),
                      "--tls-key",
                      folder.file("server-key.pem"),
                      "--client-ca",
                      folder.file("ca.pem"),
                      "--workers",
                      workers};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

void make_cfssl_pki(const TemporaryFolder& folder) {
  const std::string names =
      R"("names":[{"C":"US","L":"Austin","O":"Access","OU":"Access Admins","ST":"Texas"}])";
  const auto request = [&](const std::string& name, const std::string& host) {
    return R"({"CN":")" + name + R"(","hosts":[")" + host + R"("],"key":{"algo":"rsa","size":2048},)" +
           names + "}";
  };
  folder.write("ca-csr.json",
               R"({"CN":"Access Testing CA","key":{"algo":"rsa","size":2048},)"
               R"("names":[{"C":"US","L":"Austin","O":"Access Testing","OU":"TX","ST":"Texas"}]})");
  folder.write("ca-config.json", R"({"signing":{"default":{"expiry":"8760h"},"profiles":{
    "server":{"usages":["signing","key encipherment","server auth"],"expiry":"8760h"},
    "client":{"usages":["signing","key encipherment","client auth"],"expiry":"8760h"}}}})");
  folder.write("client-csr.json", request("James Royal", ""));
  folder.write("server-csr.json", request("localhost", "localhost"));
  const std::string cfssl = tool("cfssl"), json = tool("cfssljson");
  shell(folder, cfssl + " gencert -initca ca-csr.json 2>/dev/null | " + json + " -bare ca; " + cfssl +
                    " gencert -initca ca-csr.json 2>/dev/null | " + json +
                    " -bare foreign-ca; "
                    "sign() { " +
                    cfssl +
                    " gencert -ca=$1.pem -ca-key=$1-key.pem -config=ca-config.json -profile=$2 $3-csr.json "
                    "2>/dev/null | " +
                    json +
                    " -bare $4; }; sign ca server server server; sign ca client client client; "
                    "sign ca client client revoked; sign foreign-ca client client foreign");
  folder.write("serials.txt", decimal_serial(folder.file("revoked.pem")) + "\n");
  shell(folder,
        cfssl + " gencrl serials.txt ca.pem ca-key.pem >ca.crl.base64; base64 -d ca.crl.base64 >ca.crl");
}

std::string curl(const TemporaryFolder& folder, const std::string& url, const std::string& certificate,
                 const Arguments& more) {
  Arguments command{tool("curl"),          "-sS", "--max-time", "20", "--cacert",
                    folder.file("ca.pem"), "-o",  "-",          "-w", "\n%{http_code}"};
  if (!certificate.empty()) {
    command.insert(command.end(), {"--cert", folder.file(certificate + ".pem"), "--key",
                                   folder.file(certificate + "-key.pem")});
  }
  command.insert(command.end(), more.begin(), more.end());
  command.push_back(url);
  const Finished done = run(command);
  if (done.exit_code != 0) return "curl " + std::to_string(done.exit_code);
  const auto line = done.out.rfind('\n');
  std::string body = done.out.substr(0, line);
  while (!body.empty() && body.back() == '\n') body.pop_back();
  return done.out.substr(line + 1) + " " + body;
}

}  // namespace edge::testing
