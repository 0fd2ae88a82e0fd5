#include "shortlist/train/task.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/testing/loss_check.h"
#include "shortlist/testing/prepared_table.h"
#include "shortlist/train/held_out_losses.h"

namespace shortlist {
namespace {

const Changes kTwoLabels = {{"[[ranking]]\nlabel  = \"rating\"\n",
                             "[[ranking]]\nlabel = \"year\"\nweight = 0.5\nloss = \"huber\"\nlayers = []\n"
                             "[[ranking]]\nlabel  = \"rating\"\n"}};

std::vector<std::string> loss_figure_names(const std::vector<Task>& tasks) {
  std::vector<std::string> names;
  for (const Task& task : tasks) names.push_back(task.loss_metric());
  return names;
}

TEST(Tasks, AreOneForEachSectionOfTheConfig) {
  const TinyTable table;
  const TinyModel model(table);
  const std::vector<Task> tasks = make_tasks(resolve_training(model.config), model.spec);
  EXPECT_EQ(loss_figure_names(tasks), (std::vector<std::string>{"retrieval_loss", "ranking_loss"}));
  EXPECT_EQ(output_nodes(tasks),
            (std::vector<int>{model.spec.query, model.spec.candidate, model.spec.rankings[0].node}));
  EXPECT_TRUE(tasks[0].has_embeddings() && !tasks[0].has_scores());
  EXPECT_TRUE(tasks[1].has_scores() && !tasks[1].has_embeddings());
  EXPECT_EQ(tasks[1].label_scale, model.spec.rankings[0].scale);
}

TEST(Tasks, NameTheirLabelWhereSeveralAreRankings) {
  const TinyTable table;
  const TinyModel model(table, kTwoLabels);
  const std::vector<Task> tasks = make_tasks(resolve_training(model.config), model.spec);
  EXPECT_EQ(loss_figure_names(tasks),
            (std::vector<std::string>{"retrieval_loss", "ranking_loss of year", "ranking_loss of rating"}));
  EXPECT_EQ(tasks[2].figure("rmse"), "rmse of rating");
  EXPECT_EQ(tasks[1].weight, 0.5);
}

TEST(Tasks, AddUpByTheirWeights) {
  const TinyTable table;
  const TinyModel model(table, kTwoLabels);
  const std::vector<Task> tasks = make_tasks(resolve_training(model.config), model.spec);
  EXPECT_EQ(loss_metrics(tasks, {.tasks = {10, 4, 1}, .regularization = 0.25}),
            (Metrics{{"loss", 10 + 0.5 * 4 + 1 + 0.25},
                     {"retrieval_loss", 10},
                     {"ranking_loss of year", 4},
                     {"ranking_loss of rating", 1},
                     {"regularization_loss", 0.25}}));
}

// A loss over groups, such as a listwise one: the softmax over the scores of a query's rows, where a row's
// label is its target share.
class QuerySoftmax : public Loss {
 public:
  LossNeeds needs() const override { return {.scores = true, .groups = true}; }

  double run(ThreadPool&, const LossBatch& batch, double scale) override {
    std::vector<size_t> score_of_row(batch.labels.rows.size());
    for (size_t r = 0; r < score_of_row.size(); ++r) score_of_row[r] = r;
    for (size_t s = 0; s < batch.rows_of_score.size(); ++s) {
      for (uint32_t r : batch.rows_of_score[s]) score_of_row[r] = s;
    }
    const bool writes = batch.scores.gradient.data != nullptr;
    for (size_t s = 0; writes && s < batch.scores.value.rows; ++s) batch.scores.gradient(s, 0) = 0;
    double loss = 0;
    for (size_t q = 0; q < batch.rows_of_query.size(); ++q) {
      double sum = 0, labels = 0;
      for (uint32_t r : batch.rows_of_query[q]) {
        sum += std::exp(double{batch.scores.value(score_of_row[r], 0)});
        labels += batch.label(r);
      }
      for (uint32_t r : batch.rows_of_query[q]) {
        const double score = batch.scores.value(score_of_row[r], 0);
        loss += batch.label(r) * (std::log(sum) - score);
        if (!writes) continue;
        batch.scores.gradient(score_of_row[r], 0) +=
            static_cast<float>(scale * (labels * std::exp(score) / sum - batch.label(r)));
      }
    }
    return loss;
  }
};

TEST(LossOverGroups, HasGradientsThatMatchFiniteDifferences) {
  QuerySoftmax loss;
  expect_gradients_match(loss);
}

// Uses the default of Loss::held_out(), which runs batch by batch.
TEST(LossOverGroups, IsEvaluatedOverTheBatchesOfHeldOutRows) {
  const TinyTable table;
  TinyModel model(table);
  const Dataset& data = model.data();
  const std::vector<uint32_t> rows = data.split.rows("all");
  constexpr size_t kBatch = 70;
  const DistinctPairs found = distinct_pairs(data, rows);
  std::vector<std::vector<float>> scores(1);
  for (uint32_t pair : found.pairs) scores[0].push_back(static_cast<float>(pair % 11) / 4);
  const Task task{.name = "ranking",
                  .loss = std::make_unique<QuerySoftmax>(),
                  .outputs = {.score = 0},
                  .label = data.labels[0].name};
  TrainSpec spec;
  spec.settings.batch = kBatch;
  HeldOutLosses losses(spec, data, model.pool);

  double expected = 0;
  for (size_t begin = 0; begin < rows.size(); begin += kBatch) {
    const auto batch = std::span(rows).subspan(begin, std::min(kBatch, rows.size() - begin));
    const auto score = [&](uint32_t row) {
      return double{static_cast<float>(data.pair_of_row[row] % 11) / 4};
    };
    for (uint32_t row : batch) {
      double sum = 0;
      for (uint32_t other : batch) {
        if (data.query_of_row[other] == data.query_of_row[row]) sum += std::exp(score(other));
      }
      const double loss = data.labels[0].values[row] * (std::log(sum) - score(row));
      expected += loss * static_cast<double>(batch.size()) / static_cast<double>(rows.size());
    }
  }
  EXPECT_NEAR(losses.mean(task, rows, found, {{}, {}, scores}) / expected, 1, 1e-9);
}

}  // namespace
}  // namespace shortlist
