// Addresses of lists, and those that nobody may send us to.
#include "runtime/server/list_url.h"

#include <doctest/doctest.h>

using namespace edge::server;

TEST_CASE("T60: addresses that only this machine or its network reaches are not public") {
  for (const char* address : {"127.0.0.1",
                              "127.8.8.8",
                              "10.1.2.3",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "0.0.0.0",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::1",
                              "::",
                              "fe80::1",
                              "fc00::1",
                              "fd12::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "2002:7f00:1::",
                              "2001:db8::1",
                              "64:ff9b::a00:1",
                              "localhost",
                              ""})
    CHECK_MESSAGE(!is_public_address(address), address);
  for (const char* address : {"1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"})
    CHECK_MESSAGE(is_public_address(address), address);
}

TEST_CASE("a host is one of those that are allowed in any case of its letters, and only as a whole") {
  const std::vector<std::string> hosts{"Lists.Example.com", "10.0.0.1"};
  CHECK_FALSE(is_among(hosts, "example.com"));
  CHECK_FALSE(is_among(hosts, "lists.example.com.evil"));
  CHECK_FALSE(is_among({}, "lists.example.com"));
  CHECK(is_among(hosts, "lists.example.com"));
  CHECK(is_among(hosts, "LISTS.EXAMPLE.COM"));
  CHECK(is_among(hosts, "10.0.0.1"));
}

TEST_CASE("what is no http or https URL is no list's address") {
  for (const char* url :
       {"ldap://ca.example/cn=ca", "file:///etc/passwd", "ftp://a/b", "http://", "http:///x", "http://u@a/",
        "http://a b/", "crl.example/ca.crl", "http://a:0/", "http://a/\r\nX: y", ""})
    CHECK_MESSAGE(!parse_list_url(url), url);
}

TEST_CASE("a URL is read in its parts") {
  const auto url = parse_list_url("https://CRL.example:8443/a/b.crl?x=1#y").value();
  CHECK(url.scheme == "https");
  CHECK(url.host == "crl.example");
  CHECK(url.port == 8443);
  CHECK(url.target == "/a/b.crl?x=1");
  CHECK(url.authority == "CRL.example:8443");
  CHECK(parse_list_url("http://a")->target == "/");
  CHECK(parse_list_url("http://a")->port == 80);
  CHECK(parse_list_url("https://[2606:4700::1]/x")->host == "2606:4700::1");
  CHECK(parse_list_url("https://[2606:4700::1]:444/x")->port == 444);
}
