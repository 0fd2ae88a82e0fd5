#include "shortlist/losses/ranking_losses.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "shortlist/testing/loss_check.h"

namespace shortlist {
namespace {

TEST(MeanSquaredError, MatchesTheWorkedExample) { EXPECT_EQ(MeanSquaredError().at(7, 4).loss, 9); }

TEST(MeanAbsoluteError, MatchesTheWorkedExample) { EXPECT_EQ(MeanAbsoluteError().at(4, 7).loss, 3); }

TEST(Huber, MatchesTheWorkedExamples) {
  EXPECT_EQ(Huber().at(4.5, 4).loss, 0.125);
  EXPECT_EQ(Huber{2}.at(7, 4).loss, 2 * (3 - 1));
}

TEST(BinaryCrossentropy, MatchesTheWorkedExamples) {
  const BinaryCrossentropy loss;
  EXPECT_NEAR(loss.at(std::log(3.0), 1).loss, -std::log(0.75), 1e-12);
  EXPECT_NEAR(loss.at(std::log(3.0), 0).loss, -std::log(0.25), 1e-12);
  EXPECT_NEAR(loss.at(std::log(3.0), 0.5).loss, -0.5 * std::log(0.75 * 0.25), 1e-12);
}

TEST(BinaryCrossentropy, StaysFiniteWithLargeLogits) {
  const BinaryCrossentropy loss;
  EXPECT_EQ(loss.at(2000, 0).loss, 2000);
  EXPECT_EQ(loss.at(-2000, 0).loss, 0);
  EXPECT_EQ(loss.at(-2000, 1).derivative, -1);
}

TEST(LogCosh, MatchesTheWorkedExamples) {
  EXPECT_NEAR(LogCosh().at(3 + std::log(2.0), 3).loss, std::log(1.25), 1e-12);  // cosh(log 2) = (2 + 1/2) / 2
  EXPECT_NEAR(LogCosh().at(3 - std::log(2.0), 3).derivative, -0.6, 1e-12);
  EXPECT_NEAR(LogCosh().at(-2000, 0).loss, 2000 - std::log(2.0), 1e-9);
}

// Calls test(loss) for each loss of the list with one score per row.
template <typename Test>
void for_each_loss(const Test& test) {
  for (const auto& [kind, name] : EnumNames<RankingLossKind>::names) {
    SCOPED_TRACE(name);
    RankingLoss loss;
    loss.kind = kind;
    if (loss.prediction() != Prediction::classes) test(loss);
  }
}

TEST(RankingLosses, GradientsMatchFiniteDifferences) {
  for_each_loss([](const RankingLoss& loss) { expect_gradients_match(*loss.make()); });
}

TEST(RankingLosses, DerivativesMatchFiniteDifferencesFarFromTheLabel) {
  constexpr double kStep = 1e-5;
  for_each_loss([](const RankingLoss& loss) {
    loss.with_chosen([](const auto& formula) {
      if constexpr (requires { formula.at(0.0, 0.0); })
        for (double score : {-9.3, -1.4, -0.2, 0.1, 0.7, 2.6, 8.0}) {
          for (double label : {0.0, 0.3, 1.0}) {
            const double rise = formula.at(score + kStep, label).loss - formula.at(score - kStep, label).loss;
            EXPECT_NEAR(formula.at(score, label).derivative, rise / (2 * kStep), 1e-6);
          }
        }
    });
  });
}

TEST(RankingLosses, APerfectPredictionOfALabelHasNoSlope) {
  for_each_loss([](const RankingLoss& loss) {
    if (loss.prediction() != Prediction::label) return;
    loss.with_chosen([](const auto& formula) {
      if constexpr (requires { formula.at(0.0, 0.0); }) {
        EXPECT_EQ(formula.at(3, 3).loss, 0);
        EXPECT_EQ(formula.at(3, 3).derivative, 0);
      }
    });
  });
}

// Enough scores for many tasks.
TEST(RankingLosses, HaveTheSameBitsForAnyNumberOfThreads) {
  constexpr size_t kScores = 1000;
  Buffer scores(kScores, 1), gradient(kScores, 1);
  for (size_t i = 0; i < kScores; ++i)
    scores.data()[i] = static_cast<float>(RandomStream(1, "scores").normal(i));
  const std::vector<float> labels(kScores, 0.3f);
  std::vector<uint32_t> rows(kScores);
  std::iota(rows.begin(), rows.end(), 0);
  std::vector<uint32_t> offsets = {0};
  while (offsets.back() < kScores) offsets.push_back(std::min<uint32_t>(kScores, offsets.back() + 7));
  const LossBatch batch{.rows = kScores,
                        .scores = {scores.view(kScores, 1), gradient.view(kScores, 1)},
                        .labels = {labels, rows},
                        .rows_of_group = {offsets, rows}};
  for_each_loss([&](const RankingLoss& loss) {
    ThreadPool one(1), three(3);
    EXPECT_EQ(loss.make()->run(one, batch, 1), loss.make()->run(three, batch, 1));
  });
}

TEST(RankingLosses, PartsOfABatchAddUpToTheWhole) {
  for_each_loss([](const RankingLoss& loss) {
    if (loss.compares_rows()) return;  // group_loss_test.cc
    LossExample example;
    ThreadPool pool(1);
    const LossBatch whole = example.batch();
    double sum = 0;
    for (const RowRange part : {RowRange{0, 5}, RowRange{5, LossExample::kPairs}}) {
      LossBatch batch = whole;
      batch.scores.value = whole.scores.value.slice(part.begin, part.end);
      batch.scores.gradient = whole.scores.gradient.slice(part.begin, part.end);
      batch.rows_of_score.offsets = whole.rows_of_score.offsets.subspan(part.begin, part.size() + 1);
      sum += loss.make()->run(pool, batch, 1);
    }
    EXPECT_NEAR(sum, loss.make()->run(pool, whole, 1), 1e-12);
  });
}

// The loss of a batch with one score per row equals the mean of held_out().
TEST(RankingLosses, HeldOutRowsCostWhatTheirBatchesCost) {
  const std::vector<float> scores = {0.1f, -2, 0.7f}, labels = {0, 1, 0.5f, 1}, weights = {1, 2, 0.5f, 1};
  const std::vector<uint32_t> score = {0, 2, 2, 1}, rows = {0, 1, 2, 3}, offsets = {0, 3, 4};
  const Groups groups{offsets, rows};
  std::vector<float> of_rows;
  for (uint32_t s : score) of_rows.push_back(scores[s]);
  const LossBatch batch{.rows = 4,
                        .scores = {{of_rows.data(), 4, 1, 1}, {}},
                        .labels = {labels, rows},
                        .weights = {weights, rows},
                        .rows_of_group = groups};
  const HeldOutRows held{.rows = 4,
                         .batch = 4,
                         .scores = scores,
                         .score = score,
                         .labels = {labels, rows},
                         .weights = {weights, rows},
                         .rows_of_group = groups};
  for_each_loss([&](const RankingLoss& loss) {
    ThreadPool pool(1);
    EXPECT_NEAR(loss.make()->held_out(pool, held), loss.make()->run(pool, batch, 1), 1e-12);
  });
}

TEST(RankingLoss, IsTheFirstOfTheListUnlessItIsNamed) {
  RankingLoss loss;
  EXPECT_EQ(loss.name(), "mean_squared_error");
  EXPECT_EQ(loss.prediction(), Prediction::label);
}

}  // namespace
}  // namespace shortlist
