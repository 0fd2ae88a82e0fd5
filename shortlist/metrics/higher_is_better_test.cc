#include "shortlist/metrics/higher_is_better.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(HigherIsBetter, OfAccuraciesNotOfErrors) {
  for (const char* name : {"top_10", "keras_top_1", "mrr", "auc", "accuracy", "auc of liked", "gauc",
                           "unseen_map@10", "precision@5", "hit@10", "list_auc"})
    EXPECT_TRUE(higher_is_better(name)) << name;
  for (const char* name : {"loss", "rmse", "mae", "mean_rank", "log_loss", "retrieval_loss",
                           "calibration_error", "unseen_mean_rank", "rmse of auc", "ranking_loss of liked"})
    EXPECT_FALSE(higher_is_better(name)) << name;
}

}  // namespace
}  // namespace shortlist
