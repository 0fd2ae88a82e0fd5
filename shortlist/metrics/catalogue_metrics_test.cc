#include "shortlist/metrics/catalogue_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

ItemLists lists_of(const std::vector<std::vector<uint32_t>>& all) {
  ItemLists lists;
  for (const auto& list : all) lists.add(list);
  return lists;
}

TEST(CatalogueMetrics, MatchTheWorkedExample) {
  const ItemLists lists = lists_of({{0, 1}, {0, 2}, {0}});
  EXPECT_DOUBLE_EQ(coverage(lists, 1, 4), 0.25);
  EXPECT_DOUBLE_EQ(coverage(lists, 2, 4), 0.75);
  // Counts 0, 1, 1, 3: (-3 * 0 - 1 * 1 + 1 * 1 + 3 * 3) / (4 * 5).
  EXPECT_DOUBLE_EQ(gini(lists, 2, 4), 9.0 / 20);
  // Shares of the training rows: 4/8, 3/8, and 1/8 for the item without rows.
  const std::vector<double> weight{4, 3, 0, 1};
  EXPECT_DOUBLE_EQ(novelty(lists, 2, weight), (3 * 1 - std::log2(3.0 / 8) + 3) / 5);
}

TEST(CatalogueMetrics, GiniIsZeroIfAllItemsAreShownEquallyOften) {
  EXPECT_DOUBLE_EQ(gini(lists_of({{0, 1}, {2, 3}}), 2, 4), 0);
  EXPECT_DOUBLE_EQ(gini(lists_of({{3}, {3}}), 2, 100), 0.99);
  EXPECT_EQ(gini(ItemLists(), 5, 3), 0);
}

// Half the mean absolute difference of all pairs, relative to the mean.
TEST(CatalogueMetrics, GiniIsTheRelativeMeanDifference) {
  const RandomStream random(2, "gini");
  ItemLists lists;
  for (size_t l = 0; l < 30; ++l) {
    std::vector<uint32_t> list;
    for (size_t i = 0; i < 4; ++i)
      list.push_back(static_cast<uint32_t>(9 * std::pow(random.at(l).uniform(i), 2)));
    lists.add(list);
  }
  std::vector<double> counts(9);
  for (uint32_t item : lists.items) ++counts[item];
  double difference = 0, sum = 0;
  for (double x : counts) {
    sum += x;
    for (double y : counts) difference += std::abs(x - y);
  }
  EXPECT_NEAR(gini(lists, 4, 9), difference / (2 * 9 * sum), 1e-12);
}

TEST(CatalogueMetrics, VectorDiversityIsTheMeanDistanceOfPairs) {
  const RandomStream random(3, "vectors");
  std::vector<float> memory;
  for (size_t i = 0; i < 12 * 5; ++i) memory.push_back(static_cast<float>(random.normal(i)));
  for (size_t c = 0; c < 5; ++c) memory[7 * 5 + c] = 0;  // no direction
  const ConstMatrix vectors{memory.data(), 12, 5, 5};
  const ItemLists lists = lists_of({{0, 1, 2, 7}, {3, 4}, {5}, {}, {11, 9, 8, 6, 10}});
  const auto distance = [&](uint32_t a, uint32_t b) {
    double product = 0, aa = 0, bb = 0;
    for (size_t c = 0; c < 5; ++c) {
      product += double{vectors.row(a)[c]} * vectors.row(b)[c];
      aa += double{vectors.row(a)[c]} * vectors.row(a)[c];
      bb += double{vectors.row(b)[c]} * vectors.row(b)[c];
    }
    return aa > 0 && bb > 0 ? 1 - product / std::sqrt(aa * bb) : 1;
  };
  for (size_t k : {size_t{2}, size_t{4}, size_t{10}})
    EXPECT_NEAR(vector_diversity(lists, k, vectors), diversity(lists, k, distance), 1e-12) << k;
}

TEST(CatalogueMetrics, DiversityNeedsTwoItems) {
  const auto one = [](uint32_t, uint32_t) { return 1.0; };
  EXPECT_EQ(diversity(lists_of({{0}, {}}), 5, one), 0);
  EXPECT_EQ(diversity(lists_of({{0, 1}, {2}}), 5, one), 1);
}

}  // namespace
}  // namespace shortlist
