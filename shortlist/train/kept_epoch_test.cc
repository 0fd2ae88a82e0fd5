#include "shortlist/train/kept_epoch.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

// Validation loss by epoch.
History losses(const std::vector<double>& values) {
  History history;
  for (double value : values) {
    const int epoch = static_cast<int>(history.epochs.size()) + 1;
    history.epochs.push_back({epoch, 0.01, {{"loss", 1.0 / epoch}}, {{"loss", value}}});
  }
  return history;
}

TrainSpec stopping_early() {
  TrainSpec spec;
  spec.settings.early_stopping.emplace().monitor = "loss";
  return spec;
}

TEST(KeptEpoch, IsTheBestWhereItsWeightsAreRestored) {
  EXPECT_EQ(kept_epoch(stopping_early(), losses({3, 2, 2.5, 2.6})), 2);
}

TEST(KeptEpoch, IsTheLastWhereNothingIsRestored) {
  const History history = losses({3, 2, 2.5});
  EXPECT_EQ(kept_epoch(TrainSpec(), history), 3);
  TrainSpec spec = stopping_early();
  spec.settings.early_stopping->restore_best = false;
  EXPECT_EQ(kept_epoch(spec, history), 3);
  spec = stopping_early();
  spec.settings.refit = true;
  EXPECT_EQ(kept_epoch(spec, history), 3);
}

TEST(KeptEpoch, LooksAtTrainingRowsWithoutValidation) {
  History history = losses({3, 2, 2.5});
  for (EpochRecord& epoch : history.epochs) epoch.validation.clear();
  EXPECT_EQ(kept_epoch(stopping_early(), history), 3);
}

TEST(KeptEpoch, PassesOverEpochsWithoutTheFigure) {
  History history = losses({3, 2, 2.5});
  history.epochs[1].validation = {{"rmse", 1}};
  EXPECT_EQ(kept_epoch(stopping_early(), history), 3);
}

TEST(KeptEpoch, OfNothingIsNone) { EXPECT_EQ(kept_epoch(stopping_early(), {}), 0); }

}  // namespace
}  // namespace shortlist
