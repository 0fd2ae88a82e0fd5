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

TEST(EpochSums, DivideByTheTasksOwnWeightWhereItHasOne) {
  EpochSums sums;
  sums.add({.squared_errors = {{"rmse of a", 8}, {"rmse of b", 8}},
            .own_weights = {{"rmse of b", 0}},
            .rows = 10,
            .weight = 2});
  sums.add({.squared_errors = {{"rmse of a", 28}, {"rmse of b", 28}},
            .own_weights = {{"rmse of b", 1}},
            .rows = 20,
            .weight = 2});
  EXPECT_EQ(sums.means(), (Metrics{{"rmse of a", 3}, {"rmse of b", 6}}));
}

// Until then the weight was that of the rows with labels.
TEST(EpochSums, GoOnFromACheckpointWithoutOwnWeights) {
  EpochSums sums;
  sums.add({.squared_errors = {{"rmse", 8}}, .rows = 10, .weight = 2});
  sums.add({.squared_errors = {{"rmse", 28}}, .own_weights = {{"rmse", 2}}, .rows = 20, .weight = 20});
  EXPECT_EQ(sums.means(), (Metrics{{"rmse", 3}}));
}

TEST(EpochSums, HaveNoFiguresBeforeTheFirstStep) { EXPECT_TRUE(EpochSums().means().empty()); }

}  // namespace
}  // namespace shortlist
