#include "shortlist/server/http/address_counts.h"

#include <gtest/gtest.h>

#include "shortlist/server/http/client_address.h"

namespace shortlist {
namespace {

std::string group_of(const char* address) { return client_network(address); }

TEST(AddressCounts, CountIPv6ByNetwork) {
  EXPECT_EQ(group_of("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(group_of("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(group_of("2001:db8:0:1::7"), "2001:db8:0:1::/64");
  EXPECT_EQ(group_of("2001:db8:0:1:ffff::1"), group_of("2001:db8:0:1::7"));
  EXPECT_NE(group_of("2001:db8:0:2::7"), group_of("2001:db8:0:1::7"));
}

TEST(AddressCounts, ForgetWhoHasGone) {
  AddressCounts counts;
  counts.add("a");
  counts.add("a");
  counts.add("b");
  EXPECT_EQ(counts.count("a"), 2);
  counts.remove("a");
  counts.remove("b");
  counts.remove("c");
  EXPECT_EQ(counts.count("a"), 1);
  EXPECT_EQ(counts.count("b"), 0);
}

}  // namespace
}  // namespace shortlist
