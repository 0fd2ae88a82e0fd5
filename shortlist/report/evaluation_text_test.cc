#include "shortlist/report/evaluation_text.h"
#include "shortlist/metrics/evaluation_report.h"

#include <gtest/gtest.h>

#include <limits>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

EvaluationReport example() {
  EvaluationReport report{"test", 10'358, 0.99546, {{"loss", 1430.25}}, {}};
  report.tasks = {
      {"retrieval",
       {{"top_1", 0.887, Interval{0.881, 0.893}}, {"top_10", 1, {}}, {"keras_top_1", 0.613, {}}},
       {{"popularity", {{"top_1", 0.0069, Interval{0.87, 0.89}}, {"top_10", 0.05, Interval{0.9, 0.99}}}},
        {"most frequent per query",
         {{"top_1", 0.9084, Interval{-0.03, -0.01}}, {"top_10", 1, Interval{0, 0}}}}}},
      {"Feedback",
       {{"rmse", 1.459, Interval{1.441, 1.478}}},
       {{"global mean", {{"rmse", 1.526, Interval{-0.08, -0.05}}}},
        {"item mean", {{"rmse", 1.45, Interval{-0.01, 0.02}}}},
        {"user and item biases", {{"rmse", 1.178, Interval{0.2, 0.3}}}}}}};
  return report;
}

TEST(EvaluationReport, ReadsAsAVerdictAndATableForEachTask) {
  EXPECT_EQ(
      report_text(example(), ReportDetail::full),
      "test: 10,358 rows; 99.55 % of them also occur, identical, in train\n"
      "\n"
      "The model's retrieval beats popularity: top_10 1.000 against 0.05000.\n"
      "The model's retrieval is worse than a lookup table of each query's most frequent items: "
      "top_1 0.8870 against 0.9084.\n"
      "The model's predictions of Feedback are no better than the item's mean: rmse 1.459 against 1.450.\n"
      "The model's predictions of Feedback are worse than user and item biases: rmse "
      "1.459 against 1.178.\n"
      "99.55 % of these rows also occur, identical, in train, so the figures say little about unseen "
      "rows.\n"
      "\n"
      "                                                   most frequent\n"
      "retrieval     model     95 % interval  popularity      per query\n"
      "top_1        0.8870  0.8810 to 0.8930    0.006900         0.9084\n"
      "top_10        1.000                       0.05000          1.000\n"
      "keras_top_1  0.6130\n"
      "\n"
      "                                                            user and\n"
      "Feedback  model   95 % interval  global mean  item mean  item biases\n"
      "rmse      1.459  1.441 to 1.478        1.526      1.450        1.178\n"
      "\n"
      "loss  1,430\n");
}

TEST(EvaluationReport, FitsAScreenInBrief) {
  EvaluationReport report{"test", 10, 0, {{"loss", 1}}, {}};
  TaskReport& task = report.tasks.emplace_back(TaskReport{"retrieval", {}, {}});
  for (const char* name :
       {"top_1", "unseen_top_1", "top_5", "top_10", "unseen_top_10", "top_100", "keras_top_1", "mrr",
        "mean_rank", "recall@1", "recall@10", "unseen_recall@10", "ndcg@5", "ndcg@10"})
    task.model.push_back({name, 0.5, {}});
  report.list = ListReport{};
  report.list->drops_seen = true;
  report.list->order = "score";
  report.list->rows = 10;
  report.list->task = {"list", {{"top_1", 0.5, {}}, {"top_5", 0.5, {}}, {"top_10", 0.5, {}}}, {}};
  report.list->orders = {{"score", 0, {{"top_10", 0.5}}}};
  EXPECT_EQ(report_text(report, ReportDetail::brief),
            "test: 10 rows; 0.00 % of them also occur, identical, in train\n"
            "\n"
            "retrieval          model  95 % interval\n"
            "unseen_top_1      0.5000\n"
            "unseen_top_10     0.5000\n"
            "unseen_recall@10  0.5000\n"
            "top_1             0.5000\n"
            "top_10            0.5000\n"
            "top_100           0.5000\n"
            "mrr               0.5000\n"
            "recall@10         0.5000\n"
            "ndcg@10           0.5000\n"
            "\n"
            "Lists as served: order = score, seen items left out\n"
            "list     model  95 % interval\n"
            "top_1   0.5000\n"
            "top_10  0.5000\n");
}

TEST(EvaluationReport, ComesBackFromJsonAsItWas) {
  const std::string json = report_json(example());
  const EvaluationReport back = report_from_json(json, "report.json");
  EXPECT_EQ(report_json(back), json);
  EXPECT_EQ(report_text(back, ReportDetail::full), report_text(example(), ReportDetail::full));
  EXPECT_EQ(back.tasks[1].baselines[2].figures[0].difference, (Interval{0.2, 0.3}));
}

TEST(EvaluationReport, KeepsNotANumberInJson) {
  EvaluationReport report = example();
  report.tasks[1].model[0].value = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NE(report_text(report_from_json(report_json(report), "report.json"), ReportDetail::full)
                .find("rmse        nan"),
            std::string::npos);
}

TEST(EvaluationReport, RejectsTextThatIsNoReport) {
  const std::string json = report_json(example());
  for (const std::string& damaged :
       {json.substr(0, json.size() / 2), std::string("{}"), std::string("[1]"), std::string()}) {
    try {
      report_from_json(damaged, "run/report.json");
      FAIL() << damaged;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      EXPECT_TRUE(std::string(error.what()).starts_with("run/report.json: not an evaluation report: "))
          << error.what();
    }
  }
}

TEST(Verdict, SaysWhereTheModelIsBetterInPartAndWorseInPart) {
  EvaluationReport report = example();
  report.share_in_train = 0.1;
  report.tasks.resize(1);
  report.tasks[0].baselines = {
      {"popularity", {{"top_1", 0.9, Interval{-0.02, -0.01}}, {"top_10", 0.5, Interval{0.4, 0.6}}}}};
  EXPECT_EQ(verdict(report),
            (std::vector<std::string>{"The model's retrieval is partly better than popularity, top_10 1.000 "
                                      "against 0.5000, and partly worse, top_1 0.8870 against 0.9000."}));
}

TEST(Verdict, SaysWhenTheRowsAreThoseOfTheFit) {
  EvaluationReport report{"train", 10, 1, {}, {}};
  EXPECT_EQ(report_text(report, ReportDetail::full),
            "train: 10 rows\n\nThese rows include those that the model was fitted on, so the figures say "
            "little about unseen rows.\n");
  report = {"test", 1, 0, {}, {}};
  EXPECT_EQ(report_text(report, ReportDetail::full),
            "test: 1 row; 0.00 % of them also occur, identical, in train\n");
}

TEST(FigureText, HasFourSignificantDigits) {
  EXPECT_EQ(metric_text(0.90837), "0.9084");
  EXPECT_EQ(metric_text(0.0068558), "0.006856");
  EXPECT_EQ(metric_text(1), "1.000");
  EXPECT_EQ(metric_text(318.84), "318.8");
  EXPECT_EQ(metric_text(999.96), "1,000");
  EXPECT_EQ(metric_text(-1234567.8), "-1,234,568");
  EXPECT_EQ(metric_text(-123), "-123.0");
  EXPECT_EQ(metric_text(0), "0.000");
  EXPECT_EQ(metric_text(1.5e-7), "1.500e-07");
}

}  // namespace
}  // namespace shortlist
