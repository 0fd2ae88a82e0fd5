#include "shortlist/math/top_k.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

std::vector<uint32_t> indices(std::vector<Scored> scored) {
  std::vector<uint32_t> result;
  for (const Scored& s : scored) result.push_back(s.index);
  return result;
}

// Few distinct scores, so that ties are common, and some NaN.
std::vector<float> scores_with_ties(size_t n) {
  const RandomStream random(7, "scores");
  std::vector<float> scores(n);
  for (size_t i = 0; i < n; ++i)
    scores[i] = random.below(i, 20) == 0 ? NAN : static_cast<float>(random.below(n + i, 50));
  return scores;
}

std::vector<uint32_t> sorted_top(const std::vector<float>& scores, size_t k) {
  std::vector<Scored> all;
  for (uint32_t i = 0; i < scores.size(); ++i) {
    if (!std::isnan(scores[i])) all.push_back({i, scores[i]});
  }
  std::sort(all.begin(), all.end(), [](const Scored& a, const Scored& b) { return better(a, b); });
  all.resize(std::min(k, all.size()));
  return indices(all);
}

TEST(TopK, PutsTheBestFirstAndTheLowerIndexOfEquals) {
  TopK top(3);
  top.push(std::vector<float>{1, 3, 2, 3, 0}, 10);
  EXPECT_EQ(indices(top.take()), (std::vector<uint32_t>{11, 13, 12}));
  EXPECT_TRUE(top.take().empty());
  top.push({4, -1});
  EXPECT_EQ(indices(top.take()), (std::vector<uint32_t>{4}));
}

TEST(TopK, AgreesWithSorting) {
  for (size_t n : {0, 1, 5, 16, 33, 127, 128, 1000, 5000}) {
    for (size_t k : {0, 1, 2, 10, 16, 17, 100, 2000}) {
      const std::vector<float> scores = scores_with_ties(n);
      TopK top(k);
      top.push(scores, 0);
      EXPECT_EQ(indices(top.take()), sorted_top(scores, k)) << n << " scores, k = " << k;
    }
  }
}

TEST(TopK, GivesTheSameInAnyOrder) {
  const std::vector<float> scores = scores_with_ties(500);
  TopK backward(10), parts(10), listed(10);
  std::vector<uint32_t> indices_backward;
  for (uint32_t i = 500; i-- > 0;) {
    backward.push({i, scores[i]});
    indices_backward.push_back(i);
  }
  listed.push(std::vector<float>(scores.rbegin(), scores.rend()), indices_backward);
  parts.push(std::span(scores).subspan(200), 200);
  parts.push(std::span(scores).first(200), 0);
  EXPECT_EQ(indices(backward.take()), sorted_top(scores, 10));
  EXPECT_EQ(indices(parts.take()), sorted_top(scores, 10));
  EXPECT_EQ(indices(listed.take()), sorted_top(scores, 10));
}

TEST(TopK, KeepsAllThatAreWithinTheSlackOfTheWorstKept) {
  for (size_t n : {3, 40, 1000, 5000}) {
    const std::vector<float> scores = scores_with_ties(n);
    const float least = scores[sorted_top(scores, 7).back()];
    const auto near = std::ranges::count_if(scores, [&](float score) { return score >= least - 2; });
    TopK top(7, 2);
    top.push(scores, 0);
    EXPECT_EQ(indices(top.take()), sorted_top(scores, static_cast<size_t>(near))) << n << " scores";
  }
}

TEST(TopK, TellsTheIndicesOfAllItKeeps) {
  for (size_t n : {3, 40, 1000, 5000}) {
    const std::vector<float> scores = scores_with_ties(n);
    TopK sorted(7, 2), top(7, 2);
    sorted.push(scores, 0);
    top.push(scores, 0);
    std::vector<uint32_t> got;
    top.take_indices(got);
    for (uint32_t index : indices(sorted.take()))
      EXPECT_EQ(std::ranges::count(got, index), 1) << n << " scores";
    EXPECT_TRUE(top.take().empty());
  }
}

TEST(TopK, IsAsNewOnceReset) {
  const std::vector<float> scores = scores_with_ties(5000);
  TopK top(3000);
  top.push(scores, 0);
  for (size_t k : {10, 2}) {
    top.reset(k);
    top.push(scores, 0);
    EXPECT_EQ(indices(top.take()), sorted_top(scores, k));
  }
}

TEST(BestOfRow, AgreesWithSorting) {
  for (size_t n : {0, 1, 5, 16, 127, 500, 1000, 1024}) {
    const std::vector<float> scores = scores_with_ties(n);
    for (size_t k : {0, 1, 10, 16, 100, 2000})
      EXPECT_EQ(indices(best_of_row(scores, k)), sorted_top(scores, k)) << n << " scores, k = " << k;
  }
}

TEST(BestOfFew, AgreesWithSorting) {
  for (size_t n : {0, 1, 5, 16, 33, 127, 128}) {
    std::vector<uint32_t> places(n);
    for (uint32_t i = 0; i < n; ++i) places[i] = i;
    const std::vector<float> scores = scores_with_ties(n);
    for (size_t k : {0, 1, 10, 200})
      EXPECT_EQ(indices(best_of_few(scores, places, k)), sorted_top(scores, k)) << n << " scores, k = " << k;
  }
}

TEST(TopK, NeverKeepsNan) {
  TopK top(5);
  top.push(std::vector<float>{NAN, -INFINITY, NAN, INFINITY}, 0);
  top.push({9, NAN});
  EXPECT_EQ(indices(top.take()), (std::vector<uint32_t>{3, 1}));
}

}  // namespace
}  // namespace shortlist
