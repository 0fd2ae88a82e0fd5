#include "shortlist/base/random.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace shortlist {
namespace {

TEST(RandomStream, IsAPureFunctionOfSeedUseAndCounter) {
  EXPECT_EQ(RandomStream(1, "dropout").bits(5), RandomStream(1, "dropout").bits(5));
  EXPECT_NE(RandomStream(1, "dropout").bits(5), RandomStream(1, "shuffle").bits(5));
  EXPECT_NE(RandomStream(1, "dropout").bits(5), RandomStream(2, "dropout").bits(5));
  EXPECT_NE(RandomStream(1, "dropout").at(0).bits(5), RandomStream(1, "dropout").at(1).bits(5));
}

TEST(RandomStream, HasTheMomentsOfItsDistributions) {
  const RandomStream stream(42, "test");
  double uniform = 0, normal = 0, square = 0;
  const int n = 100'000;
  for (int i = 0; i < n; ++i) {
    uniform += stream.uniform(i);
    normal += stream.at(1).normal(i);
    square += stream.at(1).normal(i) * stream.at(1).normal(i);
  }
  EXPECT_NEAR(uniform / n, 0.5, 0.005);
  EXPECT_NEAR(normal / n, 0, 0.02);
  EXPECT_NEAR(square / n, 1, 0.02);
}

TEST(RandomStream, ShufflesToAPermutationThatTheSeedNames) {
  std::vector<int> a(1000), b;
  std::iota(a.begin(), a.end(), 0);
  b = a;
  RandomStream(7, "shuffle").shuffle(std::span(a));
  EXPECT_NE(a, b);
  RandomStream(7, "shuffle").shuffle(std::span(b));
  EXPECT_EQ(a, b);
  std::sort(a.begin(), a.end());
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(a[i], i);
}

}  // namespace
}  // namespace shortlist
