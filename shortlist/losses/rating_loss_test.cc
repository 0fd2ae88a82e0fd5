#include "shortlist/losses/rating_loss.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shortlist {
namespace {

double loss(RatingLoss kind, double prediction, double label, double delta = 1) {
  return rating_loss(kind, prediction, label, delta).loss;
}

TEST(RatingLoss, MatchesTheWorkedExamples) {
  EXPECT_EQ(loss(RatingLoss::mean_squared_error, 7, 4), 9);
  EXPECT_EQ(loss(RatingLoss::mean_absolute_error, 4, 7), 3);
  EXPECT_EQ(loss(RatingLoss::huber, 4.5, 4), 0.125);
  EXPECT_EQ(loss(RatingLoss::huber, 7, 4, 2), 2 * (3 - 1));
  EXPECT_NEAR(loss(RatingLoss::binary_crossentropy, std::log(3.0), 1), -std::log(0.75), 1e-12);
  EXPECT_NEAR(loss(RatingLoss::binary_crossentropy, std::log(3.0), 0), -std::log(0.25), 1e-12);
  EXPECT_NEAR(loss(RatingLoss::binary_crossentropy, std::log(3.0), 0.5), -0.5 * std::log(0.75 * 0.25), 1e-12);
}

TEST(RatingLoss, DerivativesMatchFiniteDifferences) {
  constexpr double kStep = 1e-5;
  for (const auto& [kind, name] : EnumNames<RatingLoss>::names) {
    SCOPED_TRACE(name);
    for (double prediction : {-9.3, -1.4, -0.2, 0.1, 0.7, 2.6, 8.0}) {
      for (double label : {0.0, 0.3, 1.0}) {
        const double slope =
            (loss(kind, prediction + kStep, label, 1.5) - loss(kind, prediction - kStep, label, 1.5)) /
            (2 * kStep);
        EXPECT_NEAR(rating_loss(kind, prediction, label, 1.5).derivative, slope, 1e-6);
      }
    }
  }
}

TEST(RatingLoss, CrossentropyStaysFiniteWithLargeLogits) {
  EXPECT_EQ(loss(RatingLoss::binary_crossentropy, 2000, 0), 2000);
  EXPECT_EQ(loss(RatingLoss::binary_crossentropy, -2000, 0), 0);
  EXPECT_EQ(rating_loss(RatingLoss::binary_crossentropy, -2000, 1, 1).derivative, -1);
}

TEST(RatingLoss, APerfectPredictionHasNoSlope) {
  for (RatingLoss kind :
       {RatingLoss::mean_squared_error, RatingLoss::mean_absolute_error, RatingLoss::huber}) {
    EXPECT_EQ(rating_loss(kind, 3, 3, 1).loss, 0);
    EXPECT_EQ(rating_loss(kind, 3, 3, 1).derivative, 0);
  }
}

TEST(PredictedLabel, IsAProbabilityForCrossentropyAlone) {
  EXPECT_FLOAT_EQ(predicted_label(RatingLoss::binary_crossentropy, std::log(3.0f)), 0.75f);
  EXPECT_EQ(predicted_label(RatingLoss::mean_squared_error, 7.5f), 7.5f);
}

TEST(LabelScale, StandardisesLabelsByMeanAndDeviation) {
  const std::vector<float> labels = {10, 30, 10, 30}, weights = {3, 1, 0, 0};
  EXPECT_EQ(fit_label_scale(labels, {}), (LabelScale{20, 10}));
  EXPECT_EQ(fit_label_scale(labels, weights), (LabelScale{15, std::sqrt(75.0)}));
  const LabelScale scale{20, 10};
  EXPECT_EQ(scale.standardized(35), 1.5);
  EXPECT_EQ(scale.original(1.5), 35);
  EXPECT_EQ(predicted_label(RatingLoss::huber, 1.5f, scale), 35);
}

TEST(LabelScale, KeepsTheDeviationOneWhereAllLabelsAreEqual) {
  const std::vector<float> labels(7, 0.1f), no_weight(7, 0.0f);
  EXPECT_EQ(fit_label_scale(labels, {}), (LabelScale{0.1f, 1}));
  EXPECT_EQ(fit_label_scale(labels, no_weight), LabelScale());
  EXPECT_EQ(fit_label_scale({}, {}), LabelScale());
}

}  // namespace
}  // namespace shortlist
