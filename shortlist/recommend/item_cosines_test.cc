#include "shortlist/recommend/item_cosines.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(ItemCosines, ComparesItemsByCosine) {
  const std::vector<float> rows = {4, 0, 6, 0, 0, 3, 0, 0, -3, 0};
  const ItemCosines index({rows.data(), 5, 2, 2});
  const auto expect_similar = [&](uint32_t item, size_t k, const std::vector<SimilarItem>& expected) {
    const std::vector<SimilarItem> similar = index.most_similar(item, k);
    ASSERT_EQ(similar.size(), expected.size());
    for (size_t i = 0; i < similar.size(); ++i) {
      EXPECT_EQ(similar[i].item, expected[i].item);
      EXPECT_NEAR(similar[i].similarity, expected[i].similarity, 1e-6);
    }
  };
  expect_similar(0, 9, {{1, 1}, {2, 0}, {3, 0}, {4, -1}});
  expect_similar(3, 2, {{0, 0}, {1, 0}});
}

TEST(ItemCosines, LeavesTheItemOutWhereOthersAreTheSame) {
  const std::vector<float> rows(12, 1);
  const auto similar = ItemCosines({rows.data(), 6, 2, 2}).most_similar(4, 3);
  ASSERT_EQ(similar.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(similar[i].item, i);
}

}  // namespace
}  // namespace shortlist
