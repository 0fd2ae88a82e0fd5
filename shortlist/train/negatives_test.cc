// The negatives of a batch: what is drawn, how often each candidate counts, and which a user's items exclude.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "shortlist/losses/log_share.h"
#include "shortlist/table/code_columns.h"
#include "shortlist/train/batcher.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;
constexpr uint32_t kItems = 6;

template <typename T>
std::vector<T> list(std::span<const T> x) {
  return {x.begin(), x.end()};
}

// Row r is of query r % 3 and has candidate c, of item c % 6; item 5 has no row.
Dataset dataset() {
  Dataset data;
  const Numbers candidates = {0, 0, 0, 1, 1, 2, 3, 4, 6, 0};  // 6 is another candidate of item 0
  data.rows = candidates.size();
  Numbers queries;
  for (uint32_t r = 0; r < data.rows; ++r) queries.push_back(r % 3);
  data.queries.rows = 3;
  data.candidates.rows = 7;
  data.query_of_row = queries;
  data.candidate_of_row = candidates;
  data.pair_of_row = number_rows({&queries, &candidates}, data.rows, &data.pair_query);
  for (uint32_t& row : data.pair_query) {
    data.pair_candidate.push_back(candidates[row]);
    row = queries[row];
  }
  data.item_of_candidate = {0, 1, 2, 3, 4, 5, 0};
  data.split.train.resize(data.rows);
  std::iota(data.split.train.begin(), data.split.train.end(), 0);
  return data;
}

TEST(NegativeSampler, DrawsItemsInProportionToAPowerOfTheirRows) {
  const Dataset data = dataset();
  const NegativeSampler sampler({.popularity = 1, .power = 0.5}, data);
  const double weights[kItems] = {std::sqrt(5.0), std::sqrt(2.0), 1, 1, 1, 0};
  const double sum = std::accumulate(weights, weights + kItems, 0.0);
  std::vector<double> drawn(kItems);
  constexpr int kDraws = 200'000;
  for (uint64_t i = 0; i < kDraws; ++i) drawn[sampler.draw(RandomStream(1, "test").at(i), 0)] += 1.0 / kDraws;
  for (uint32_t item = 0; item < kItems; ++item) {
    EXPECT_NEAR(drawn[item], weights[item] / sum, 0.005);
    EXPECT_NEAR(sampler.probability(item, 0.5, 0), weights[item] / sum, 1e-12);
  }
}

TEST(NegativeSampler, DrawsAllItemsAlikeThenByPopularity) {
  const Dataset data = dataset();
  const NegativeSampler sampler({.uniform = 2, .popularity = 1, .power = 1}, data);
  std::vector<double> uniform(kItems), popular(kItems);
  constexpr int kDraws = 100'000;
  for (uint64_t i = 0; i < kDraws; ++i) {
    const RandomStream random = RandomStream(1, "test").at(i);
    uniform[sampler.draw(random, 1)] += 1.0 / kDraws;
    popular[sampler.draw(random, 2)] += 1.0 / kDraws;
  }
  for (uint32_t item = 0; item < kItems; ++item) EXPECT_NEAR(uniform[item], 1.0 / kItems, 0.006);
  EXPECT_NEAR(popular[0], 0.5, 0.006);
  EXPECT_EQ(popular[5], 0);
}

// The mixture's probabilities add up to one, whatever it consists of.
TEST(NegativeSampler, ProbabilitiesOfAMixtureAddUpToOne) {
  const Dataset data = dataset();
  const Numbers rows = {5, 2, 1, 1, 1, 0};
  for (const Negatives& negatives : {Negatives{.uniform = 7}, Negatives{.popularity = 5, .power = 0.75},
                                     Negatives{.uniform = 3, .popularity = 9, .power = 2}}) {
    const NegativeSampler sampler(negatives, data);
    for (size_t batch : {0, 4, 100}) {
      double sum = 0;
      for (uint32_t item = 0; item < kItems; ++item)
        sum += sampler.probability(item, rows[item] / 10.0, batch);
      EXPECT_NEAR(sum, 1, 1e-12);
    }
  }
}

TEST(Batcher, AddsDrawnCandidatesWithoutRows) {
  const Dataset data = dataset();
  Batcher batcher(data);
  const NegativeSampler sampler({.uniform = 40}, data);
  const Batch& batch = batcher.make(Numbers{0, 3}, {&sampler});
  EXPECT_EQ(list(batch.candidates().shown).size(), kItems);
  EXPECT_EQ(list(batch.candidates().multiplicity), (std::vector<float>{1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(batch.pair_candidate().offsets.size(), kItems + 1);
  EXPECT_EQ(batch.pair_candidate().copies.size(), 2);
  const LossBatch loss = batcher.loss_batch({.loss = RetrievalLoss().make({}), .outputs = {0, 1, -1}});
  EXPECT_EQ(loss.items, kItems);
  std::vector<float> count(kItems);
  for (uint64_t i = 0; i < 40; ++i) count[sampler.draw(NegativeSource().random, i)] += 1;
  for (uint32_t j = 0; j < kItems; ++j) {
    const uint32_t candidate = batch.candidates().shown[j];
    EXPECT_EQ(loss.candidate_multiplicity[j], count[candidate] + (j < 2 ? 1 : 0));
    EXPECT_EQ(loss.candidate_item[j], candidate);
  }
}

TEST(Batcher, DrawsDependOnTheStreamAlone) {
  const Dataset data = dataset();
  const NegativeSampler sampler({.in_batch = false, .uniform = 3, .popularity = 2}, data);
  Batcher used(data), fresh(data);
  const auto draws = [&](Batcher& batcher, uint64_t step) {
    batcher.make(Numbers{1, 4, 6}, {&sampler, RandomStream(1, "negatives").at(step)});
    const LossBatch loss = batcher.loss_batch({.loss = RetrievalLoss().make({}), .outputs = {0, 1, -1}});
    return std::pair(list(loss.candidate_multiplicity), list(loss.candidate_item));
  };
  const auto first = draws(used, 1), second = draws(used, 2);
  EXPECT_NE(first, second);
  EXPECT_EQ(draws(fresh, 2), second);
  EXPECT_EQ(draws(used, 1), first);
  EXPECT_EQ(std::accumulate(first.first.begin(), first.first.end(), 0.0f), 5);
}

TEST(Batcher, GivesEachPairItsOwnNegatives) {
  const Dataset data = dataset();
  for (const bool all : {false, true}) {
    Batcher batcher(data, false, all);
    const NegativeSampler sampler({.in_batch = false, .uniform = 4, .per_pair = true}, data);
    const NegativeSource source{&sampler};
    const Batch& batch = batcher.make(Numbers{0, 3, 5}, source);
    const LossBatch loss = batcher.loss_batch({.loss = RetrievalLoss().make({}), .outputs = {0, 1, -1}});
    ASSERT_EQ(loss.negatives_of_pair.size(), 3);
    for (uint32_t p = 0; p < 3; ++p) {
      for (uint64_t i = 0; i < 4; ++i)
        EXPECT_EQ(batch.candidates().shown[loss.negatives_of_pair[p][i]],
                  sampler.draw(source.random.at(p), i));
    }
    for (const float count : loss.candidate_multiplicity) EXPECT_EQ(count, 0);
    EXPECT_FALSE(loss.own_is_counted);
  }
}

TEST(Batcher, TakesTheCandidatesOfEarlierRows) {
  const Dataset data = dataset();
  Batcher batcher(data);
  const NegativeSampler sampler({.earlier = 3}, data);
  const Batch& batch = batcher.make(Numbers{0, 3}, {&sampler, {0, "x"}, Numbers{5, 6, 9}});
  EXPECT_EQ(list(batch.candidates().shown), (Numbers{0, 1, 2, 3}));
  const LossBatch loss = batcher.loss_batch({.loss = RetrievalLoss().make({}), .outputs = {0, 1, -1}});
  EXPECT_EQ(list(loss.candidate_multiplicity), (std::vector<float>{2, 1, 1, 1}));
}

TEST(Batcher, ShowsEachItemOfTheCatalogueOnce) {
  const Dataset data = dataset();
  for (const bool all : {false, true}) {
    Batcher batcher(data, false, all);
    const NegativeSampler sampler({.catalogue = true}, data);
    const Batch& batch = batcher.make(Numbers{8, 3}, {&sampler});  // row 8 has the other candidate of item 0
    const LossBatch loss = batcher.loss_batch({.loss = RetrievalLoss().make({}), .outputs = {0, 1, -1}});
    Numbers shown;
    for (uint32_t j = 0; j < batch.candidates().shown.size(); ++j)
      if (loss.candidate_multiplicity[j] == 1) shown.push_back(batch.candidates().shown[j]);
    std::ranges::sort(shown);
    EXPECT_EQ(shown, (Numbers{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(batch.candidates().shown[loss.pair_candidate[0]], 0u);
    EXPECT_EQ(batch.candidates().shown[batch.pair_candidate().source[0]], 6u);
    EXPECT_EQ(batch.candidates().shown[loss.pair_candidate[1]], 1u);
  }
}

TEST(Batcher, CorrectsByTheMixtureOfAllSources) {
  Dataset data = dataset();
  for (const double rows : {5, 2, 1, 1, 1, 0}) data.item_log_share.push_back(log_share(rows / 10));
  Batcher batcher(data);
  const NegativeSampler sampler({.uniform = 6}, data);
  const Batch& batch = batcher.make(Numbers{0, 3}, {&sampler});
  const LossBatch loss = batcher.loss_batch({.loss = RetrievalLoss().make({}), .outputs = {0, 1, -1}});
  for (uint32_t j = 0; j < batch.candidates().shown.size(); ++j) {
    // 2 rows and 6 draws: (2 share + 6 / 6) / 8.
    const double share = std::exp(static_cast<double>(data.item_log_share[loss.candidate_item[j]]));
    EXPECT_NEAR(loss.candidate_log_share[j], std::log((2 * share + 1) / 8), 1e-6);
  }
}

TEST(Batcher, ExcludesTheItemsThatAQuerysUsersTook) {
  Dataset data = dataset();
  data.user_of_row = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0};
  data.users = {"a", "b", "c"};
  EventList events;
  for (uint32_t r = 0; r < data.rows; ++r) {
    events.users.push_back(data.user_of_row[r]);
    events.items.push_back(data.item_of_candidate[data.candidate_of_row[r]]);
    events.rows.push_back(r);
  }
  data.interactions = Interactions(3, events);
  Batcher batcher(data);
  const NegativeSampler sampler({.catalogue = true, .accidental_hits = AccidentalHits::user}, data);
  const Batch& batch = batcher.make(Numbers{0, 4, 8}, {&sampler});
  const LossBatch loss = batcher.loss_batch({.loss = RetrievalLoss().make({}), .outputs = {0, 1, -1}});
  ASSERT_EQ(loss.excluded_of_query.size(), 3);
  const std::map<uint32_t, Numbers> taken = {{0, {0, 1, 3}}, {1, {0, 1, 4}}, {2, {0, 0, 2}}};
  for (uint32_t q = 0; q < 3; ++q) {
    Numbers items;
    for (const uint32_t j : loss.excluded_of_query[q]) items.push_back(loss.candidate_item[j]);
    std::ranges::sort(items);
    Numbers expected = taken.at(batch.queries().shown[q]);
    // The other candidate of item 0 is in the batch, so user 2's item has two candidates for all users.
    if (expected[1] != 0) expected.insert(expected.begin(), 0);
    EXPECT_EQ(items, expected);
  }
}

}  // namespace
}  // namespace shortlist
