#include "shortlist/metrics/baselines.h"

#include <gtest/gtest.h>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

struct Rows {
  std::vector<uint32_t> query, candidate, user;
  std::vector<float> label, weight;
  Observations view() const { return {candidate.size(), query, candidate, user, label, weight}; }
};

TEST(RatingBaselines, MatchTheWorkedExample) {
  const Rows train{.candidate = {0, 0, 1}, .label = {8, 6, 4}};
  const Rows test{.candidate = {0, 1, 2, unknown_index}};
  const auto baselines = rating_baselines(fit_label_means(train.view()), test.view());
  ASSERT_EQ(baselines.size(), 2u);
  EXPECT_EQ(baselines[0].name, "global mean");
  EXPECT_EQ(baselines[0].prediction, (std::vector<float>{6, 6, 6, 6}));
  EXPECT_EQ(baselines[1].name, "item mean");
  EXPECT_EQ(baselines[1].prediction, (std::vector<float>{7, 4, 6, 6}));
}

TEST(RatingBaselines, CountAWeightAsThatManyRows) {
  const Rows train{.candidate = {0, 0}, .label = {8, 4}, .weight = {3, 1}};
  EXPECT_EQ(rating_baselines(fit_label_means(train.view()), train.view())[1].prediction,
            (std::vector<float>{7, 7}));
}

TEST(RatingBaselines, FindPlantedUserAndItemBiases) {
  Rows train;
  for (uint32_t user = 0; user < 200; ++user) {
    for (uint32_t item = 0; item < 200; ++item) {
      train.user.push_back(user);
      train.candidate.push_back(item);
      train.label.push_back(5 + (user % 2 ? 1.f : -1.f) + (item % 2 ? 2.f : -2.f));
    }
  }
  const Rows test{.candidate = {1, 0, 1, 999}, .user = {1, 0, unknown_index, 1}};
  const auto baselines = rating_baselines(fit_label_means(train.view()), test.view());
  ASSERT_EQ(baselines.size(), 3u);
  EXPECT_EQ(baselines[2].name, "user and item biases");
  EXPECT_NEAR(baselines[2].prediction[0], 8, 0.1);
  EXPECT_NEAR(baselines[2].prediction[1], 2, 0.1);
  EXPECT_NEAR(baselines[2].prediction[2], 7, 0.1);  // an unknown user: the item's bias alone
  EXPECT_NEAR(baselines[2].prediction[3], 6, 0.1);  // an unknown item: the user's bias alone
}

TEST(RatingBaselines, AreNeverCertainOfClasses) {
  const Rows train{.candidate = {0, 0, 1, 1}, .user = {0, 0, 1, 1}, .label = {1, 1, 0, 0}};
  const auto baselines = rating_baselines(fit_label_means(train.view()), train.view());
  EXPECT_NEAR(baselines[1].prediction[0], 2.5 / 3, 1e-6);  // two rows of 1 and one of the global mean
  for (const RatingBaseline& baseline : baselines) {
    for (float p : baseline.prediction) {
      EXPECT_GT(p, 0) << baseline.name;
      EXPECT_LT(p, 1) << baseline.name;
    }
  }
}

TEST(RetrievalBaselines, MatchTheWorkedExample) {
  // Popularity: candidate 0 three times, 1 twice, 2 once, 3 and 4 never. Query 7 was seen with 1, 1 and 2.
  const Rows train{.query = {7, 7, 7, 8, 8, 8}, .candidate = {1, 1, 2, 0, 0, 0}};
  const Rows test{.query = {7, 7, 7, 7, 9, 7}, .candidate = {1, 2, 0, 3, 1, 5}};
  const auto baselines = retrieval_baselines(fit_candidate_weights(train.view(), 5), test.view());
  ASSERT_EQ(baselines.size(), 2u);
  EXPECT_EQ(baselines[0].name, "popularity");
  EXPECT_EQ(baselines[0].rank, (std::vector<Rank>{{1, 0}, {2, 0}, {0, 0}, {3, 1}, {1, 0}, {5, 0, true}}));
  EXPECT_EQ(baselines[1].name, "most frequent per query");
  EXPECT_EQ(baselines[1].rank, (std::vector<Rank>{{0, 0}, {1, 0}, {2, 0}, {3, 1}, {1, 0}, {5, 0, true}}));
}

// Compares with every candidate, one by one.
Rank rank_by_counting(const Rows& train, uint32_t query, uint32_t own, uint32_t catalogue) {
  std::vector<std::pair<double, double>> frequency(catalogue);
  for (size_t i = 0; i < train.candidate.size(); ++i) {
    frequency[train.candidate[i]].second += train.weight[i];
    if (train.query[i] == query) frequency[train.candidate[i]].first += train.weight[i];
  }
  Rank rank;
  for (uint32_t c = 0; c < catalogue; ++c) {
    rank.greater += frequency[c] > frequency[own];
    rank.equal += c != own && frequency[c] == frequency[own];
  }
  return rank;
}

TEST(RetrievalBaselines, AgreeWithCountingEveryCandidate) {
  const RandomStream random(5, "baselines");
  Rows train, test;
  for (size_t i = 0; i < 300; ++i) {
    train.query.push_back(static_cast<uint32_t>(2 * random.below(3 * i, 10)));
    train.candidate.push_back(static_cast<uint32_t>(random.below(3 * i + 1, 40)));
    train.weight.push_back(static_cast<float>(1 + random.below(3 * i + 2, 2)));
  }
  for (uint32_t i = 0; i < 22 * 50; ++i) {
    test.query.push_back(i / 50);  // odd ones and the last two were never seen
    test.candidate.push_back(i % 50);
  }
  const auto baselines = retrieval_baselines(fit_candidate_weights(train.view(), 50), test.view());
  for (size_t i = 0; i < test.query.size(); ++i) {
    EXPECT_EQ(baselines[0].rank[i], rank_by_counting(train, 999, test.candidate[i], 50)) << i;
    EXPECT_EQ(baselines[1].rank[i], rank_by_counting(train, test.query[i], test.candidate[i], 50)) << i;
  }
}

TEST(RetrievalBaselines, WithoutTrainRowsTieAllCandidates) {
  const Rows test{.query = {0}, .candidate = {2}};
  for (const RetrievalBaseline& baseline :
       retrieval_baselines(fit_candidate_weights(Rows().view(), 5), test.view())) {
    EXPECT_EQ(baseline.rank, (std::vector<Rank>{{0, 4}})) << baseline.name;
  }
}

TEST(Baselines, RankPopularityAmongUnseenItems) {
  // Item 0 is in three rows, 1 and 2 in two, 3 in one, 4 in none. User 0 has seen 0 and 2.
  const std::vector<uint32_t> query(8), candidate = {0, 0, 0, 1, 1, 2, 2, 3};
  const CandidateWeights weights = fit_candidate_weights({8, query, candidate}, 5);
  const SeenItems seen{{0, 2}, {0, 2}};
  const std::vector<uint32_t> asked = {7, 7, 7, 7, 8}, wanted = {1, 3, 0, 9, 1}, user = {0, 0, 0, 0, 1};
  const auto baselines = retrieval_baselines(weights, {5, asked, wanted, user}, &seen);
  EXPECT_EQ(baselines[0].rank[0], (Rank{1, 1}));
  EXPECT_EQ(baselines[0].unseen, (std::vector<Rank>{{0, 0}, {1, 0}, {5, 0, true}, {5, 0, true}, {1, 1}}));
  EXPECT_EQ(baselines[1].unseen, baselines[0].unseen);
  EXPECT_TRUE(retrieval_baselines(weights, {5, asked, wanted, user})[0].unseen.empty());
}

TEST(Baselines, PredictTheGlobalMeanForIndicesBeyondThoseOfTheFit) {
  const std::vector<uint32_t> query(2), candidate = {0, 1}, user = {0, 1};
  const std::vector<float> label = {1, 4};
  const LabelMeans means = fit_label_means({2, query, candidate, user, label, {}});
  const std::vector<uint32_t> others = {7, unknown_index};
  for (const RatingBaseline& baseline : rating_baselines(means, {2, query, others, others}))
    EXPECT_EQ(baseline.prediction, (std::vector<float>{2.5f, 2.5f})) << baseline.name;
}

}  // namespace
}  // namespace shortlist
