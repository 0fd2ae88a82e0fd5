#include "shortlist/metrics/group_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/metrics/list_metrics.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {
namespace {

using Floats = std::vector<float>;
using Numbers = std::vector<uint32_t>;

TEST(GroupedAuc, MatchesTheWorkedExample) {
  // Group 0 is in the right order, group 1 in the wrong one, group 2 has one label only.
  const Floats prediction{0.9f, 0.2f, 0.3f, 0.6f, 0.5f, 0.1f}, label{1, 0, 0, 1, 1, 1};
  const Numbers group{0, 1, 0, 0, 2, unknown_index};
  EXPECT_DOUBLE_EQ(*grouped_auc({prediction, label, {}}, group), 1);
  const Numbers other{0, 1, 0, 1, 1, 2};
  EXPECT_DOUBLE_EQ(*grouped_auc({prediction, label, {}}, other), 1);
  const Floats wrong{0.9f, 0.7f, 0.3f, 0.6f, 0.5f, 0.1f};
  EXPECT_DOUBLE_EQ(*grouped_auc({wrong, label, {}}, other), (2.0 * 1 + 3.0 * 0) / 5);
}

TEST(GroupedAuc, IsMissingIfNoGroupHasBothLabels) {
  const Floats prediction{0.9f, 0.2f}, label{1, 0};
  EXPECT_FALSE(grouped_auc({prediction, label, {}}, Numbers{0, 1}));
  EXPECT_FALSE(grouped_auc({prediction, label, {}}, Numbers{unknown_index, unknown_index}));
  EXPECT_FALSE(grouped_auc({prediction, label, Floats{1, 0}}, Numbers{0, 0}));
}

struct RandomRows {
  Floats prediction, label, weight;
  Numbers group;

  RandomRows(size_t rows, uint64_t labels) {
    const RandomStream random(11, "groups");
    for (size_t row = 0; row < rows; ++row) {
      const RandomStream of = random.at(row);
      prediction.push_back(static_cast<float>(of.below(0, 6)));
      label.push_back(static_cast<float>(of.below(1, labels)));
      weight.push_back(static_cast<float>(1 + of.below(2, 3)));
      group.push_back(static_cast<uint32_t>(of.below(3, 17)));
    }
  }
  Predictions view() const { return {prediction, label, weight}; }
};

TEST(GroupedAuc, AgreesWithEveryPairOfRowsOfAGroup) {
  const RandomRows rows(300, 2);
  double sum = 0, weight = 0;
  for (uint32_t g = 0; g < 17; ++g) {
    double right = 0, pairs = 0, of_rows = 0;
    for (size_t a = 0; a < 300; ++a) {
      if (rows.group[a] != g) continue;
      of_rows += rows.weight[a];
      for (size_t b = 0; b < 300; ++b) {
        if (rows.group[b] != g || rows.label[a] != 1 || rows.label[b] != 0) continue;
        const double product = double{rows.weight[a]} * rows.weight[b];
        const float x = rows.prediction[a], y = rows.prediction[b];
        right += product * (x > y ? 1 : x == y ? 0.5 : 0);
        pairs += product;
      }
    }
    if (pairs == 0) continue;
    sum += of_rows * right / pairs;
    weight += of_rows;
  }
  EXPECT_NEAR(*grouped_auc(rows.view(), rows.group), sum / weight, 1e-12);
}

TEST(GroupFigures, AreMeansOverTheGroupsWithARelevantRow) {
  const RandomRows rows(200, 4);
  for (const bool exponential : {false, true}) {
    double of_ndcg = 0, of_map = 0, groups = 0;
    for (uint32_t g = 0; g < 17; ++g) {
      Floats scores, gains;
      for (size_t row = 0; row < 200; ++row) {
        if (rows.group[row] != g) continue;
        scores.push_back(rows.prediction[row]);
        const float label = exponential ? std::exp2(rows.label[row]) - 1 : rows.label[row];
        gains.push_back(label * rows.weight[row]);
      }
      of_ndcg += ndcg(scores, gains, 3);
      of_map += average_precision(scores, gains, 3);
      ++groups;
    }
    const Metrics figures = group_figures(rows.view(), rows.group, {1, 3}, exponential);
    ASSERT_EQ(figures.size(), 6u);
    EXPECT_NEAR(*find_metric(figures, "ndcg@3"), of_ndcg / groups, 1e-12);
    EXPECT_NEAR(*find_metric(figures, "map@3"), of_map / groups, 1e-12);
  }
}

TEST(GroupFigures, LeaveOutGroupsWithoutARelevantRow) {
  const Floats prediction{1, 2, 3}, label{0, 1, 0};
  const Metrics figures = group_figures({prediction, label, {}}, Numbers{0, 1, 2}, {1});
  EXPECT_EQ(*find_metric(figures, "mrr@1"), 1);
  EXPECT_EQ(*find_metric(group_figures({prediction, Floats{0, 0, 0}, {}}, Numbers{0, 1, 2}, {1}), "ndcg@1"),
            0);
}

double ranking_ndcg(const Numbers& group, const Floats& prediction, const Floats& label,
                    const Floats& weight = {}, const char* name = "ranking_ndcg") {
  return *find_metric(ranking_figures({prediction, label, weight}, group), name);
}

TEST(RankingFigures, MatchesTheWorkedExample) {
  // Gains 7, 0 and 1 in the predicted order, 7, 1 and 0 in the ideal one.
  const double log3 = std::log2(3.0);
  EXPECT_NEAR(ranking_ndcg({4, 4, 4}, {0.9f, 0.5f, 0.1f}, {3, 0, 1}), (7 + 0.5) / (7 + 1 / log3), 1e-12);
}

TEST(RankingFigures, IsTheMeanOverGroups) {
  const double one = ranking_ndcg({0, 0}, {0, 1}, {1, 0});
  EXPECT_NEAR(ranking_ndcg({0, 1, 0, 1}, {0, 5, 1, 3}, {1, 1, 0, 0}), (one + 1) / 2, 1e-12);
}

TEST(RankingFigures, LeavesOutGroupsWithEqualLabelsAndRowsWithoutLabelOrWeight) {
  EXPECT_EQ(ranking_ndcg({0, 1, 1}, {0, 1, 2}, {1, 2, 2}), 0);
  const double one = ranking_ndcg({0, 0}, {0, 1}, {1, 0});
  EXPECT_EQ(ranking_ndcg({0, 0, 0, 7, 0}, {0, 1, 9, 1, 5}, {1, 0, -1, 3, 4}, {1, 1, 1, 1, 0}), one);
}

TEST(RankingFigures, OfEqualPredictionsIsTheMeanOfAllOrders) {
  const double best = ranking_ndcg({0, 0}, {1, 0}, {1, 0}), worst = ranking_ndcg({0, 0}, {0, 1}, {1, 0});
  EXPECT_NEAR(ranking_ndcg({0, 0}, {1, 1}, {1, 0}), (best + worst) / 2, 1e-12);
}

TEST(RankingFigures, AgreesWithThePlainDefinition) {
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
    EXPECT_NEAR(ranking_ndcg(group, prediction, label), dcg(by_prediction, size) / dcg(by_label, size),
                1e-12);
    EXPECT_NEAR(ranking_ndcg(group, prediction, label, {}, "ranking_ndcg@10"),
                dcg(by_prediction, 10) / dcg(by_label, 10), 1e-12);
  }
}

}  // namespace
}  // namespace shortlist
