#include "shortlist/losses/group_loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "shortlist/losses/ranking_losses.h"
#include "shortlist/testing/loss_check.h"

namespace shortlist {
namespace {

// One list with the rows 0, 1, ...
struct List {
  std::vector<float> scores, labels, weights = {};

  double run(Loss& loss, std::vector<float>* slopes = nullptr) {
    const size_t n = scores.size();
    std::vector<uint32_t> rows(n), offsets = {0, static_cast<uint32_t>(n)};
    std::iota(rows.begin(), rows.end(), 0);
    if (slopes != nullptr) slopes->assign(n, 777);
    ThreadPool pool(1);
    return loss.run(
        pool,
        {.rows = n,
         .scores = {{scores.data(), n, 1, 1}, {slopes != nullptr ? slopes->data() : nullptr, n, 1, 1}},
         .labels = {labels, rows},
         .weights = {weights, rows},
         .rows_of_group = {offsets, rows}},
        1);
  }
};

template <typename Formula>
double loss_of(List list, double temperature = 1) {
  GroupLossOf<Formula> loss({}, temperature);
  return list.run(loss);
}

TEST(PairwiseHinge, MatchesTheWorkedExample) {
  // Pairs (0, 1): max(0, 1 - 0.5); (0, 2): max(0, 1 - 2); (1, 2): max(0, 1 - 1.5).
  EXPECT_NEAR(loss_of<PairwiseHinge>({{2, 1.5f, 0}, {2, 1, 0}}), 0.5 / 3, 1e-12);
}

TEST(PairwiseHinge, DividesScoresByTheTemperature) {
  EXPECT_NEAR(loss_of<PairwiseHinge>({{2, 1.5f, 0}, {2, 1, 0}}, 2), (0.75 + 0 + 0.25) / 3, 1e-12);
}

TEST(PairwiseLogistic, MatchesTheWorkedExample) {
  const float log3 = std::log(3.0f);
  EXPECT_NEAR(loss_of<PairwiseLogistic>({{log3, 0}, {1, 0}}), std::log(4.0 / 3) / 2, 1e-6);
}

TEST(PairwiseLogistic, StaysFiniteWithDistantScores) {
  EXPECT_NEAR(loss_of<PairwiseLogistic>({{-2000, 0}, {1, 0}}), 1000, 1e-9);
  EXPECT_EQ(loss_of<PairwiseLogistic>({{2000, 0}, {1, 0}}), 0);
}

TEST(PairwiseSoftZeroOne, MatchesTheWorkedExample) {
  EXPECT_NEAR(loss_of<PairwiseSoftZeroOne>({{std::log(3.0f), 0}, {1, 0}}), 0.25 / 2, 1e-6);
}

TEST(PairwiseMeanSquaredError, MatchesTheWorkedExampleOfKerasRs) {
  EXPECT_NEAR(loss_of<PairwiseMeanSquaredError>({{1, 3, 2, 4, 0.8f}, {1, 0, 1, 3, 2}}), 19.104, 1e-5);
}

TEST(ListMle, MatchesTheWorkedExample) {
  // The best order is row 1, row 0: -log(3 / 4) - log 1.
  EXPECT_NEAR(loss_of<ListMle>({{0, std::log(3.0f)}, {0, 1}}), std::log(4.0 / 3), 1e-6);
}

TEST(ListwiseSoftmax, MatchesTheWorkedExample) {
  EXPECT_NEAR(loss_of<ListwiseSoftmax>({{0, std::log(3.0f)}, {1, 0}}), std::log(4.0), 1e-6);
}

template <typename Test>
void for_each_group_loss(const Test& test) {
  for (const auto& [kind, name] : EnumNames<RankingLossKind>::names) {
    SCOPED_TRACE(name);
    RankingLoss loss;
    loss.kind = kind;
    if (loss.compares_rows()) test(loss);
  }
}

TEST(GroupLosses, HaveAllSixLosses) {
  int count = 0;
  for_each_group_loss([&](const RankingLoss&) { ++count; });
  EXPECT_EQ(count, 6);
}

TEST(GroupLosses, LeaveOutRowsWithALabelBelowZero) {
  for_each_group_loss([](const RankingLoss& loss) {
    List with{{0.3f, 9, -0.7f, -5}, {1, -1, 2, -1}}, without{{0.3f, -0.7f}, {1, 2}};
    std::vector<float> slopes, expected;
    const double got = with.run(*loss.make(), &slopes);
    const double share =
        loss.make()->needs().groups && (loss.name() == "list_mle" || loss.name() == "listwise_softmax") ? 1
                                                                                                        : 0.5;
    EXPECT_NEAR(got, share * without.run(*loss.make(), &expected), 1e-12);
    EXPECT_EQ(slopes[1], 0);
    EXPECT_EQ(slopes[3], 0);
    EXPECT_NEAR(slopes[2], share * expected[1], 1e-6);
  });
}

TEST(GroupLosses, OfListsWithoutLabelsAreZero) {
  for_each_group_loss([](const RankingLoss& loss) {
    List list{{0.3f, 9}, {-1, -1}};
    EXPECT_EQ(list.run(*loss.make()), 0);
  });
}

TEST(GroupLosses, DoNotCompareRowsOfDifferentGroups) {
  const std::vector<float> scores = {0.3f, -0.7f, 2}, labels = {1, 2, 4};
  const std::vector<uint32_t> rows = {0, 2, 1}, numbers = {0, 1, 2}, offsets = {0, 2, 3};
  for_each_group_loss([&](const RankingLoss& loss) {
    ThreadPool pool(2);
    const double both = loss.make()->run(pool,
                                         {.rows = 3,
                                          .scores = {{scores.data(), 3, 1, 1}, {}},
                                          .labels = {labels, numbers},
                                          .rows_of_group = {offsets, rows}},
                                         1);
    List first{{0.3f, 2}, {1, 4}}, second{{-0.7f}, {2}};
    const bool over_groups = loss.name() == "list_mle" || loss.name() == "listwise_softmax";
    const double a = first.run(*loss.make()), b = second.run(*loss.make());
    EXPECT_NEAR(both, over_groups ? (a + b) / 2 : (2 * a + b) / 3, 1e-6);
  });
}

TEST(GroupLosses, PartsOfABatchAddUpToTheWhole) {
  for_each_group_loss([](const RankingLoss& loss) {
    LossExample example;
    ThreadPool pool(1);
    const LossBatch whole = example.batch();
    double sum = 0;
    for (const RowRange part : {RowRange{0, 2}, RowRange{2, LossExample::kQueries}}) {
      LossBatch batch = whole;
      batch.rows_of_group.offsets = whole.rows_of_group.offsets.subspan(part.begin, part.size() + 1);
      batch.groups = LossExample::kQueries;
      sum += loss.make()->run(pool, batch, 1);
    }
    EXPECT_NEAR(sum, loss.make()->run(pool, whole, 1), 1e-12);
  });
}

}  // namespace
}  // namespace shortlist
