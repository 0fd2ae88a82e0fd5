// The in-batch softmax with accidental hits, drawn negatives, excluded candidates, hard negatives and queries
// with several vectors.
#include <gtest/gtest.h>

#include <numeric>

#include "shortlist/losses/in_batch_softmax.h"
#include "shortlist/losses/query_vectors.h"
#include "shortlist/testing/loss_check.h"
#include "shortlist/testing/retrieval_example.h"

namespace shortlist {
namespace {

TEST(SoftmaxNegatives, AgreeWithOnePairAfterAnother) {
  for (const AccidentalHits hits : {AccidentalHits::none, AccidentalHits::item, AccidentalHits::user}) {
    for (const bool drawn : {false, true}) {
      for (const double size : {1.0, 12.0}) {  // with 12, some candidates are far above all others
        SCOPED_TRACE(fmt::format("accidental hits {}, drawn {}, size {}", enum_name(hits), drawn, size));
        RetrievalExample example(9, 17, 30, 1, size);
        if (drawn) example.draw_for_all();
        if (hits == AccidentalHits::user) example.exclude();
        example.sample_unevenly();
        InBatchSoftmax loss(0.8f, {.accidental_hits = hits});
        expect_close(example.run(loss), slow_loss(example, slow_softmax, 0.8f, hits));
      }
    }
  }
}

TEST(SoftmaxNegatives, AgreeWithManyBlocks) {
  RetrievalExample example(230, 300, 300);
  example.exclude();
  InBatchSoftmax loss(1, {.accidental_hits = AccidentalHits::item});
  expect_close(example.run(loss, 2, 0.5), slow_loss(example, slow_softmax, 1, AccidentalHits::item), 0.5);
}

// The softmax over the own candidate and the `count` negatives with the highest corrected scores.
SlowFormula hard_softmax(double count) {
  return [count](const SlowScores& x) {
    std::vector<size_t> order(x.scores.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, std::greater(), [&](size_t j) { return x.scores[j] - x.log_shares[j]; });
    SlowScores hard{.own = x.own, .own_log_share = x.own_log_share, .items = x.items};
    double left = count;
    for (const size_t j : order) {
      hard.scores.push_back(x.scores[j]);
      hard.log_shares.push_back(x.log_shares[j]);
      hard.counts.push_back(std::min(left, x.counts[j]));
      left -= hard.counts.back();
    }
    return slow_softmax(hard);
  };
}

TEST(SoftmaxNegatives, HardNegativesAreThoseWithTheHighestScores) {
  for (const AccidentalHits hits : {AccidentalHits::none, AccidentalHits::item, AccidentalHits::user}) {
    for (const int count : {1, 3, 1000}) {
      SCOPED_TRACE(fmt::format("accidental hits {}, {} hard negatives", enum_name(hits), count));
      RetrievalExample example(9, 17, 30);
      if (hits == AccidentalHits::user) example.exclude();
      example.sample_unevenly();
      InBatchSoftmax loss(0.8f, {.accidental_hits = hits, .hard_negatives = count});
      expect_close(example.run(loss), slow_loss(example, hard_softmax(count), 0.8f, hits));
    }
  }
}

TEST(SoftmaxNegatives, GradientsMatchFiniteDifferences) {
  InBatchSoftmax item(0.7f, {.reduction = Reduction::mean, .accidental_hits = AccidentalHits::item});
  expect_gradients_match(item);
  InBatchSoftmax hard(0.7f, {.hard_negatives = 3});
  expect_gradients_match(hard);
}

TEST(SoftmaxNegatives, GiveTheSameBitsWithAnyNumberOfThreads) {
  RetrievalExample example(230, 300, 300);
  example.exclude();
  InBatchSoftmax user(1, {.accidental_hits = AccidentalHits::user});
  expect_same_bits_for_any_threads(example, user);
  InBatchSoftmax hard(1, {.accidental_hits = AccidentalHits::item, .hard_negatives = 7});
  expect_same_bits_for_any_threads(example, hard);
}

// A pair without any negative has no loss.
TEST(SoftmaxNegatives, APairMayHaveNone) {
  RetrievalExample example(1, 2, 1);
  example.doubled = 1;
  example.item = {0, 0};
  InBatchSoftmax loss(1, {.accidental_hits = AccidentalHits::item});
  const RetrievalResult result = example.run(loss);
  EXPECT_NEAR(result.loss, 0, 1e-6);
  for (const double x : result.du) EXPECT_NEAR(x, 0, 1e-6);
}

// Each query has two vectors. Scores are the higher of both.
TEST(SoftmaxNegatives, SeveralVectorsOfAQueryCountByTheirHighestScore) {
  const RetrievalExample example(60, 130, 80);
  constexpr size_t kWidth = RetrievalExample::kWidth, kVectors = 3;
  Buffer u(60, kVectors * kWidth), du(60, kVectors * kWidth), dv(130, kWidth);
  for (size_t i = 0; i < u.size(); ++i) u.data()[i] = static_cast<float>(RandomStream(2, "u").normal(i));
  InBatchSoftmax softmax(0.8f, {.accidental_hits = AccidentalHits::item});
  ThreadPool pool(2);
  const auto run = [&](bool gradients) {
    LossBatch batch = example.batch(Matrix(), gradients ? dv.view(130, kWidth) : Matrix());
    batch.queries = {u.view(60, kVectors * kWidth), gradients ? du.view(60, kVectors * kWidth) : Matrix()};
    return softmax.run(pool, batch, 1);
  };
  double slow = 0;
  for (uint32_t p = 0; p < example.pair_query.size(); ++p) {
    const auto score = [&](uint32_t j) {
      double highest = -INFINITY;
      for (size_t i = 0; i < kVectors; ++i) {
        double sum = 0;
        for (size_t c = 0; c < kWidth; ++c)
          sum += static_cast<double>(u.view(60, kVectors * kWidth)(example.pair_query[p], i * kWidth + c)) *
                 example.v.data()[j * kWidth + c];
        highest = std::max(highest, sum / 0.8f);
      }
      return highest;
    };
    SlowScores scores{.own = score(example.pair_candidate[p]), .own_log_share = 0, .items = 0};
    for (const auto& [j, count] : example.negatives_of(p, AccidentalHits::item)) {
      scores.scores.push_back(score(j));
      scores.log_shares.push_back(0);
      scores.counts.push_back(count);
    }
    slow += example.pair_weight[p] * slow_softmax(scores);
  }
  EXPECT_NEAR(run(true), slow, 1e-5 * slow);
  for (size_t i = 0; i < 60 * kVectors * kWidth; i += 7) {
    const float before = u.data()[i];
    u.data()[i] = before + 1e-2f;
    const double high = run(false);
    u.data()[i] = before - 1e-2f;
    EXPECT_NEAR(du.data()[i], (high - run(false)) / 2e-2, 5e-3) << i;
    u.data()[i] = before;
  }
}

}  // namespace
}  // namespace shortlist
