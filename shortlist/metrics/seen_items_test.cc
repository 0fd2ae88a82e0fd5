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
  const SeenItems seen = seen_items(Numbers{3, 1, 3, 3, 1}, Numbers{7, 2, 4, 7, 0});
  EXPECT_EQ(of(seen, 0), Numbers());
  EXPECT_EQ(of(seen, 1), (Numbers{0, 2}));
  EXPECT_EQ(of(seen, 2), Numbers());
  EXPECT_EQ(of(seen, 3), (Numbers{4, 7}));
}

TEST(SeenItems, AreNoneForUnknownUsersAndItems) {
  const SeenItems seen = seen_items(Numbers{unknown_index, 0}, Numbers{1, unknown_index});
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(of(seen, 0), Numbers());
  EXPECT_EQ(of(seen, unknown_index), Numbers());
  EXPECT_EQ(of(SeenItems(), 0), Numbers());
}

}  // namespace
}  // namespace shortlist
