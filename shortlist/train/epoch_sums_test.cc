#include "shortlist/train/epoch_sums.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(EpochSums, GiveMeansOverRowsAndTheRootOfWeightedSquares) {
  EpochSums sums;
  sums.add({.losses = {{"loss", 3}, {"ranking_loss", 2}},
            .squared_errors = {{"rmse", 8}},
            .rows = 10,
            .weight = 2});
  sums.add({.losses = {{"loss", 6}, {"ranking_loss", 5}},
            .squared_errors = {{"rmse", 28}},
            .rows = 20,
            .weight = 2});
  EXPECT_EQ(sums.means(), (Metrics{{"loss", 5}, {"ranking_loss", 4}, {"rmse", 3}}));
}

TEST(EpochSums, HaveNoFiguresBeforeTheFirstStep) { EXPECT_TRUE(EpochSums().means().empty()); }

}  // namespace
}  // namespace shortlist
