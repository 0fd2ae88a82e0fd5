// The kinds that are matrices from item to item, from training to answers.
#include "shortlist/learners/item_to_item.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/jobs/evaluate.h"
#include "shortlist/jobs/training.h"
#include "shortlist/recommend/golden.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/bundles.h"
#include "shortlist/testing/small_table.h"
#include "shortlist/testing/sparse_matrices.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;
using testing::user_rows;

// Item 0 leads to 1 (0.5) and 2 (0.25), item 1 to 2 (-1), item 3 to nothing.
std::shared_ptr<ItemToItem> small() {
  auto weights = std::make_shared<ItemToItem>();
  weights->items = 4;
  weights->sparse = user_rows(4, {{1, 2}, {2}, {}, {}});
  weights->sparse.values = {0.5f, 0.25f, -1};
  weights->popular = {4, 1, 2, 3};
  return weights;
}

std::vector<float> scores_of(const Retriever& retriever, const Numbers& items) {
  const QueryHistory history{items, {}, {}};
  Buffer memory(1, retriever.items());
  const Matrix scores = memory.view(1, retriever.items());
  retriever.score_all({.rows = 1, .histories = {&history, 1}}, scores);
  return {scores.row(0), scores.row(0) + retriever.items()};
}

TEST(ItemToItem, AddsUpTheWeightsOfTheHistory) {
  const ItemToItemRetriever retriever("ease", small());
  EXPECT_EQ(scores_of(retriever, {0, 1}), (std::vector<float>{0, 0.5f, -0.75f, 0}));
  EXPECT_EQ(scores_of(retriever, {0, 0}), (std::vector<float>{0, 0.5f, 0.25f, 0}));  // each item once
}

TEST(ItemToItem, ListsPopularItemsWithoutAHistoryThatCounts) {
  const ItemToItemRetriever retriever("ease", small());
  EXPECT_EQ(scores_of(retriever, {}), (std::vector<float>{4, 1, 2, 3}));
  EXPECT_EQ(scores_of(retriever, {3, 2}), (std::vector<float>{4, 1, 2, 3}));
  const QueryHistory none;
  const auto why = retriever.explain({.rows = 1, .histories = {&none, 1}}, Numbers{2}, {});
  EXPECT_EQ(why[0].method, "popular");
  EXPECT_EQ(why[0].constant, 2);
}

TEST(ItemToItem, LatestItemsCountMostWithRecency) {
  auto weights = small();
  weights->recency = {1, 0.5f};
  const ItemToItemRetriever retriever("transitions", weights);
  EXPECT_EQ(scores_of(retriever, {3, 1, 0}), (std::vector<float>{0, 0.5f, -0.25f, 0}));
  EXPECT_EQ(scores_of(retriever, {1, 0, 0}), (std::vector<float>{0, 0.75f, 0.375f, 0}));
}

TEST(ItemToItem, DenseAndSparseWeightsScoreAlike) {
  auto dense = small();
  auto memory = std::make_shared<Buffer>(4, 4);
  for (uint32_t i = 0; i < 4; ++i)
    for (uint32_t j = 0; j < 4; ++j) memory->data()[i * 4 + j] = dense->at(i, j);
  dense->sparse = {};
  dense->dense = memory->span();
  dense->owner = memory;
  const ItemToItemRetriever a("ease", dense), b("ease", small());
  for (const Numbers& history : {Numbers{0}, Numbers{1, 0}, Numbers{0, 1, 2, 3}})
    EXPECT_EQ(scores_of(a, history), scores_of(b, history));
}

// The default scores all items.
TEST(ItemToItem, RetrievesWhatTheDefaultOfAllKindsRetrieves) {
  const RandomStream draws(1, "retrieve");
  auto weights = std::make_shared<ItemToItem>();
  weights->items = 60;
  weights->sparse = testing::random_users(60, 60, 7);
  for (size_t e = 0; e < weights->sparse.values.size(); ++e)
    weights->sparse.values[e] = static_cast<float>(draws.below(e, 5)) - 1;  // many ties, some below 0
  for (uint64_t i = 0; i < 60; ++i) weights->popular.push_back(static_cast<float>(draws.below(1000 + i, 9)));
  const ItemToItemRetriever retriever("slim", weights);
  const std::vector<Numbers> items = {{3, 8, 21}, {}, {59}, {4}, {1, 2, 3, 4, 5, 6, 7}};
  std::vector<QueryHistory> histories;
  for (const Numbers& of : items) histories.push_back({of, {}, {}});
  const Numbers out = {0, 1, 2, 9};
  const std::vector<std::span<const uint32_t>> left_out = {out, {}, out, {}, out};
  std::vector<uint8_t> some(60, 1);
  for (size_t i = 0; i < 60; i += 3) some[i] = 0;
  for (size_t k : {0, 1, 5, 30, 100}) {
    for (const Eligible eligible : {Eligible(), Eligible(some)}) {
      const QueryBatch queries{.rows = 5, .histories = histories};
      const auto fast = retriever.retrieve(queries, k, eligible, left_out);
      const auto slow = retriever.Retriever::retrieve(queries, k, eligible, left_out);
      for (size_t q = 0; q < 5; ++q) {
        ASSERT_EQ(fast[q].best.size(), slow[q].best.size()) << k << ' ' << q;
        for (size_t i = 0; i < fast[q].best.size(); ++i) {
          EXPECT_EQ(fast[q].best[i].index, slow[q].best[i].index) << k << ' ' << q;
          EXPECT_EQ(fast[q].best[i].score, slow[q].best[i].score);
        }
      }
    }
  }
}

TEST(ItemToItem, ExplainsAScoreByTheItemsOfTheHistory) {
  const ItemToItemRetriever retriever("ease", small());
  const Numbers items = {0, 1};
  const QueryHistory history{items, {}, {}};
  const auto why = retriever.explain({.rows = 1, .histories = {&history, 1}}, Numbers{2, 1}, {});
  EXPECT_EQ(why[0].method, "history");
  ASSERT_EQ(why[0].features.size(), 1u);
  EXPECT_FLOAT_EQ(static_cast<float>(why[0].features[0].score), -0.75f);
  ASSERT_EQ(why[0].features[0].history.size(), 2u);
  EXPECT_EQ(why[0].features[0].history[0].item, 1u);
  EXPECT_EQ(why[0].features[0].history[0].score, -1);
  EXPECT_EQ(why[1].features[0].history.size(), 1u);
}

constexpr const char* kConfig = R"([data]
table = "TABLE"
user  = "user"

[model]
kind = "KIND"

[items]
id         = "movie"
attributes = ["genre", "year"]

[retrieval]
top_k = [1, 5, 10]
)";

class ItemToItemBundle : public ::testing::TestWithParam<const char*> {
 protected:
  explicit ItemToItemBundle(const std::string& csv = tiny_ratings()) : table_(csv) {}

  Config config(const Changes& changes = {}) const {
    const std::string toml =
        replaced(replaced(kConfig, changes), {{"TABLE", table_.path()}, {"KIND", GetParam()}});
    return read_config(parse_toml(toml, "c.toml"), "c.toml");
  }
  std::string path() const { return table_.folder() / "bundle"; }
  std::string file() const { return std::string(GetParam()) + ".safetensors"; }
  EvaluationReport train_with(const Config& config, int threads = 1) const {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    return train(config, {.out = path(), .threads = threads, .overwrite = true}, nobody, stop).report;
  }

  TinyTable table_;
};

double value_of(const EvaluationReport& report, const std::string& name) {
  return std::ranges::find(report.tasks[0].model, name, &ReportMetric::name)->value;
}

TEST_P(ItemToItemBundle, IsMeasuredTheSameFromTheBundle) {
  const EvaluationReport trained = train_with(config());
  const EvaluationReport loaded = evaluate(load_bundle(path()), config(), "test", 1);
  ASSERT_FALSE(trained.tasks[0].model.empty());
  for (const ReportMetric& metric : trained.tasks[0].model)
    EXPECT_EQ(metric.value, value_of(loaded, metric.name)) << metric.name;
  EXPECT_GT(check_golden_requests(Recommender::load(path())), 0u);
}

TEST_P(ItemToItemBundle, HasTheSameBytesForAnyNumberOfThreads) {
  train_with(config(), 1);
  const std::string one = read_file(path() + "/" + file());
  train_with(config(), 3);
  EXPECT_EQ(read_file(path() + "/" + file()), one);
}

TEST_P(ItemToItemBundle, FoldsInANewUserAsTheKnownOneWithTheSameHistory) {
  train_with(config());
  const Recommender recommender = Recommender::load(path());
  EXPECT_EQ(recommender.query_columns(), (std::vector<std::string>{"user", "history"}));
  const UserRatings& ratings = recommender.bundle().ratings;
  const auto user = static_cast<uint32_t>(std::ranges::find(ratings.users, "u03") - ratings.users.begin());
  std::string history;
  for (int32_t item : ratings.items_of(user))
    history += (history.empty() ? "" : ",") + recommender.item_id(static_cast<uint32_t>(item));
  const auto known = recommender.recommend(Record{{"user", "u03"}}, {.k = 30});
  const auto folded = recommender.recommend(Record{{"history", history}}, {.k = 30});
  ASSERT_EQ(known.size(), folded.size());
  for (size_t i = 0; i < known.size(); ++i) {
    EXPECT_EQ(known[i].item, folded[i].item);
    EXPECT_EQ(known[i].score, folded[i].score);
  }
  const auto popular = recommender.recommend(Record{{"user", "nobody"}}, {.k = 30});
  ASSERT_EQ(popular.size(), 30u);
  for (size_t i = 1; i < 30; ++i) EXPECT_GE(popular[i - 1].score, popular[i].score);
}

TEST_P(ItemToItemBundle, FiltersExcludesAndExplains) {
  train_with(config());
  const Recommender recommender = Recommender::load(path());
  bool exact = false;
  const Record query = {{"history", "m01,m04,m07"}};
  const auto all = recommender.recommend(query, {.k = 27, .exact = &exact});
  ASSERT_EQ(all.size(), 27u);
  EXPECT_TRUE(exact);
  const std::string first = recommender.item_id(all[0].item);
  EXPECT_EQ(recommender.recommend(query, {.k = 1, .exclude = {first}})[0].item, all[1].item);
  for (const auto& item : recommender.recommend(query, {.where = {Condition::parse("year>=2010")}}))
    EXPECT_GE(std::get<int64_t>(recommender.attributes()[1].values[item.item]), 2010);
  const auto why = recommender.explain(recommender.to_query(query), {all[0].item, all[20].item});
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(why[i].method, "history");
    double sum = why[i].constant;
    for (const HistoryShare& share : why[i].features.at(0).history) sum += share.score;
    EXPECT_NEAR(sum, all[i == 0 ? 0 : 20].score, 1e-5);
  }
}

TEST_P(ItemToItemBundle, TellsDamageFromADifferentCatalogue) {
  train_with(config());
  const std::string content = read_file(path() + "/" + file());
  std::string broken = content;
  broken[broken.size() / 2] = static_cast<char>(broken[broken.size() / 2] ^ 1);
  write_file_atomically(path() + "/" + file(), broken);
  EXPECT_NE(message_of([&] { load_bundle(path()); }).find(file()), std::string::npos);
  put_into_bundle(path(), file(), content.substr(0, content.size() - 8));
  EXPECT_NE(message_of([&] { load_bundle(path()); }).find(file()), std::string::npos);
  put_into_bundle(path(), file(), content);
  EXPECT_EQ(load_bundle(path()).retriever->items(), 30u);
  unlist_in_bundle(path(), file());
  EXPECT_NE(message_of([&] { load_bundle(path()); }).find("does not list " + file()), std::string::npos);
}

TEST_P(ItemToItemBundle, NeedsTheUserInTheQuery) {
  EXPECT_EQ(message_of([&] {
              train_with(config({{"[items]",
                                  "[query]\nfeatures = [\"country\"]\n[features]\ncountry = { kind = "
                                  "\"category\" }\n[items]"}}));
            }),
            fmt::format("c.toml:6: model.kind: \"{}\" needs data.user, and a feature of that column in "
                        "query.features",
                        GetParam()));
}

// The ranking follows the kind, and its explanations have the shares of both.
TEST_P(ItemToItemBundle, MayBeRanked) {
  train_with(config({{"[items]\n", R"([features]
user  = { kind = "category", dim = 4 }
movie = { kind = "category", dim = 4 }

[query]
layers = [{ dense = 8 }]

[[ranking]]
label  = "rating"
layers = [{ dense = 8, activation = "relu" }]

[training]
epochs = 2

[recommend]
order      = "predicted"
candidates = 10

[items]
features = ["movie"]
)"}}));
  const Recommender recommender = Recommender::load(path());
  EXPECT_GT(check_golden_requests(recommender), 0u);
  const Record query = {{"user", "u03"}};
  const auto list = recommender.recommend(query, {.k = 5});
  ASSERT_EQ(list.size(), 5u);
  const auto why = recommender.explain(recommender.to_query(query), {list[0].item});
  ASSERT_EQ(why[0].features.size(), 2u);
  EXPECT_EQ(why[0].features[1].column, "history");
  EXPECT_EQ(why[0].features[1].predictions, std::vector<double>{0});
}

// A history that a ranking reads is the one that the kind reads.
TEST_P(ItemToItemBundle, SharesTheHistoryOfARanking) {
  train_with(config({{"[items]\n", R"([features]
taken = { kind = "history" }
movie = { kind = "category", dim = 4 }

[query]
features = ["taken"]
layers   = [{ dense = 8 }]

[[ranking]]
label  = "rating"
layers = [{ dense = 8, activation = "relu" }]

[training]
epochs = 2

[items]
features = ["movie"]
)"}}));
  const Recommender recommender = Recommender::load(path());
  EXPECT_GT(check_golden_requests(recommender), 0u);
  EXPECT_EQ(recommender.query_columns(), (std::vector<std::string>{"taken", "user"}));
  const RecommendOptions by_score{.k = 5, .order = ListOrder::score};
  const auto given = recommender.recommend(Record{{"history", "m01,m04,m07"}}, by_score);
  const auto other = recommender.recommend(Record{{"taken", "m02,m05"}}, by_score);
  const auto known = recommender.recommend(Record{{"user", "u03"}}, by_score);
  const auto popular = recommender.recommend(Record{}, by_score);
  EXPECT_NE(given[0].score, other[0].score);
  EXPECT_NE(known[0].score, popular[0].score);
  const auto why = recommender.explain(recommender.to_query({{"taken", "m01,m04,m07"}}), {given[0].item});
  double score = 0;
  for (const FeatureShare& share : why[0].features) {
    EXPECT_EQ(share.column, "taken");
    score += share.score;
  }
  EXPECT_NEAR(score, given[0].score, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Kinds, ItemToItemBundle,
                         ::testing::Values("item_knn", "ease", "slim", "transitions"),
                         [](const auto& kind) { return std::string(kind.param); });

class OddItemToItemBundle : public ItemToItemBundle {};

std::string error_of_table(const std::string& kind, const std::string& csv, const std::string& more = "") {
  const TinyTable table(csv);
  const std::string toml = replaced(
      kConfig,
      {{"TABLE", table.path()},
       {"KIND", kind},
       {"attributes = [\"genre\", \"year\"]\n", ""},
       {"user  = \"user\"\n", "user  = \"user\"\nsplit = { train = 1, validation = 0, test = 0 }\n" + more}});
  return message_of([&] {
    const Config config = read_config(parse_toml(toml, "c.toml"), "c.toml");
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    train(config, {.out = table.folder() / "bundle", .threads = 1}, nobody, stop);
    const Recommender recommender = Recommender::load(table.folder() / "bundle");
    if (recommender.recommend(Record{{"user", "a"}}, {.k = 3, .seen = SeenPolicy::keep}).empty())
      throw failed("an empty list");
  });
}

TEST_P(OddItemToItemBundle, OneUserOneItemAndNoUserAtAll) {
  EXPECT_EQ(error_of_table(GetParam(), "user,movie\na,x\na,y\na,z\n"), "");
  EXPECT_EQ(error_of_table(GetParam(), "user,movie\na,x\nb,x\n"), "");
  EXPECT_EQ(error_of_table(GetParam(), "user,movie\na,x\n"), "");
}

TEST_P(OddItemToItemBundle, WeightsOfZeroAreNothingToLearnFrom) {
  const std::string csv = "user,movie,w\na,x,0\na,y,0\n";
  EXPECT_NE(error_of_table(GetParam(), csv, "weight = \"w\"\n"), "");
}

INSTANTIATE_TEST_SUITE_P(Kinds, OddItemToItemBundle,
                         ::testing::Values("item_knn", "ease", "slim", "transitions"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace shortlist
