#include "shortlist/losses/label_scale.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace shortlist {
namespace {

TEST(PredictedLabel, IsTheSigmoidOfALogit) {
  EXPECT_FLOAT_EQ(predicted_label(Prediction::probability, std::log(3.0f)), 0.75f);
  EXPECT_EQ(predicted_label(Prediction::label, 7.5f), 7.5f);
}

TEST(LabelScale, StandardisesLabelsByMeanAndDeviation) {
  const std::vector<float> labels = {10, 30, 10, 30}, weights = {3, 1, 0, 0};
  EXPECT_EQ(fit_label_scale(labels, {}), (LabelScale{20, 10}));
  EXPECT_EQ(fit_label_scale(labels, weights), (LabelScale{15, std::sqrt(75.0)}));
  const LabelScale scale{20, 10};
  EXPECT_EQ(scale.standardized(35), 1.5);
  EXPECT_EQ(scale.original(1.5), 35);
  EXPECT_EQ(predicted_label(Prediction::label, 1.5f, scale), 35);
}

TEST(LabelScale, KeepsTheDeviationOneWhereAllLabelsAreEqual) {
  const std::vector<float> labels(7, 0.1f), no_weight(7, 0.0f);
  EXPECT_EQ(fit_label_scale(labels, {}), (LabelScale{0.1f, 1}));
  EXPECT_EQ(fit_label_scale(labels, no_weight), LabelScale());
  EXPECT_EQ(fit_label_scale({}, {}), LabelScale());
}

}  // namespace
}  // namespace shortlist
