// T84: which addresses are this machine's or its segment's, in every spelling.
#include "runtime/http/local_address.h"

#include <doctest/doctest.h>

namespace edge::http {

TEST_CASE("T84: loopback, link-local and metadata addresses are local") {
  for (const char* text : {"127.0.0.1",
                           "127.8.9.1",
                           "0.0.0.0",
                           "0.1.2.3",
                           "169.254.169.254",
                           "169.254.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "100.100.100.200",
                           "192.0.0.192",
                           "168.63.129.16",
                           "::1",
                           "::",
                           "fe80::1",
                           "ff02::1",
                           "fd00:ec2::254",
                           "::ffff:127.0.0.1",
                           "::ffff:169.254.169.254",
                           "::127.0.0.1",
                           "64:ff9b::7f00:1",
                           "64:ff9b::169.254.169.254",
                           "2002:7f00:1::"}) {
    CAPTURE(text);
    CHECK(is_local(boost::asio::ip::make_address(text)));
  }
}

TEST_CASE("T84: other addresses are not") {
  for (const char* text :
       {"1.1.1.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "128.0.0.1", "169.253.1.1", "192.0.0.191",
        "2606:4700::1111", "fd00::1", "::ffff:1.1.1.1", "64:ff9b::101:101"}) {
    CAPTURE(text);
    CHECK_FALSE(is_local(boost::asio::ip::make_address(text)));
  }
}

}  // namespace edge::http
