#include "shortlist/server/http/client_address.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(ClientAddress, IsThePeersWithoutProxies) {
  EXPECT_EQ(client_behind(0, "10.0.0.9", "10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(client_behind(1, "", "10.0.0.1"), "10.0.0.1");
}

TEST(ClientAddress, IsTheOneThatTheProxyAdded) {
  EXPECT_EQ(client_behind(1, "1.1.1.1, 2.2.2.2", "10.0.0.1"), "2.2.2.2");
  EXPECT_EQ(client_behind(2, "1.1.1.1, 2.2.2.2", "10.0.0.1"), "1.1.1.1");
  EXPECT_EQ(client_behind(3, "1.1.1.1, 2.2.2.2", "10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(client_behind(1, "2.2.2.2:5000", "10.0.0.1"), "2.2.2.2");
  EXPECT_EQ(client_behind(1, "[2001:db8::1]:5000", "10.0.0.1"), "2001:db8::1");
  EXPECT_EQ(client_behind(1, "2001:db8::1", "10.0.0.1"), "2001:db8::1");
  for (const char* nonsense : {"unknown", "1.1.1.1, _hidden", "[", "[]", ":", "1.1.1.1.1"})
    EXPECT_EQ(client_behind(1, nonsense, "10.0.0.1"), "10.0.0.1") << nonsense;
}

TEST(ClientAddress, CountsForItsNetwork) {
  EXPECT_EQ(client_network("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(client_network("2001:db8:0:1:2:3:4:5"), "2001:db8:0:1::/64");
  EXPECT_EQ(client_network("2001:db8:0:1::9"), client_network("2001:db8:0:1:ffff::9"));
  EXPECT_NE(client_network("2001:db8:0:1::9"), client_network("2001:db8:0:2::9"));
  EXPECT_EQ(client_network("::ffff:10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(client_network("fe80::1%eth0"), "fe80::/64");
}

}  // namespace
}  // namespace shortlist
