#include "shortlist/metrics/evaluation.h"
#include "shortlist/report/evaluation_text.h"

#include <gtest/gtest.h>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

constexpr size_t rows = 2000;

struct Rows {
  std::vector<uint32_t> query, candidate, user;
  std::vector<float> label;
  Observations view() const { return {label.size(), query, candidate, user, label, {}}; }
};

// Labels of 0 and 1 that depend on users, not items: user u likes with probability (u + 1) / 11.
Rows clicks(uint64_t seed) {
  const RandomStream random(seed, "clicks");
  Rows made;
  for (size_t i = 0; i < rows; ++i) {
    made.user.push_back(static_cast<uint32_t>(random.below(4 * i, 10)));
    made.candidate.push_back(static_cast<uint32_t>(random.below(4 * i + 1, 20)));
    made.query.push_back(made.user.back());
    made.label.push_back(random.uniform(4 * i + 2) < (made.user.back() + 1) / 11.0 ? 1.f : 0.f);
  }
  return made;
}

std::string sentences(const TaskReport& task) {
  std::string text;
  for (const std::string& line : verdict({"test", rows, 0, {}, {task}})) text += line + "\n";
  return text;
}

TEST(Evaluation, FindsThatAModelKnowsNoMoreThanTheUsersBias) {
  const Rows train = clicks(1), test = clicks(2);
  std::vector<float> truth;
  for (uint32_t user : test.user) truth.push_back(static_cast<float>(user + 1) / 11);
  const TaskReport report = evaluate_ratings("clicked", fit_label_means(train.view()), test.view(), truth, 1);
  std::string names;
  for (const ReportMetric& figure : report.model) {
    names += figure.name + " ";
    EXPECT_EQ(figure.interval.has_value(),
              figure.name != "keras_auc" && figure.name != "calibration_error" && figure.name != "gauc")
        << figure.name;
  }
  EXPECT_EQ(names, "rmse mae log_loss calibration_error accuracy auc gauc keras_auc ");
  const std::string text = sentences(report);
  EXPECT_TRUE(text.starts_with("The model's predictions of clicked beat the ")) << text;
  EXPECT_NE(text.find("log_loss"), std::string::npos) << text;
  EXPECT_NE(text.find("user and item biases: "), std::string::npos) << text;
}

TEST(Evaluation, PutsEveryFigureInsideItsInterval) {
  const Rows train = clicks(1), test = clicks(2);
  std::vector<Rank> rank;
  for (size_t i = 0; i < rows; ++i) {
    rank.push_back({static_cast<uint32_t>(RandomStream(3, "rank").below(i, 20)), i % 3 == 0});
  }
  const TaskReport report = evaluate_retrieval(fit_candidate_weights(train.view(), 20), test.view(),
                                               {rank, {}}, nullptr, {1, 10}, 1);
  ASSERT_EQ(report.model.size(), 6u);
  for (const ReportMetric& figure : report.model) {
    ASSERT_TRUE(figure.interval.has_value()) << figure.name;
    EXPECT_LT(figure.interval->low, figure.value) << figure.name;
    EXPECT_GT(figure.interval->high, figure.value) << figure.name;
  }
  ASSERT_EQ(report.baselines.size(), 2u);
  EXPECT_EQ(report.baselines[0].figures.size(), 4u);  // without Keras's
}

TEST(Evaluation, CallsAModelThatIsTheBaselineNoBetter) {
  const Rows train = clicks(1), test = clicks(2);
  const std::vector<Rank> rank(rows, Rank{19, 0});
  const TaskReport worst =
      evaluate_retrieval(fit_candidate_weights(train.view(), 20), test.view(), {rank, {}}, nullptr, {1}, 1);
  EXPECT_NE(sentences(worst).find("The model's retrieval is worse than popularity: top_1 0.000 "),
            std::string::npos)
      << sentences(worst);
  const std::vector<float> half(rows, 0.5f);
  const std::string text =
      sentences(evaluate_ratings("clicked", fit_label_means(train.view()), test.view(), half, 1));
  EXPECT_TRUE(text.starts_with("The model's predictions of clicked are no better than ")) << text;
}

TEST(Evaluation, GivesTheSameIntervalsForTheSameSeed) {
  const Rows train = clicks(1), test = clicks(2);
  const std::vector<float> half(rows, 0.5f);
  const auto json = [&](uint64_t seed) {
    return report_json({"test",
                        rows,
                        0,
                        {},
                        {evaluate_ratings("y", fit_label_means(train.view()), test.view(), half, seed)}});
  };
  EXPECT_EQ(json(1), json(1));
  EXPECT_NE(json(1), json(2));
}

}  // namespace
}  // namespace shortlist
