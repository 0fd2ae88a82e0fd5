#include "shortlist/metrics/list_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

using Floats = std::vector<float>;

// Relevant items at the positions 2 and 4 of 5, with the gains 1 and 3.
const Floats kScores{0.5f, 0.9f, 0.1f, 0.7f, 0.3f}, kGains{0, 0, 0, 1, 3};

TEST(ListMetrics, MatchTheWorkedExample) {
  EXPECT_DOUBLE_EQ(recall(kScores, kGains, 2), 0.25);
  EXPECT_DOUBLE_EQ(precision(kScores, kGains, 2), 0.5);
  EXPECT_DOUBLE_EQ(precision(kScores, kGains, 10), 0.2);
  EXPECT_EQ(hit(kScores, kGains, 1), 0);
  EXPECT_EQ(hit(kScores, kGains, 2), 1);
  EXPECT_DOUBLE_EQ(reciprocal_rank(kScores, kGains), 0.5);
  EXPECT_EQ(reciprocal_rank(kScores, kGains, 1), 0);
  EXPECT_DOUBLE_EQ(average_precision(kScores, kGains), (1.0 / 2 + 2.0 / 4) / 2);
  EXPECT_DOUBLE_EQ(average_precision(kScores, kGains, 3), (1.0 / 2) / 2);
  const double best = 3 + 1 / std::log2(3);
  EXPECT_DOUBLE_EQ(ndcg(kScores, kGains), (1 / std::log2(3) + 3 / std::log2(5)) / best);
  EXPECT_DOUBLE_EQ(ndcg(kScores, kGains, 1), 0);
  EXPECT_DOUBLE_EQ(exponential_gain(3), 7);
}

TEST(ListMetrics, CountTiesAgainstTheModel) {
  const Floats scores{1, 1, 1}, gains{0, 1, 0};
  EXPECT_EQ(hit(scores, gains, 2), 0);
  EXPECT_EQ(hit(scores, gains, 3), 1);
  EXPECT_DOUBLE_EQ(reciprocal_rank(scores, gains), 1.0 / 3);
  EXPECT_DOUBLE_EQ(ndcg(scores, gains), 0.5);
}

TEST(ListMetrics, AreZeroWithoutARelevantItem) {
  for (const auto& [scores, gains] : {std::pair{Floats{1, 2}, Floats{0, 0}}, {Floats{}, Floats{}}}) {
    EXPECT_EQ(recall(scores, gains, 2), 0);
    EXPECT_EQ(precision(scores, gains, 2), 0);
    EXPECT_EQ(hit(scores, gains, 2), 0);
    EXPECT_EQ(reciprocal_rank(scores, gains), 0);
    EXPECT_EQ(average_precision(scores, gains), 0);
    EXPECT_EQ(ndcg(scores, gains), 0);
  }
}

TEST(ListMetrics, NeverFindAnItemThatTheListCannotContain) {
  const std::vector<Relevant> relevant{{INFINITY, 1}, {1, 1}};
  EXPECT_DOUBLE_EQ(recall(relevant, whole_list), 0.5);
  EXPECT_DOUBLE_EQ(average_precision(relevant), 0.5);
  EXPECT_DOUBLE_EQ(ndcg(relevant), 1 / (1 + 1 / std::log2(3)));
}

// The obvious way: sort the list, then go through it from the front.
struct Walk {
  std::vector<float> gains;  // in order of falling score
  double all = 0;
  size_t relevant = 0;

  Walk(const Floats& scores, const Floats& of_item) {
    std::vector<size_t> order(scores.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::sort(order, [&](size_t a, size_t b) { return scores[a] > scores[b]; });
    for (size_t i : order) {
      gains.push_back(of_item[i]);
      all += of_item[i];
      relevant += of_item[i] > 0;
    }
  }
  double sum(size_t k, auto&& value) const {
    double total = 0;
    size_t found = 0;
    for (size_t p = 0; p < std::min(k, gains.size()); ++p) {
      if (!(gains[p] > 0)) continue;
      total += value(p + 1, gains[p], ++found);
    }
    return total;
  }
};

TEST(ListMetrics, AgreeWithTheWalkThroughTheSortedList) {
  for (size_t items : {1, 2, 7, 8, 9, 40}) {
    const RandomStream random(items, "list metrics");
    Floats scores, gains;
    for (size_t i = 0; i < items; ++i) {
      scores.push_back(static_cast<float>(random.uniform(2 * i)));
      gains.push_back(std::max(0.0f, std::floor(static_cast<float>(random.uniform(2 * i + 1)) * 6 - 2)));
    }
    const Walk walk(scores, gains);
    if (walk.relevant == 0) continue;
    Floats ideal = gains;
    std::ranges::sort(ideal, std::greater());
    for (size_t k : {size_t{1}, size_t{3}, size_t{10}}) {
      const auto one = [](size_t, float, size_t) { return 1.0; };
      const auto dcg = [](size_t p, float gain, size_t) { return gain / std::log2(1.0 + double(p)); };
      EXPECT_NEAR(recall(scores, gains, k),
                  walk.sum(k, [](size_t, float g, size_t) { return double(g); }) / walk.all, 1e-12);
      EXPECT_NEAR(precision(scores, gains, k), walk.sum(k, one) / double(k), 1e-12);
      EXPECT_EQ(hit(scores, gains, k), walk.sum(k, one) > 0);
      EXPECT_NEAR(reciprocal_rank(scores, gains, k),
                  walk.sum(k, [](size_t p, float, size_t found) { return found == 1 ? 1.0 / double(p) : 0; }),
                  1e-12);
      EXPECT_NEAR(average_precision(scores, gains, k),
                  walk.sum(k, [](size_t p, float, size_t found) { return double(found) / double(p); }) /
                      double(walk.relevant),
                  1e-12);
      EXPECT_NEAR(ndcg(scores, gains, k), walk.sum(k, dcg) / Walk(ideal, ideal).sum(k, dcg), 1e-12);
    }
  }
}

}  // namespace
}  // namespace shortlist
