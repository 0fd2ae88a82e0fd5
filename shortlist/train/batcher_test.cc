#include "shortlist/train/batcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "shortlist/base/random.h"
#include "shortlist/table/code_columns.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;

// Row r has the numbers of query r and candidate r; equal pairs are one pair.
Dataset dataset(const Numbers& queries, const Numbers& candidates, const std::vector<float>& weights = {}) {
  Dataset data;
  data.rows = queries.size();
  data.queries.rows = *std::ranges::max_element(queries) + 1;
  data.candidates.rows = *std::ranges::max_element(candidates) + 1;
  data.query_of_row = queries;
  data.candidate_of_row = candidates;
  data.pair_of_row = number_rows({&queries, &candidates}, data.rows, &data.pair_query);
  for (uint32_t& row : data.pair_query) {
    data.pair_candidate.push_back(candidates[row]);
    row = queries[row];
  }
  data.weights = weights;
  return data;
}

Numbers list(std::span<const uint32_t> x) { return {x.begin(), x.end()}; }
std::vector<float> list(std::span<const float> x) { return {x.begin(), x.end()}; }

// Each source's copies are ascending, and are exactly those that refer to it.
void expect_inverse(const RowMap& map, size_t sources) {
  Numbers offsets = {0}, copies;
  for (uint32_t s = 0; s < sources; ++s) {
    for (uint32_t i = 0; i < map.source.size(); ++i) {
      if (map.source[i] == s) copies.push_back(i);
    }
    offsets.push_back(static_cast<uint32_t>(copies.size()));
  }
  EXPECT_EQ(list(map.offsets), offsets);
  EXPECT_EQ(list(map.copies), copies);
}

void expect_consistent(const Batch& batch) {
  expect_inverse(batch.row_pair(), batch.pair_query().source.size());
  expect_inverse(batch.pair_query(), batch.queries().shown.size());
  expect_inverse(batch.pair_candidate(), batch.candidates().shown.size());
  std::vector<float> pairs(batch.pair_query().source.size()), queries(batch.queries().shown.size()),
      candidates(batch.candidates().shown.size());
  for (uint32_t pair : batch.row_pair().source) {
    pairs[pair] += 1;
    queries[batch.pair_query().source[pair]] += 1;
    candidates[batch.pair_candidate().source[pair]] += 1;
  }
  EXPECT_EQ(list(batch.pairs().multiplicity), pairs);
  EXPECT_EQ(list(batch.queries().multiplicity), queries);
  EXPECT_EQ(list(batch.candidates().multiplicity), candidates);
}

// Row i of the batch has the query and the candidate of table row rows[i].
void expect_shows(const Batch& batch, const Dataset& data, const Numbers& rows) {
  ASSERT_EQ(batch.rows(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t pair = batch.row_pair().source[i];
    EXPECT_EQ(batch.queries().shown[batch.pair_query().source[pair]], data.query_of_row[rows[i]]);
    EXPECT_EQ(batch.candidates().shown[batch.pair_candidate().source[pair]], data.candidate_of_row[rows[i]]);
  }
}

TEST(Batcher, MatchesTheWorkedExample) {
  //                         row: 0  1  2  3  4
  const Dataset data = dataset({0, 1, 0, 2, 0}, {4, 3, 4, 4, 3}, {1, 2, 4, 8, 16});
  Batcher batcher(data);
  const Batch& batch = batcher.make(Numbers{3, 0, 4, 2});
  EXPECT_EQ(batch.queries().encoded, &data.queries);
  EXPECT_EQ(list(batch.queries().shown), (Numbers{2, 0}));
  EXPECT_EQ(list(batch.candidates().shown), (Numbers{4, 3}));
  EXPECT_EQ(list(batcher.rows()), (Numbers{3, 0, 2, 4}));
  EXPECT_EQ(list(batch.row_pair().source), (Numbers{0, 1, 1, 2}));
  EXPECT_EQ(list(batch.pair_query().source), (Numbers{0, 1, 1}));
  EXPECT_EQ(list(batch.pair_candidate().source), (Numbers{0, 0, 1}));
  EXPECT_EQ(list(batch.pairs().multiplicity), (std::vector<float>{1, 2, 1}));
  EXPECT_EQ(list(batch.queries().multiplicity), (std::vector<float>{1, 3}));
  EXPECT_EQ(list(batch.candidates().multiplicity), (std::vector<float>{3, 1}));
  EXPECT_EQ(list(batcher.pair_weights()), (std::vector<float>{8, 1 + 4, 16}));
  EXPECT_EQ(batcher.total_weight(), 29);
  expect_consistent(batch);
}

TEST(Batcher, WithoutWeightsEveryRowCountsOne) {
  const Dataset data = dataset({0, 0, 1}, {0, 0, 0});
  Batcher batcher(data);
  batcher.make(Numbers{0, 1, 2});
  EXPECT_EQ(list(batcher.pair_weights()), (std::vector<float>{2, 1}));
  EXPECT_EQ(batcher.total_weight(), 3);
}

TEST(Batcher, GivesATaskTheWeightsOfItsOwnLabel) {
  Dataset data = dataset({0, 0, 1}, {0, 0, 0}, {1, 2, 4});
  data.labels = {{"a", {1, 2, 3}}, {"b", {4, 5, 6}, {0}, {0, 2, 4}}};
  Batcher batcher(data);
  batcher.make(Numbers{2, 1, 0});
  Task first{.loss = RankingLoss().make(), .outputs = {.score = 0}, .label = "a"};
  Task second{.loss = RankingLoss().make(), .outputs = {.score = 1}, .label = "b"};
  const LossBatch of_first = batcher.loss_batch(first), of_second = batcher.loss_batch(second);
  for (size_t r = 0; r < 3; ++r) {
    const uint32_t row = batcher.rows()[r];
    EXPECT_EQ(of_first.weight(r), data.weights[row]);
    EXPECT_EQ(of_second.weight(r), data.labels[1].weights[row]);
  }
  EXPECT_EQ(batcher.own_weight(first), std::nullopt);
  EXPECT_EQ(batcher.own_weight(second), 6);
  EXPECT_EQ(list(batcher.pair_weights()), (std::vector<float>{4, 1 + 2}));
}

TEST(Batcher, BatchesOneAfterAnotherShowTheirOwnRows) {
  Numbers queries, candidates;
  for (uint64_t r = 0; r < 500; ++r) {
    queries.push_back(static_cast<uint32_t>(RandomStream(1, "q").below(r, 20)));
    candidates.push_back(static_cast<uint32_t>(RandomStream(1, "c").below(r, 12)));
  }
  const Dataset data = dataset(queries, candidates);
  for (const auto& [all_queries, all_candidates] :
       {std::pair(false, false), {true, false}, {false, true}, {true, true}}) {
    Batcher batcher(data, all_queries, all_candidates);
    for (size_t size : {100, 7, 0, 300}) {
      SCOPED_TRACE(
          fmt::format("{} rows, all queries {}, all candidates {}", size, all_queries, all_candidates));
      Numbers rows;
      for (uint64_t i = 0; i < size; ++i)
        rows.push_back(static_cast<uint32_t>(RandomStream(2, "rows").at(size).below(i, 500)));
      const Batch& batch = batcher.make(rows);
      expect_shows(batch, data, list(batcher.rows()));
      EXPECT_TRUE(std::ranges::is_permutation(batcher.rows(), rows));
      const bool merged = !all_queries && !all_candidates;
      EXPECT_TRUE(!merged || std::ranges::is_sorted(batch.row_pair().source));
      expect_consistent(batch);
      EXPECT_LE(batch.pair_query().source.size(), merged ? 20u * 12 : size);
      EXPECT_LE(batch.queries().shown.size(), all_queries ? size : 20u);
    }
  }
}

// The first 16 of 64 pairs are frequent: each half of the pairs gets 8 of them.
TEST(Batcher, DealsOutTheFrequentPairs) {
  Numbers queries;
  for (uint32_t r = 0; r < 160; ++r) queries.push_back(r % 16);
  for (uint32_t pair = 16; pair < 64; ++pair) queries.push_back(pair);
  const Dataset data = dataset(queries, Numbers(queries.size()));
  Numbers rows(queries.size());
  std::iota(rows.begin(), rows.end(), 0);
  Batcher batcher(data);
  const std::vector<float> count = list(batcher.make(rows).pairs().multiplicity);
  ASSERT_EQ(count.size(), 64);
  EXPECT_EQ(std::count(count.begin(), count.begin() + 32, 10.0f), 8);
  EXPECT_EQ(std::count(count.begin() + 32, count.end(), 10.0f), 8);
}

TEST(Batcher, WithAllQueriesEachRowHasItsOwn) {
  const Dataset data = dataset({0, 0, 0}, {1, 1, 0}, {1, 2, 4});
  Batcher batcher(data, true, false);
  const Batch& batch = batcher.make(Numbers{0, 1, 2, 0});
  EXPECT_EQ(list(batch.queries().shown), (Numbers{0, 0, 0, 0}));
  EXPECT_EQ(list(batch.candidates().shown), (Numbers{1, 0}));
  EXPECT_EQ(list(batch.row_pair().source), (Numbers{0, 1, 2, 3}));
  EXPECT_EQ(list(batch.pair_query().source), (Numbers{0, 1, 2, 3}));
  EXPECT_EQ(list(batch.pair_candidate().source), (Numbers{0, 0, 1, 0}));
  EXPECT_EQ(list(batch.queries().multiplicity), (std::vector<float>{1, 1, 1, 1}));
  EXPECT_EQ(list(batch.candidates().multiplicity), (std::vector<float>{3, 1}));
  EXPECT_EQ(list(batcher.pair_weights()), (std::vector<float>{1, 2, 4, 1}));
  expect_consistent(batch);
}

}  // namespace
}  // namespace shortlist
