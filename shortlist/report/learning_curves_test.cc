#include "shortlist/report/learning_curves.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

History with(const Metrics& figures) { return {{{1, 0.01, figures, figures}, {2, 0.01, figures, figures}}}; }

std::vector<std::string> titles(const History& history) {
  std::vector<std::string> found;
  for (const Chart& chart : learning_curves(history, "").charts) found.push_back(chart.title);
  return found;
}

using Strings = std::vector<std::string>;

TEST(LearningCurves, ShowErrorTopFiveAndLoss) {
  const History history =
      with({{"loss", 3}, {"top_1", 0.5}, {"top_5", 0.9}, {"rmse", 1.4}, {"keras_top_5", 1}});
  EXPECT_EQ(titles(history), (Strings{"RMSE", "Top-5 accuracy", "Loss"}));
  EXPECT_EQ(learning_curves(history, "anime").title, "anime");
}

TEST(LearningCurves, TakeTheMiddleKWithoutATopFive) {
  EXPECT_EQ(titles(with({{"top_100", 0.9}, {"top_1", 0.5}, {"top_10", 0.7}})), (Strings{"Top-10 accuracy"}));
}

TEST(LearningCurves, ShowEveryLabelAndFallBackToTheAuc) {
  EXPECT_EQ(titles(with({{"rating_rmse", 1}, {"watched_rmse", 1}, {"auc", 1}})),
            (Strings{"RMSE of rating", "RMSE of watched"}));
  EXPECT_EQ(titles(with({{"auc", 1}, {"log_loss", 1}})), (Strings{"AUC"}));
}

TEST(LearningCurves, PutTrainingBesideValidation) {
  History history = with({{"rmse", 1.4}});
  history.epochs[1].validation = {{"rmse", 1.5}};
  const Chart chart = learning_curves(history, "").charts.at(0);
  ASSERT_EQ(chart.series.size(), 2u);
  EXPECT_EQ(chart.series[0].name, "training");
  EXPECT_EQ(chart.series[1].name, "validation");
  EXPECT_EQ(chart.series[1].points.at(1).x, 2);
  EXPECT_EQ(chart.series[1].points.at(1).y, 1.5);
}

TEST(LearningCurves, LeaveOutAnAbsentValidation) {
  const History history{{{1, 0.01, {{"loss", 3}}, {}}}};
  EXPECT_EQ(learning_curves(history, "").charts.at(0).series.size(), 1u);
}

// A history with these validation values by epoch.
History validated(const char* name, const std::vector<double>& values) {
  History history;
  for (double value : values)
    history.epochs.push_back({int(history.epochs.size()) + 1, 0.01, {{name, 0.5}}, {{name, value}}});
  return history;
}

TEST(LearningCurves, MarkTheKeptEpochWithItsValidationValue) {
  const ChartRow row = learning_curves(validated("rmse", {1.9, 1.84, 2.1}), "", 2);
  ASSERT_TRUE(row.charts.at(0).mark);
  EXPECT_EQ(row.charts[0].mark->x, 2);
  EXPECT_EQ(row.charts[0].mark->text, "kept: epoch 2, 1.840");
  EXPECT_FALSE(learning_curves(validated("rmse", {1.9}), "").charts.at(0).mark);
}

TEST(LearningCurves, SayWhenValidationTurns) {
  const auto note = [](const char* name, const std::vector<double>& values) {
    return learning_curves(validated(name, values), "").charts.at(0).note;
  };
  EXPECT_EQ(note("rmse", {1.9, 1.84, 2.1}), "Validation is best in epoch 2: 1.840, but 2.100 in epoch 3.");
  EXPECT_EQ(note("top_5", {0.5, 0.7, 0.6}), "Validation is best in epoch 2: 0.7000, but 0.6000 in epoch 3.");
  EXPECT_EQ(note("rmse", {1.9, 1.95, 1.84}), "");
  EXPECT_EQ(note("auc", {0.5, 0.6}), "");
  EXPECT_EQ(
      learning_curves({{{1, 0.01, {{"loss", 3}}, {}}, {2, 0.01, {{"loss", 4}}, {}}}}, "").charts.at(0).note,
      "");
}

TEST(LearningCurves, OfNothingAreEmpty) { EXPECT_TRUE(learning_curves({}, "").charts.empty()); }

}  // namespace
}  // namespace shortlist
