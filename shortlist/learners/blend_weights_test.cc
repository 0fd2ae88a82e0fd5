#include "shortlist/learners/blend_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

// Two candidates, two members that disagree; the first candidate is relevant.
BlendList disagreement() { return {.scores = {1, 0, 0, 2}, .relevant = {0}, .gains = {1}, .missed = {}}; }

TEST(BlendWeights, NdcgIsThatOfTheWeightedOrder) {
  ThreadPool pool(1);
  const std::vector<BlendList> lists = {disagreement()};
  EXPECT_DOUBLE_EQ(blended_ndcg(lists, std::vector<double>{1, 0}, 10, pool), 1);
  EXPECT_DOUBLE_EQ(blended_ndcg(lists, std::vector<double>{0, 1}, 10, pool), 1 / std::log2(3));
  EXPECT_DOUBLE_EQ(blended_ndcg(lists, std::vector<double>{2, 1}, 10, pool), 1 / std::log2(3));  // a tie
  EXPECT_DOUBLE_EQ(blended_ndcg(lists, std::vector<double>{0, 1}, 1, pool), 0);
}

TEST(BlendWeights, MissedItemsCountInTheIdeal) {
  ThreadPool pool(1);
  BlendList list = disagreement();
  list.missed = {1};
  EXPECT_DOUBLE_EQ(blended_ndcg({&list, 1}, std::vector<double>{1, 0}, 10, pool), 1 / (1 + 1 / std::log2(3)));
}

// Lists in which each of two members knows half of the truth, and a third knows nothing.
std::vector<BlendList> halves(size_t count) {
  const RandomStream random(5, "test");
  std::vector<BlendList> lists(count);
  for (size_t l = 0; l < count; ++l) {
    const RandomStream of = random.at(l);
    for (size_t c = 0; c < 20; ++c) {
      const double a = of.normal(3 * c), b = of.normal(3 * c + 1), noise = of.normal(3 * c + 2);
      for (double score : {a, b, noise}) lists[l].scores.push_back(static_cast<float>(score));
      if (a + b > 2) {
        lists[l].relevant.push_back(static_cast<uint32_t>(c));
        lists[l].gains.push_back(1);
      }
    }
  }
  return lists;
}

TEST(BlendWeights, FindTheMembersThatHelp) {
  ThreadPool one(1), three(3);
  const std::vector<BlendList> lists = halves(300);
  const std::vector<double> weights = learn_blend_weights(lists, 3, 10, one);
  EXPECT_EQ(weights, learn_blend_weights(lists, 3, 10, three));
  EXPECT_NEAR(weights[0] + weights[1] + weights[2], 1, 1e-12);
  EXPECT_NEAR(weights[0], weights[1], 0.2);
  EXPECT_LT(weights[2], 0.1);
  const double reached = blended_ndcg(lists, weights, 10, one);
  for (const auto& start : {std::vector<double>{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}})
    EXPECT_GT(reached, blended_ndcg(lists, start, 10, one));
}

TEST(BlendWeights, WithoutListsAreEqual) {
  ThreadPool pool(1);
  EXPECT_EQ(learn_blend_weights({}, 4, 10, pool), std::vector<double>(4, 0.25));
  const std::vector<BlendList> lists = {disagreement()};
  EXPECT_EQ(learn_blend_weights(lists, 2, 10, pool)[1], 0);  // the first alone is already perfect
}

TEST(StandardizeScores, GivesMeanZeroAndDeviationOne) {
  std::vector<float> scores = {1, 2, 3, std::numeric_limits<float>::quiet_NaN()};
  standardize_scores(scores);
  const auto unit = static_cast<float>(std::sqrt(1.5));
  EXPECT_FLOAT_EQ(scores[0], -unit);
  EXPECT_FLOAT_EQ(scores[1], 0);
  EXPECT_FLOAT_EQ(scores[2], unit);
  EXPECT_FLOAT_EQ(scores[3], -unit);  // left out: as low as the lowest
  std::vector<float> equal(5, 0.1f);
  standardize_scores(equal);
  EXPECT_EQ(equal, std::vector<float>(5, 0));
  std::vector<float> none(2, std::numeric_limits<float>::quiet_NaN());
  standardize_scores(none);
  EXPECT_EQ(none, std::vector<float>(2, 0));
}

}  // namespace
}  // namespace shortlist
