#include "shortlist/losses/shared_softmax.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

constexpr size_t kDim = 9, kQueries = 37, kCandidates = 101, kRows = 530, kBatch = 64;

struct Example {
  Buffer u{kQueries, kDim}, v{kCandidates, kDim};
  std::vector<uint32_t> query, candidate;
  std::vector<float> weight, log_share;

  explicit Example(double size = 1) {
    const RandomStream random(3, "example");
    for (size_t i = 0; i < u.size(); ++i) u.data()[i] = static_cast<float>(size * random.at(0).normal(i));
    for (size_t i = 0; i < v.size(); ++i) v.data()[i] = static_cast<float>(size * random.at(1).normal(i));
    for (size_t r = 0; r < kRows; ++r) {
      query.push_back(static_cast<uint32_t>(random.at(2).below(r, kQueries)));
      candidate.push_back(static_cast<uint32_t>(random.at(3).below(r, kCandidates)));
      weight.push_back(static_cast<float>(random.at(4).uniform(r)) + 0.5f);
    }
    for (size_t j = 0; j < kCandidates; ++j)
      log_share.push_back(static_cast<float>(std::log(0.001 + random.at(5).uniform(j))));
  }
  BatchedRows rows(bool weighted, bool shares) const {
    BatchedRows rows{u.view(kQueries, kDim), v.view(kCandidates, kDim), kBatch, query, candidate};
    if (weighted) rows.weight = weight;
    if (shares) rows.candidate_log_share = log_share;
    return rows;
  }
};

// Row by row, in double.
std::vector<double> plain(const BatchedRows& x, double temperature) {
  std::vector<double> losses(x.batches());
  for (size_t r = 0; r < x.rows(); ++r) {
    const size_t begin = r / x.batch * x.batch, end = std::min(begin + x.batch, x.rows());
    std::vector<double> scores;
    double own = 0, highest = -INFINITY, total = 0;
    for (size_t j = begin; j < end; ++j) {
      double score = 0;
      for (size_t d = 0; d < kDim; ++d)
        score += static_cast<double>(x.queries(x.query[r], d)) * x.candidates(x.candidate[j], d);
      score /= temperature;
      if (!x.candidate_log_share.empty()) score -= x.candidate_log_share[x.candidate[j]];
      if (j == r) own = score;
      highest = std::max(highest, score);
      scores.push_back(score);
    }
    for (double score : scores) total += std::exp(score - highest);
    losses[r / x.batch] += x.weight_of(r) * (highest + std::log(total) - own);
  }
  return losses;
}

TEST(SharedSoftmax, AgreesWithRowByRow) {
  const Example example;
  for (const bool weighted : {false, true}) {
    for (const bool shares : {false, true}) {
      const BatchedRows rows = example.rows(weighted, shares);
      const std::vector<double> expected = plain(rows, 0.7);
      ThreadPool pool(2);
      const std::vector<double> losses = SharedSoftmax(0.7f).run(pool, rows);
      ASSERT_EQ(losses.size(), 9u);
      for (size_t b = 0; b < losses.size(); ++b) EXPECT_NEAR(losses[b] / expected[b], 1, 2e-6);
    }
  }
}

TEST(SharedSoftmax, BatchesFarBelowTheBestCandidateKeepTheirDigits) {
  const Example example(8);  // scores in the hundreds: many sums would underflow to zero
  ThreadPool pool(1);
  const BatchedRows rows = example.rows(true, false);
  const std::vector<double> expected = plain(rows, 1), losses = SharedSoftmax(1).run(pool, rows);
  for (size_t b = 0; b < losses.size(); ++b) EXPECT_NEAR(losses[b] / expected[b], 1, 1e-5);
}

TEST(SharedSoftmax, HasTheSameBitsForAnyNumberOfThreads) {
  const Example example;
  ThreadPool one(1), three(3);
  const BatchedRows rows = example.rows(true, true);
  EXPECT_EQ(SharedSoftmax(1).run(one, rows), SharedSoftmax(1).run(three, rows));
}

TEST(SharedSoftmax, PaysWhereRowsRepeat) {
  const Buffer u(800, 32), v(1000, 32), many(100'000, 32);
  const std::vector<uint32_t> rows(55'000);
  EXPECT_TRUE(SharedSoftmax::pays({u.view(800, 32), v.view(1000, 32), 2000, rows, rows}));
  EXPECT_FALSE(SharedSoftmax::pays({u.view(800, 32), v.view(1000, 32), 55'000, rows, rows}));
  EXPECT_FALSE(SharedSoftmax::pays({u.view(800, 32), many.view(100'000, 32), 2000, rows, rows}));
}

}  // namespace
}  // namespace shortlist
