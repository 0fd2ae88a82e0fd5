#include "shortlist/synth/alias_table.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

std::vector<double> shares(const std::vector<double>& weights, int draws) {
  const AliasTable table(weights);
  std::vector<double> share(weights.size());
  for (int i = 0; i < draws; ++i) share[table.draw((i + 0.5) / draws)] += 1.0 / draws;
  return share;
}

TEST(AliasTable, DrawsEachIndexByItsWeight) {
  const std::vector<double> share = shares({1, 0, 5, 2, 8}, 160'000);
  EXPECT_NEAR(share[0], 1 / 16.0, 1e-4);
  EXPECT_EQ(share[1], 0);
  EXPECT_NEAR(share[2], 5 / 16.0, 1e-4);
  EXPECT_NEAR(share[3], 2 / 16.0, 1e-4);
  EXPECT_NEAR(share[4], 8 / 16.0, 1e-4);
}

TEST(AliasTable, DrawsTheOnlyIndex) { EXPECT_NEAR(shares({0.25}, 10)[0], 1, 1e-12); }

}  // namespace
}  // namespace shortlist
