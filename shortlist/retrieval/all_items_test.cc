#include "shortlist/retrieval/all_items.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(AllItems, GivesEveryItemThatIsAllowedWhateverK) {
  const AllItems all(5);
  const std::vector<uint32_t> seen = {1, 4};
  const std::vector<std::span<const uint32_t>> left_out = {{}, seen};
  const std::vector<uint8_t> eligible = {1, 1, 0, 1, 1};
  const auto found = all.retrieve({.rows = 2}, 1, eligible, left_out);
  ASSERT_EQ(found[0].best.size(), 4u);
  ASSERT_EQ(found[1].best.size(), 2u);
  EXPECT_EQ(found[1].best[1].index, 3u);
  EXPECT_EQ(found[1].best[1].score, 0);
  EXPECT_FALSE(all.has_scores());
}

}  // namespace
}  // namespace shortlist
