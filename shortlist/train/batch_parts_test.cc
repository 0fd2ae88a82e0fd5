// Training in parts over ranks: the same bytes for any number of ranks and threads, and the same mathematics
// as one part.
#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/ranks/in_process.h"
#include "shortlist/testing/prepared_table.h"
#include "shortlist/train/batch_split.h"

namespace shortlist {
namespace {

const TinyTable& table() {
  static const TinyTable table;
  return table;
}

// The parameters after a training over some ranks, as each rank has them, and the epochs that rank 0 reports.
struct Result {
  std::vector<std::vector<float>> numbers;
  History history;
};

Changes with_parts(Changes changes, int parts) {
  changes.emplace_back("epochs    = 4", "epochs = 2\nbatch_parts = " + std::to_string(parts));
  return changes;
}

Result train_over(int ranks, int threads, const Changes& changes, int parts = 8) {
  Result result;
  result.numbers.resize(static_cast<size_t>(ranks));
  std::vector<std::unique_ptr<TinyModel>> models;  // DuckDB reads one table at a time
  for (int r = 0; r < ranks; ++r)
    models.push_back(std::make_unique<TinyModel>(table(), with_parts(changes, parts), threads));
  run_in_process(ranks, [&](Communicator& own) {
    TinyModel& model = *models[static_cast<size_t>(own.rank())];
    Trainer trainer(resolve_training(model.config), model.spec, model.parameters, model.data(), model.pool,
                    &own);
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    trainer.run(nobody, stop);
    result.numbers[static_cast<size_t>(own.rank())] = model.numbers();
    if (own.rank() == 0) result.history = trainer.state().history;
  });
  return result;
}

// Without dropout, whose random numbers belong to rows of a part.
const Changes kNoDropout = {{", { dropout = 0.2 }", ""}};

Changes with_retrieval(const std::string& settings, Changes more = {}) {
  more.emplace_back("reduction = \"mean\"", settings);
  return more;
}

Changes with_history(const std::string& settings) {
  return {{"[query]", "watched = { kind = \"history\", length = 4" + settings + " }\n\n[query]"},
          {"features = [\"user\", \"country\"]", "features = [\"user\", \"country\", \"watched\"]"}};
}

const std::vector<std::pair<std::string, Changes>>& configs() {
  static const std::vector<std::pair<std::string, Changes>> all = {
      {"two towers", {}},
      {"two towers without dropout", kNoDropout},
      {"two towers without batch statistics", {{", { batch_norm = true }, { dropout = 0.2 }", ""}}},
      {"a pooled history", with_history("")},
      {"a history with a recurrent layer", with_history(", layers = [{ dropout = 0.1 }, { gru = 6 }]")},
      {"a history with attention", with_history(", layers = [{ self_attention = 6 }]")},
      {"sampled softmax", with_retrieval("loss = \"sampled_softmax\"\nnegatives = { uniform = 5 }")},
      {"full softmax", with_retrieval("loss = \"full_softmax\"")},
      {"bpr", with_retrieval("loss = \"bpr\"")},
      {"hinge", with_retrieval("loss = \"hinge\"")},
      {"cosine_contrastive",
       with_retrieval(
           "loss = \"cosine_contrastive\"",
           {{"layers   = [{ dense = 8 }]", "layers   = [{ dense = 8 }, { l2_normalize = true }]"},
            {"layers     = [{ dense = 8 }]", "layers     = [{ dense = 8 }, { l2_normalize = true }]"}})},
      {"gbce", with_retrieval("loss = \"gbce\"")},
      {"negatives per pair",
       with_retrieval(
           "loss = \"sampled_softmax\"\nnegatives = { uniform = 3, popularity = 2, per_pair = true }")},
      {"earlier rows", with_retrieval("negatives = { earlier = 20 }\naccidental_hits = \"user\"")},
      {"streaming estimate",
       with_retrieval(
           "sampling_estimate = \"streaming\"\nsampling_correction = true\naccidental_hits = \"item\"")},
      {"list_mle", {{"label  = \"rating\"", "label = \"rating\"\nloss = \"list_mle\""}}},
      {"pairwise", {{"label  = \"rating\"", "label = \"rating\"\nloss = \"pairwise_logistic\""}}},
      {"learned task weights", {{"batch     = 50", "batch = 50\ntask_weights = \"learned\""}}},
      {"adagrad by rows", {{"{ adam = 0.01 }", "{ adagrad = 0.1, rowwise = true }"}}},
      {"average", {{"batch     = 50", "batch = 50\naverage = { kind = \"exponential\", momentum = 0.9 }"}}},
  };
  return all;
}

class BatchParts : public testing::TestWithParam<size_t> {};

TEST_P(BatchParts, HaveTheSameBytesForAnyRanksAndThreads) {
  const auto& [name, changes] = configs()[GetParam()];
  const Result one = train_over(1, 1, changes);
  for (const double loss : {*find_metric(one.history.epochs.back().train, "loss")})
    ASSERT_TRUE(std::isfinite(loss)) << name;
  for (const auto& [ranks, threads] : {std::pair(1, 3), {2, 1}, {3, 2}, {4, 1}, {8, 1}}) {
    const Result more = train_over(ranks, threads, changes);
    for (const std::vector<float>& numbers : more.numbers)
      EXPECT_EQ(numbers, one.numbers[0]) << name << ", " << ranks << " ranks";
    EXPECT_EQ(more.history.epochs.back().train, one.history.epochs.back().train) << name;
    EXPECT_EQ(more.history.epochs.back().validation, one.history.epochs.back().validation) << name;
  }
}
INSTANTIATE_TEST_SUITE_P(Configs, BatchParts, testing::Range(size_t{0}, configs().size()));

// Parts only change the order of sums.
TEST(BatchPartsOfOne, DescendAsTheWholeBatchDoes) {
  for (const Changes& changes :
       {kNoDropout, with_retrieval("loss = \"full_softmax\"", kNoDropout),
        with_retrieval("accidental_hits = \"item\"\nsampling_correction = true", kNoDropout)}) {
    Changes sgd = changes;
    sgd.emplace_back("{ adam = 0.01 }", "{ sgd = 0.05 }");
    const Result whole = train_over(1, 1, sgd, 1), parts = train_over(1, 1, sgd, 8);
    ASSERT_EQ(whole.numbers[0].size(), parts.numbers[0].size());
    EXPECT_NE(whole.numbers[0], parts.numbers[0]);
    double worst = 0;
    for (size_t i = 0; i < whole.numbers[0].size(); ++i)
      worst = std::max(worst, std::abs(double{whole.numbers[0][i]} - double{parts.numbers[0][i]}));
    EXPECT_LT(worst, 2e-5);
  }
}

TEST(BatchPartsOfOne, NeedARankEach) {
  try {
    train_over(3, 1, {}, 2);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "training.batch_parts = 2: 3 ranks need at least as many parts of a batch");
  }
}

TEST(BatchPartsOfOne, StopAllRanksWhenOneIsAskedTo) {
  std::vector<std::unique_ptr<TinyModel>> models;
  for (int r = 0; r < 2; ++r) models.push_back(std::make_unique<TinyModel>(table(), with_parts({}, 8), 1));
  int64_t steps[2] = {};
  run_in_process(2, [&](Communicator& own) {
    TinyModel& model = *models[static_cast<size_t>(own.rank())];
    Trainer trainer(resolve_training(model.config), model.spec, model.parameters, model.data(), model.pool,
                    &own);
    struct Stop : TrainingCallback {
      void after_step(const Progress& progress) override { stop = last && progress.step == 3; }
      bool last = false;
      std::atomic<bool> stop = false;
    } callback;
    callback.last = own.rank() == 1;
    EXPECT_EQ(trainer.run(callback, callback.stop), Trainer::Outcome::interrupted);
    steps[own.rank()] = trainer.state().step;
  });
  EXPECT_EQ(steps[0], 3);
  EXPECT_EQ(steps[1], 3);
}

TEST(BatchSplit, KeepsTheRowsOfAQueryTogether) {
  const TinyModel model(table());
  BatchSplit split(block_of(model.data()), 4, false);
  const std::vector<uint32_t> rows(model.data().split.train.begin(), model.data().split.train.begin() + 60);
  split.split(rows);
  std::map<uint32_t, size_t> part_of_query;
  size_t count = 0;
  for (size_t p = 0; p < 4; ++p) {
    for (const uint32_t row : split.part(p)) {
      const uint32_t query = model.data().pair_query[model.data().pair_of_row[row]];
      EXPECT_EQ(part_of_query.try_emplace(query, p).first->second, p);
      ++count;
    }
  }
  EXPECT_EQ(count, rows.size());
  EXPECT_EQ(split.groups(), part_of_query.size());
}

}  // namespace
}  // namespace shortlist
