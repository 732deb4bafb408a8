// The linter of policies: which traps it finds, where, and what it leaves alone.
#include "bindings/lint.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "runtime/js/engine.h"

namespace edge::bindings {
namespace {

/// Places and rules of what is found in statements on the first line of a handler: "9 truthy-string, 30
/// sha1-pin".
std::string found_in(const std::string& statements) {
  js::start_engine({});
  const std::string head = "const auth = request.cf.tlsClientAuth; ";
  const LintReport report = lint("p.js", head + "\n" + statements + "\n");
  CHECK(report.problem == "");
  std::string found;
  for (const std::string& finding : report.findings) {
    REQUIRE(finding.starts_with("p.js:2:"));
    const std::string place = finding.substr(7, finding.find(':', 7) - 7);
    const auto rule = finding.rfind('(');
    found += (found.empty() ? "" : ", ") + place + " " + finding.substr(rule + 1, finding.size() - rule - 2);
  }
  return found;
}

std::string only_finding(const std::string& source) {
  js::start_engine({});
  const LintReport report = lint("policy.js", source);
  CHECK(report.problem == "");
  REQUIRE(report.findings.size() == 1);
  return report.findings[0];
}

}  // namespace

TEST_CASE("lint: a text that is truthy whatever it says is found wherever only truth counts") {
  for (const char* statement :
       {"if (auth.certRevoked) refuse();", "while (auth.certRevoked) refuse();",
        "x = auth.certRevoked ? 1 : 2;", "x = auth.certRevoked && refuse();",
        "if (a || auth.certRevoked) refuse();", "x = !auth.certRevoked;", "x = Boolean(auth.certRevoked);",
        "auth.certRevoked || pass();", "if (request.cf?.tlsClientAuth?.certRevoked) refuse();",
        "if (auth['certRevoked']) refuse();", "const { certRevoked } = auth; if (certRevoked) refuse();",
        "const revoked = auth.certRevoked ?? '0'; if (revoked) refuse();",
        "const { cf: { tlsClientAuth: { certRevoked: r } } } = request; if (r) refuse();"}) {
    CAPTURE(std::string(statement));
    CHECK(found_in(statement).ends_with(" truthy-string"));
  }
  CHECK(found_in("if (!auth.certVerified || auth.certRevoked) refuse();") ==
        "6 truthy-string, 27 truthy-string");
  CHECK(found_in("if (!auth.certPresented) refuse();") == "6 truthy-string");
  CHECK(found_in("if (auth.cert) pass(); if (auth.cert.state) pass();") ==
        "5 truthy-string, 28 truthy-string");
  CHECK(only_finding("if (tls.certRevoked) refuse();") ==
        "policy.js:1:5: certRevoked is \"0\" or \"1\", and \"0\" is truthy: write certRevoked === \"1\", or "
        "use "
        "cert.ok (truthy-string)");
}

TEST_CASE("lint: a comparison that is always false, or always true, is found") {
  for (const char* statement :
       {"if (auth.certPresented === 1) pass();", "if (auth.certRevoked === true) refuse();",
        "if (auth.certVerified === 'success') pass();", "if (auth.certVerified !== true) refuse();",
        "if (auth.certVerified === 'FAILED') refuse();", "switch (auth.certVerified) { case 'OK': pass(); }",
        "if (auth.cert.state === 'ok') pass();", "if (auth.certRFC9440TooLarge === 'true') refuse();"}) {
    CAPTURE(std::string(statement));
    CHECK(found_in(statement).ends_with(" impossible-word"));
  }
}

TEST_CASE("lint: certVerify, misspelt values and what tlsClientAuth does not have are found") {
  CHECK(only_finding("if (auth.certVerify !== 'SUCCESS') refuse();") ==
        "policy.js:1:10: certVerify is an alias of edge-run's alone, and undefined on Cloudflare: write "
        "certVerified (unknown-field)");
  CHECK(only_finding("headers.set('X', a.certSubjectDn);")
            .contains(
                " certSubjectDn is no value of tlsClientAuth, so it is undefined: certSubjectDN is meant"));
  CHECK(found_in("const { certSubject, certSerial } = auth;") == "9 unknown-field");
  CHECK(found_in("x = auth.fingerprint;") == "10 unknown-field");
  CHECK(
      found_in("x = auth.cert.ok; y = auth.certSKI; z = other.fingerprint; w = auth.hasOwnProperty('a');") ==
      "");
}

TEST_CASE("T30: a name that is matched as text is found, however it was folded before") {
  for (const char* statement :
       {"if (auth.certSubjectDN.includes('CN=admin')) pass();", "x = /CN=a/.test(auth.certSubjectDNRFC2253);",
        "x = pattern.exec(auth.certIssuerDN.toLowerCase());", "x = auth.certSubjectDNLegacy.split('/');",
        "const dn = auth.certSubjectDN; x = dn?.match(/CN=([^,]+)/)?.[1];",
        "if (auth.certIssuerDNLegacy === '/CN=CA') pass();"}) {
    CAPTURE(std::string(statement));
    CHECK(found_in(statement).ends_with(" name-as-text"));
  }
  CHECK(found_in("if (auth.certSubjectDN === 'CN=a') pass(); headers.set('X', auth.certSubjectDNLegacy);") ==
        "");
}

TEST_CASE("lint: a client that is told by SHA-1 is found, and one whose fingerprint is handed on is not") {
  for (const char* statement :
       {"if (auth.certFingerprintSHA1 === env.PIN) pass();", "x = PINS.includes(auth.certFingerprintSHA1);",
        "x = PINS[auth.certFingerprintSHA1];", "x = auth.certFingerprintSHA1 in PINS;",
        "const pin = auth.certFingerprintSHA1.toUpperCase(); x = await env.KV.get(pin);"}) {
    CAPTURE(std::string(statement));
    CHECK(found_in(statement).ends_with(" sha1-pin"));
  }
  CHECK(found_in("headers.set('X-CERT-FINGER', auth.certFingerprintSHA1);") == "");
}

TEST_CASE("lint: what is right is left alone, and so is what the author answers for with a reason") {
  CHECK(
      found_in(
          "if (auth.certPresented !== '1' || auth.certVerified !== 'SUCCESS' || !auth.cert.ok) refuse();") ==
      "");
  CHECK(found_in("if (auth.certVerified.startsWith('FAILED:')) refuse(); if (auth.certSubjectDN) greet();") ==
        "");
  CHECK(found_in("let r = auth.certRevoked; r = r === '1'; if (r) refuse();") == "");
  CHECK(found_in("if (auth.certRevoked) refuse(); // check-ok: it is a number in our tests") == "");
  CHECK(found_in("if (auth.certRevoked) refuse(); // check-ok:") == "5 truthy-string");
}

TEST_CASE("lint: nothing is found in the policies and examples that ship") {
  js::start_engine({});
  std::size_t read = 0;
  for (const char* folder : {"scripts", "examples"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string path = entry.path().string();
      if (!path.ends_with(".js") || path.ends_with(".test.js")) continue;
      std::ifstream in(path);
      const LintReport report = lint(path, {std::istreambuf_iterator<char>(in), {}});
      CHECK(report.problem == "");
      for (const std::string& finding : report.findings) FAIL_CHECK(finding);
      ++read;
    }
  }
  CHECK(read > 15);
}

TEST_CASE("lint: scripts of every kind are read, and one that cannot be is said to be unread") {
  js::start_engine({});
  const LintReport broken = lint("policy.js", "let certRevoked = ;\n");
  CHECK(broken.findings.empty());
  CHECK(broken.problem == "policy.js:1:19: it is not linted: Unexpected token");
  std::string deep = "const certRevoked = 1";
  for (int i = 0; i < 5'000; ++i) deep += " + 1";
  CHECK(lint("policy.js", deep).problem == "");
  for (const char* source : {"#!/usr/bin/env edge-run\nexport default {};", "with (a) { b; }",
                             "module.exports = {};", "const x = await import('./y.js');",
                             "class A { #b = 1; static { this.c ?"
                             "?= 2n; } }"}) {
    CAPTURE(std::string(source));
    CHECK(lint("policy.js", std::string(source) + "\n// certRevoked").problem == "");
  }
}

}  // namespace edge::bindings
