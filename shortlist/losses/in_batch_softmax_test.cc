#include "shortlist/losses/in_batch_softmax.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <cmath>
#include <numeric>

#include "shortlist/base/random.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/testing/loss_check.h"

namespace shortlist {
namespace {

constexpr size_t kDim = 9;

// Rows with a query and a candidate each; row r has the weight w[r].
struct Example {
  size_t queries, candidates;
  std::vector<uint32_t> row_query, row_candidate;
  std::vector<float> row_weight;
  Buffer u, v;

  Example(size_t queries_, size_t candidates_, size_t rows, uint64_t seed = 1)
      : queries(queries_), candidates(candidates_), u(queries_, kDim), v(candidates_, kDim) {
    const RandomStream random(seed, "example");
    for (size_t i = 0; i < u.size(); ++i) u.data()[i] = static_cast<float>(random.at(0).normal(i));
    for (size_t i = 0; i < v.size(); ++i) v.data()[i] = static_cast<float>(random.at(1).normal(i));
    for (size_t r = 0; r < rows; ++r) {
      // Each query and candidate occurs in at least one row.
      row_query.push_back(static_cast<uint32_t>(r < queries ? r : random.at(2).below(r, queries)));
      row_candidate.push_back(static_cast<uint32_t>(r < candidates ? r : random.at(3).below(r, candidates)));
      row_weight.push_back(static_cast<float>(random.at(4).uniform(r)) + 0.5f);
    }
  }
  ConstMatrix query_matrix() const { return u.view(queries, kDim); }
  ConstMatrix candidate_matrix() const { return v.view(candidates, kDim); }
};

struct Result {
  double loss = 0;
  std::vector<double> du, dv;
};

// Computed in double, over all rows and all rows' candidates, without merging. `log_share` has one entry per
// candidate, or is empty.
Result plain(const Example& x, double temperature, const std::vector<float>& log_share = {}) {
  Result result{0, std::vector<double>(x.queries * kDim), std::vector<double>(x.candidates * kDim)};
  const size_t rows = x.row_query.size();
  for (size_t r = 0; r < rows; ++r) {
    const float* u = x.u.data() + x.row_query[r] * kDim;
    std::vector<double> scores(rows);
    double total = 0;
    for (size_t j = 0; j < rows; ++j) {
      const float* v = x.v.data() + x.row_candidate[j] * kDim;
      for (size_t c = 0; c < kDim; ++c) scores[j] += static_cast<double>(u[c]) * v[c] / temperature;
      if (!log_share.empty()) scores[j] -= log_share[x.row_candidate[j]];
      total += std::exp(scores[j]);
    }
    result.loss += x.row_weight[r] * (std::log(total) - scores[r]);
    for (size_t j = 0; j < rows; ++j) {
      const double ds = x.row_weight[r] * (std::exp(scores[j]) / total - (j == r)) / temperature;
      for (size_t c = 0; c < kDim; ++c) {
        result.du[x.row_query[r] * kDim + c] += ds * x.v.data()[x.row_candidate[j] * kDim + c];
        result.dv[x.row_candidate[j] * kDim + c] += ds * u[c];
      }
    }
  }
  return result;
}

// The loss under test: one pair per row, listed by query.
Result fast(const Example& x, double temperature, int threads, double scale = 1,
            InBatchSoftmax* reused = nullptr, const std::vector<float>& log_share = {}) {
  std::vector<float> multiplicity(x.candidates);
  for (uint32_t candidate : x.row_candidate) multiplicity[candidate] += 1;
  std::vector<uint32_t> offsets = {0}, pairs;
  for (uint32_t q = 0; q < x.queries; ++q) {
    for (uint32_t r = 0; r < x.row_query.size(); ++r) {
      if (x.row_query[r] == q) pairs.push_back(r);
    }
    offsets.push_back(static_cast<uint32_t>(pairs.size()));
  }
  Buffer du(x.queries, kDim), dv(x.candidates, kDim);
  fill(du.span(), 777), fill(dv.span(), 777);
  ThreadPool pool(threads);
  InBatchSoftmax fresh(static_cast<float>(temperature));
  const double loss = (reused != nullptr ? *reused : fresh)
                          .run(pool,
                               {.rows = x.row_query.size(),
                                .queries = {x.query_matrix(), du.view(x.queries, kDim)},
                                .candidates = {x.candidate_matrix(), dv.view(x.candidates, kDim)},
                                .candidate_multiplicity = multiplicity,
                                .candidate_log_share = log_share,
                                .pairs_of_query = {offsets, pairs},
                                .pair_candidate = x.row_candidate,
                                .pair_weight = x.row_weight},
                               scale);
  return {loss, {du.span().begin(), du.span().end()}, {dv.span().begin(), dv.span().end()}};
}

void expect_close(const Result& got, const Result& expected, double scale = 1) {
  EXPECT_NEAR(got.loss, expected.loss, 2e-6 * std::max(1.0, std::abs(expected.loss)));
  const auto near = [&](const std::vector<double>& x, const std::vector<double>& y, const char* of) {
    for (size_t i = 0; i < x.size(); ++i)
      ASSERT_NEAR(x[i], scale * y[i], 2e-5 * std::max(1.0, std::abs(y[i]))) << of << i;
  };
  near(got.du, expected.du, "query element ");
  near(got.dv, expected.dv, "candidate element ");
}

TEST(InBatchSoftmax, MatchesTheWorkedExample) {
  // Two rows, u = (1), v = (0) and (log 3): the candidates' probabilities are 1/4 and 3/4.
  Buffer u(1, 1), v(2, 1), du(1, 1), dv(2, 1);
  u.data()[0] = 1;
  v.data()[1] = std::log(3.0f);
  const std::vector<float> multiplicity = {1, 1}, weight = {1, 1};
  const std::vector<uint32_t> offsets = {0, 2}, pairs = {0, 1}, candidate = {0, 1};
  ThreadPool pool(1);
  const LossBatch batch{.rows = 2,
                        .queries = {u.view(1, 1), du.view(1, 1)},
                        .candidates = {v.view(2, 1), dv.view(2, 1)},
                        .candidate_multiplicity = multiplicity,
                        .pairs_of_query = {offsets, pairs},
                        .pair_candidate = candidate,
                        .pair_weight = weight};
  const double loss = InBatchSoftmax(1).run(pool, batch, 1);
  EXPECT_NEAR(loss, std::log(4.0) + std::log(4.0 / 3), 1e-6);
  EXPECT_NEAR(dv.data()[0], 2 * 0.25 - 1, 1e-6);
  EXPECT_NEAR(dv.data()[1], 2 * 0.75 - 1, 1e-6);
  EXPECT_NEAR(du.data()[0], 0.5 * std::log(3.0), 1e-6);
  InBatchSoftmax mean(1, {.reduction = Reduction::mean});
  EXPECT_NEAR(mean.run(pool, batch, 3), loss / 2, 1e-6);
  EXPECT_NEAR(du.data()[0], 3 * 0.5 * std::log(3.0) / 2, 1e-6);
}

TEST(InBatchSoftmax, AgreesWithThePlainLossOverAllRows) {
  for (const auto& [queries, candidates, rows] :
       {std::array<size_t, 3>{1, 1, 1}, {1, 1, 5}, {1, 7, 7}, {8, 1, 9}, {9, 17, 40}, {70, 33, 200}}) {
    for (double temperature : {1.0, 0.3, 4.0}) {
      SCOPED_TRACE(fmt::format("{} queries, {} candidates, {} rows, temperature {}", queries, candidates,
                               rows, temperature));
      const Example example(queries, candidates, rows);
      expect_close(fast(example, temperature, 2), plain(example, temperature));
    }
  }
}

TEST(InBatchSoftmax, GradientsMatchFiniteDifferences) {
  for (const Reduction reduction : {Reduction::sum, Reduction::mean}) {
    InBatchSoftmax softmax(0.7f, {.reduction = reduction});
    expect_gradients_match(softmax);
  }
}

// The queries of a batch in two parts, each scored against all candidates.
TEST(InBatchSoftmax, PartsOfABatchAddUpToTheWhole) {
  LossExample example;
  ThreadPool pool(1);
  InBatchSoftmax softmax(0.7f, {.reduction = Reduction::mean});
  const LossBatch whole = example.batch();
  const double loss = softmax.run(pool, whole, 1);
  const std::vector<float> dqueries(example.dqueries.span().begin(), example.dqueries.span().end()),
      dcandidates(example.dcandidates.span().begin(), example.dcandidates.span().end());
  double sum = 0;
  std::vector<float> dcandidates_sum(dcandidates.size());
  for (const RowRange part : {RowRange{0, 3}, RowRange{3, LossExample::kQueries}}) {
    LossBatch batch = whole;
    batch.queries.value = whole.queries.value.slice(part.begin, part.end);
    batch.queries.gradient = whole.queries.gradient.slice(part.begin, part.end);
    batch.pairs_of_query.offsets = whole.pairs_of_query.offsets.subspan(part.begin, part.size() + 1);
    sum += softmax.run(pool, batch, 1);
    add(example.dcandidates.span(), dcandidates_sum);
  }
  EXPECT_NEAR(sum, loss, 1e-6);
  for (size_t i = 0; i < dqueries.size(); ++i) EXPECT_NEAR(example.dqueries.data()[i], dqueries[i], 1e-6);
  for (size_t i = 0; i < dcandidates.size(); ++i) EXPECT_NEAR(dcandidates_sum[i], dcandidates[i], 1e-6);
}

TEST(InBatchSoftmax, TakesRowsThatWeighNothing) {
  Example example(9, 17, 40);
  for (size_t r = 0; r < example.row_query.size(); ++r) {
    if (example.row_query[r] == 3) example.row_weight[r] = 0;
  }
  expect_close(fast(example, 1, 2), plain(example, 1));
}

TEST(InBatchSoftmax, AgreesWithManyBlocksAndSlots) {
  const Example example(310, 520, 700);  // blocks of 90 queries
  expect_close(fast(example, 1, 2), plain(example, 1));
  const Example wide(150, 1100, 1200);  // blocks of 42
  expect_close(fast(wide, 1, 3), plain(wide, 1));
}

TEST(InBatchSoftmax, TakesTheLogOfSharesOffTheScores) {
  const Example example(9, 17, 40);
  std::vector<float> log_share;
  for (size_t j = 0; j < 17; ++j) log_share.push_back(std::log(0.001f + 0.01f * static_cast<float>(j)));
  expect_close(fast(example, 0.5, 2, 1, nullptr, log_share), plain(example, 0.5, log_share));
}

TEST(InBatchSoftmax, ScalesTheGradientsAndNotTheLoss) {
  const Example example(9, 17, 40);
  expect_close(fast(example, 0.5, 1, 0.25), plain(example, 0.5), 0.25);
}

TEST(InBatchSoftmax, BatchesOfDifferentSizesUseTheSameMemory) {
  InBatchSoftmax softmax(1);
  for (size_t size : {40, 500, 3}) {
    const Example example(size, size / 2 + 1, size + 10, size);
    expect_close(fast(example, 1, 2, 1, &softmax), plain(example, 1));
  }
}

TEST(InBatchSoftmax, StaysFiniteWithLargeScores) {
  Example example(3, 4, 6);
  for (float& x : example.u.span()) x *= 1000;
  const Result got = fast(example, 1, 1), expected = plain(Example(3, 4, 6), 0.001);
  EXPECT_TRUE(std::isfinite(got.loss));
  EXPECT_TRUE(std::all_of(got.dv.begin(), got.dv.end(), [](double x) { return std::isfinite(x); }));
  if (std::isfinite(expected.loss)) {
    EXPECT_NEAR(got.loss, expected.loss, 1e-4 * expected.loss);
  }
}

TEST(InBatchSoftmax, GivesTheSameBitsWithAnyNumberOfThreads) {
  const Example example(310, 520, 700);
  const Result one = fast(example, 1, 1);
  for (int threads : {2, 3}) {
    const Result more = fast(example, 1, threads);
    EXPECT_EQ(more.loss, one.loss);
    EXPECT_EQ(more.du, one.du);
    EXPECT_EQ(more.dv, one.dv);
  }
}

long peak_kilobytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// The whole score matrix of this batch would take 256 MiB.
TEST(InBatchSoftmax, HoldsNoScoresOfABigBatch) {
  constexpr size_t kRows = 8192, kWide = 32;
  Buffer u(kRows, kWide), v(kRows, kWide), du(kRows, kWide), dv(kRows, kWide);
  std::vector<uint32_t> offsets(kRows + 1), pairs(kRows);
  std::iota(offsets.begin(), offsets.end(), 0);
  std::iota(pairs.begin(), pairs.end(), 0);
  const std::vector<float> ones(kRows, 1.0f);
  ThreadPool pool(2);
  InBatchSoftmax softmax(1);
  const long before = peak_kilobytes();
  const double loss = softmax.run(pool,
                                  {.rows = kRows,
                                   .queries = {u.view(kRows, kWide), du.view(kRows, kWide)},
                                   .candidates = {v.view(kRows, kWide), dv.view(kRows, kWide)},
                                   .candidate_multiplicity = ones,
                                   .pairs_of_query = {offsets, pairs},
                                   .pair_candidate = pairs,
                                   .pair_weight = ones},
                                  1);
  EXPECT_LT(peak_kilobytes() - before, 64 * 1024);
  EXPECT_NEAR(loss, kRows * std::log(static_cast<double>(kRows)), 1e-2);  // all scores are 0
}

TEST(InBatchSoftmax, AnEmptyBatchCostsNothing) {
  ThreadPool pool(1);
  const std::vector<uint32_t> offsets = {0};
  EXPECT_EQ(InBatchSoftmax(1).run(pool, {.pairs_of_query = {offsets, {}}}, 1), 0);
}

}  // namespace
}  // namespace shortlist
