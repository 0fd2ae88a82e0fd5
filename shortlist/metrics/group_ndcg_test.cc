#include "shortlist/metrics/group_ndcg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

double ndcg(std::vector<uint32_t> group, std::vector<float> prediction, std::vector<float> label, size_t k,
            std::vector<float> weight = {}) {
  return group_ndcg({group, prediction, label, weight}, k);
}

TEST(GroupNdcg, MatchesTheWorkedExample) {
  // Gains 7, 0 and 1 in the predicted order, 7, 1 and 0 in the ideal one.
  const double log3 = std::log2(3.0);
  EXPECT_NEAR(ndcg({4, 4, 4}, {0.9f, 0.5f, 0.1f}, {3, 0, 1}, 0), (7 + 0.5) / (7 + 1 / log3), 1e-12);
  EXPECT_NEAR(ndcg({4, 4, 4}, {0.9f, 0.5f, 0.1f}, {3, 0, 1}, 2), 7 / (7 + 1 / log3), 1e-12);
}

TEST(GroupNdcg, IsTheMeanOverGroups) {
  const double one = ndcg({0, 0}, {0, 1}, {1, 0}, 0);
  EXPECT_NEAR(ndcg({0, 1, 0, 1}, {0, 5, 1, 3}, {1, 1, 0, 0}, 0), (one + 1) / 2, 1e-12);
}

TEST(GroupNdcg, LeavesOutGroupsWithEqualLabelsAndRowsWithoutLabelOrWeight) {
  EXPECT_EQ(ndcg({0, 1, 1}, {0, 1, 2}, {1, 2, 2}, 0), 0);
  const double one = ndcg({0, 0}, {0, 1}, {1, 0}, 0);
  EXPECT_EQ(ndcg({0, 0, 0, 7, 0}, {0, 1, 9, 1, 5}, {1, 0, -1, 3, 4}, 0, {1, 1, 1, 1, 0}), one);
}

TEST(GroupNdcg, OfEqualPredictionsIsTheMeanOfAllOrders) {
  const double best = ndcg({0, 0}, {1, 0}, {1, 0}, 0), worst = ndcg({0, 0}, {0, 1}, {1, 0}, 0);
  EXPECT_NEAR(ndcg({0, 0}, {1, 1}, {1, 0}, 0), (best + worst) / 2, 1e-12);
}

TEST(GroupNdcg, AgreesWithThePlainDefinition) {
  const RandomStream random(3, "ndcg");
  for (size_t size : {2, 7, 25}) {
    std::vector<float> prediction, label;
    std::vector<std::pair<float, float>> by_prediction, by_label;
    for (size_t i = 0; i < size; ++i) {
      prediction.push_back(static_cast<float>(random.at(size).normal(i)));
      label.push_back(static_cast<float>(i % 4));
      by_prediction.emplace_back(-prediction[i], label[i]);
      by_label.emplace_back(-label[i], label[i]);
    }
    const auto dcg = [](auto rows, size_t k) {
      std::ranges::sort(rows);
      double sum = 0;
      for (size_t i = 0; i < std::min(k, rows.size()); ++i)
        sum += (std::pow(2, rows[i].second) - 1) / std::log2(i + 2.0);
      return sum;
    };
    const std::vector<uint32_t> group(size, 3);
    EXPECT_NEAR(ndcg(group, prediction, label, 10), dcg(by_prediction, 10) / dcg(by_label, 10), 1e-12);
  }
}

}  // namespace
}  // namespace shortlist
