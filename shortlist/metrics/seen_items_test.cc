#include "shortlist/metrics/seen_items.h"

#include <gtest/gtest.h>

#include "shortlist/metrics/observations.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;

Numbers of(const SeenItems& seen, uint32_t user) {
  const auto items = seen.of(user);
  return {items.begin(), items.end()};
}

TEST(SeenItems, AreSortedByUserAndOnce) {
  SeenItems seen{{0}, {}};
  seen.end_user();
  seen.items.insert(seen.items.end(), {7, 4, 7});
  seen.end_user();
  seen.items.insert(seen.items.end(), {2, 0});
  seen.end_user();
  EXPECT_EQ(of(seen, 0), Numbers());
  EXPECT_EQ(of(seen, 1), (Numbers{4, 7}));
  EXPECT_EQ(of(seen, 2), (Numbers{0, 2}));
}

TEST(SeenItems, AreNoneForUnknownUsers) {
  SeenItems seen{{0}, {}};
  seen.end_user();
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(of(seen, 1), Numbers());
  EXPECT_EQ(of(seen, unknown_index), Numbers());
  EXPECT_EQ(of(SeenItems(), 0), Numbers());
}

}  // namespace
}  // namespace shortlist
