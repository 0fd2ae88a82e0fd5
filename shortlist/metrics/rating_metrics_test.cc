#include "shortlist/metrics/rating_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/base/random.h"
#include "shortlist/metrics/class_metrics.h"

namespace shortlist {
namespace {

double figure(const Metrics& figures, const char* name) {
  const double* value = find_metric(figures, name);
  return value != nullptr ? *value : -1;
}

// Compares every pair of a positive and a negative, one by one.
double auc_by_pairs(const Predictions& p) {
  double won = 0, pairs = 0;
  for (size_t i = 0; i < p.rows(); ++i) {
    for (size_t j = 0; j < p.rows(); ++j) {
      if (p.label[i] != 1 || p.label[j] != 0) continue;
      const double weight = p.weight_of(i) * p.weight_of(j);
      pairs += weight;
      won += weight * (p.prediction[i] > p.prediction[j] ? 1 : p.prediction[i] == p.prediction[j] ? 0.5 : 0);
    }
  }
  return won / pairs;
}

TEST(RatingMetrics, MatchTheWorkedExample) {
  const std::vector<float> prediction = {8, 6, 7}, label = {7, 8, 7};
  const Metrics figures = rating_figures({prediction, label, {}});
  EXPECT_DOUBLE_EQ(figure(figures, "rmse"), std::sqrt(5.0 / 3));
  EXPECT_DOUBLE_EQ(figure(figures, "mae"), 1);
  EXPECT_EQ(figures.size(), 2u);
}

TEST(RatingMetrics, WeighRows) {
  const std::vector<float> prediction = {1, 3}, label = {0, 0}, weight = {3, 1};
  ErrorMetrics metrics;
  for (int i = 0; i < 2; ++i) metrics.add(prediction[i], label[i], weight[i]);
  EXPECT_DOUBLE_EQ(figure(metrics.figures(), "rmse"), std::sqrt(3.0));
  EXPECT_DOUBLE_EQ(figure(metrics.figures(), "mae"), 1.5);
}

TEST(RatingMetrics, OfPartsMergeToThoseOfTheWhole) {
  ErrorMetrics whole, left, right;
  for (int i = 0; i < 8; ++i) {
    whole.add(i, 3);
    (i < 5 ? left : right).add(i, 3);
  }
  left.merge(right);
  EXPECT_EQ(left.figures(), whole.figures());
  EXPECT_EQ(figure(ErrorMetrics().figures(), "rmse"), 0);
}

TEST(RatingMetrics, ReadLabelsOfZeroAndOneAsClasses) {
  const std::vector<float> prediction = {0.8f, 0.4f, 0.4f, 0.5f}, label = {1, 1, 0, 0};
  const Metrics figures = rating_figures({prediction, label, {}});
  EXPECT_NEAR(figure(figures, "log_loss"),
              -(std::log(0.8) + std::log(0.4) + std::log(0.6) + std::log(0.5)) / 4, 1e-7);
  EXPECT_DOUBLE_EQ(figure(figures, "accuracy"), 0.75);  // .4 for a 1 is wrong, .5 says 0
  EXPECT_DOUBLE_EQ(figure(figures, "auc"), 2.5 / 4);    // .8 beats both, .4 ties with one and loses to one
  EXPECT_NEAR(log_loss(0, 1), 16.118, 1e-3);            // clipped, not infinite
}

TEST(RatingMetrics, HaveNoAucWhereOneClassIsMissing) {
  const std::vector<float> prediction = {0.8f, 0.4f}, label = {1, 1};
  EXPECT_EQ(find_metric(rating_figures({prediction, label, {}}), "auc"), nullptr);
  EXPECT_EQ(keras_auc({prediction, label, {}}), 0);
}

TEST(RatingMetrics, AucAgreesWithAllPairsWithTiesAndWeights) {
  const RandomStream random(1, "auc");
  std::vector<float> prediction(61), label(61), weight(61);
  for (size_t i = 0; i < label.size(); ++i) {
    label[i] = static_cast<float>(random.below(3 * i, 2));
    prediction[i] = (random.below(3 * i + 1, 8) + label[i]) / 9;  // many ties
    weight[i] = static_cast<float>(1 + random.below(3 * i + 2, 4));
  }
  const Predictions p{prediction, label, weight};
  EXPECT_NEAR(figure(rating_figures(p), "auc"), auc_by_pairs(p), 1e-12);
}

TEST(RatingMetrics, AucRowValuesSpreadAsTheAucDoes) {
  // Three positives and two negatives; by DeLong the variance of the AUC is S10 / 3 + S01 / 2 with population
  // variances, and that of a mean of five values is their population variance / 5.
  const std::vector<float> prediction = {0.9f, 0.6f, 0.3f, 0.5f, 0.1f}, label = {1, 1, 1, 0, 0};
  const std::vector<double> values = auc_row_values({prediction, label, {}});
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / 5;
  double variance = 0;
  for (double v : values) variance += (v - mean) * (v - mean) / 5;
  const double auc = 5.0 / 6;                                                          // shares 1, 1, 1/2
  const double s10 = (2 * (1 - auc) * (1 - auc) + (0.5 - auc) * (0.5 - auc)) / 3;      // of 1, 1, 1/2
  const double s01 = ((2.0 / 3 - auc) * (2.0 / 3 - auc) + (1 - auc) * (1 - auc)) / 2;  // of 2/3, 1
  EXPECT_NEAR(mean, auc, 1e-12);
  EXPECT_NEAR(variance / 5, s10 / 3 + s01 / 2, 1e-12);
}

TEST(RatingMetrics, KerasAucLosesWhatFallsBetweenTwoThresholds) {
  const std::vector<float> label = {1, 0}, apart = {0.75f, 0.25f}, close = {0.5002f, 0.5001f};
  EXPECT_DOUBLE_EQ(keras_auc({apart, label, {}}), 1);
  EXPECT_DOUBLE_EQ(keras_auc({close, label, {}}), 0.5);
  EXPECT_DOUBLE_EQ(figure(rating_figures({close, label, {}}), "auc"), 1);
}

TEST(RatingMetrics, RefuseNumbersThatAreNotFinite) {
  const std::vector<float> labels = {1, 0, 1}, predictions = {0.5f, NAN, 0.2f};
  const Predictions rows{predictions, labels, {}};
  const std::string message = "row 2 of 3: prediction nan, label 0, weight 1: need finite numbers";
  for (const auto& metric : std::vector<std::function<void()>>{
           [&] { rating_figures(rows); }, [&] { auc_row_values(rows); }, [&] { keras_auc(rows); }}) {
    try {
      metric();
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), message);
    }
  }
}

TEST(RatingMetrics, KnowLabelsThatAreClasses) {
  const std::vector<float> classes = {0, 1, 1}, ratings = {0, 1, 2};
  EXPECT_TRUE(is_binary(classes));
  EXPECT_FALSE(is_binary(ratings));
  EXPECT_FALSE(is_binary({}));
}

}  // namespace
}  // namespace shortlist
