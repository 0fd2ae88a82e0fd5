#include "shortlist/math/selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "shortlist/base/random.h"
#include "shortlist/testing/reference.h"

namespace shortlist {
namespace {

std::vector<float> scores_with_nan(size_t n) {
  const RandomStream random(8, "scores");
  std::vector<float> scores(n);
  for (size_t i = 0; i < n; ++i) scores[i] = i % 7 == 0 ? NAN : static_cast<float>(random.normal(i));
  return scores;
}

TEST(Selection, LeastOfBestLeavesOutFewAndNoneOfTheBest) {
  const std::vector<float> scores = scores_with_nan(1003);
  reference::for_each_target([&](const std::string& target, bool) {
    SCOPED_TRACE(target);
    for (size_t k : {1, 10, 16, 17, 100, 240}) {
      const float least = least_of_best(scores, k);
      const auto above = std::ranges::count_if(scores, [&](float score) { return score >= least; });
      EXPECT_GE(above, k);
      EXPECT_LE(above, 2 * k);
    }
    for (size_t k : {0, 3, 40, 300}) EXPECT_EQ(least_of_best(std::vector<float>(200, NAN), k), -INFINITY);
  });
}

TEST(Selection, LeastOfBestLooksPastTheFewThatAreFarHigher) {
  std::vector<float> scores = scores_with_nan(1003);
  for (size_t i : {1, 100, 500}) scores[i] = 1e4f;
  for (size_t i = 600; i < 700; ++i) scores[i] = -INFINITY;
  reference::for_each_target([&](const std::string& target, bool) {
    SCOPED_TRACE(target);
    for (size_t k : {10, 100}) {
      const float least = least_of_best(scores, k);
      const auto above = std::ranges::count_if(scores, [&](float score) { return score >= least; });
      EXPECT_GE(above, k);
      EXPECT_LE(above, 2 * k);
    }
  });
}

TEST(Selection, FindsTheScoresThatAreAtLeastABound) {
  reference::for_each_target([&](const std::string& target, bool) {
    SCOPED_TRACE(target);
    for (size_t n : {0, 1, 3, 4, 15, 16, 17, 63, 64, 65, 200, 1024}) {
      const std::vector<float> scores = scores_with_nan(n);
      for (float bound : {-INFINITY, -1.0f, 1.5f, 3.0f, n > 1 ? scores[n - 1] : 0, INFINITY}) {
        std::vector<uint32_t> expected, places(n);
        for (uint32_t i = 0; i < n; ++i) {
          if (scores[i] >= bound) expected.push_back(i);
        }
        places.resize(find_at_least(scores, bound, places.data()));
        EXPECT_EQ(places, expected) << n << " scores, at least " << bound;
      }
    }
  });
}

TEST(Selection, SortsFewKeys) {
  const RandomStream random(9, "keys");
  reference::for_each_target([&](const std::string& target, bool) {
    SCOPED_TRACE(target);
    for (size_t n = 0; n <= kFewKeys; ++n) {
      std::vector<int64_t> keys(n);
      for (size_t i = 0; i < n; ++i) keys[i] = static_cast<int64_t>(random.bits(i));
      std::vector<int64_t> expected = keys, sorted(n);
      std::ranges::sort(expected, std::greater());
      sort_few(keys, sorted.data());
      EXPECT_EQ(sorted, expected);
    }
  });
}

}  // namespace
}  // namespace shortlist
