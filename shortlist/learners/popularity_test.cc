#include "shortlist/learners/popularity.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/io/json.h"
#include "shortlist/jobs/evaluate.h"
#include "shortlist/jobs/training.h"
#include "shortlist/learners/kinds.h"
#include "shortlist/recommend/golden.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/bundles.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;

Numbers items_of(const Found& found) {
  Numbers items;
  for (const Scored& scored : found.best) items.push_back(scored.index);
  return items;
}

TEST(Popularity, ListsTheMostFrequentFirstAndTheEarlierOfEqualOnes) {
  const PopularityRetriever popularity({2, 5, 0, 5, 3});
  const QueryBatch two{.rows = 2};
  const Numbers seen = {1, 4};
  const std::vector<std::span<const uint32_t>> left_out = {{}, seen};
  const auto found = popularity.retrieve(two, 3, {}, left_out);
  EXPECT_EQ(items_of(found[0]), (Numbers{1, 3, 4}));
  EXPECT_EQ(items_of(found[1]), (Numbers{3, 0, 2}));
  EXPECT_TRUE(found[0].exact);
  const std::vector<uint8_t> eligible = {1, 0, 0, 0, 1};
  EXPECT_EQ(items_of(popularity.retrieve(two, 3, eligible, left_out)[0]), (Numbers{4, 0}));
  EXPECT_EQ(popularity.score_pairs(two, Numbers{0, 1}, Numbers{3, 4}), (std::vector<float>{5, 3}));
}

TEST(Popularity, FindsWhatTheDefaultOfAllKindsFinds) {
  std::vector<float> scores;
  for (uint32_t i = 0; i < 500; ++i) scores.push_back(static_cast<float>(i * 7919 % 13));
  const PopularityRetriever popularity(scores);
  const Numbers out = {3, 13, 26, 499};
  const std::vector<std::span<const uint32_t>> left_out = {out};
  std::vector<uint8_t> eligible(500, 1);
  for (size_t i = 0; i < 500; i += 5) eligible[i] = 0;
  for (size_t k : {0, 1, 40, 600}) {
    const auto fast = popularity.retrieve({.rows = 1}, k, eligible, left_out);
    const auto slow = popularity.Retriever::retrieve({.rows = 1}, k, eligible, left_out);
    EXPECT_EQ(items_of(fast[0]), items_of(slow[0])) << k;
  }
}

// A config without features, towers or layers.
constexpr const char* kConfig = R"([data]
table = "TABLE"
user  = "user"

[model]
kind = "popularity"

[items]
id         = "movie"
attributes = ["genre", "year"]

[retrieval]
top_k = [1, 5, 10]
)";

class PopularityBundle : public ::testing::Test {
 protected:
  Config config(const Changes& changes = {}) const {
    const std::string toml = replaced(replaced(kConfig, changes), {{"TABLE", table_.path()}});
    return read_config(parse_toml(toml, "popular.toml"), "popular.toml");
  }
  std::string path() const { return table_.folder() / "bundle"; }
  EvaluationReport train_with(const Config& config) const {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    return train(config, {.out = path(), .threads = 1, .overwrite = true}, nobody, stop).report;
  }
  std::string error(const Changes& changes) const {
    return message_of([&] { train_with(config(changes)); });
  }

 private:
  TinyTable table_;
};

const ReportMetric& figure(const TaskReport& task, const std::string& name) {
  return *std::ranges::find(task.model, name, &ReportMetric::name);
}

TEST_F(PopularityBundle, IsMeasuredAsTheBaselineOfItsName) {
  train_with(config());
  for (const char* split : {"test", "validation"}) {
    const EvaluationReport report = evaluate(load_bundle(path()), config(), split, 1);
    ASSERT_EQ(report.tasks.size(), 1u);
    EXPECT_TRUE(report.losses.empty());
    const TaskReport& task = report.tasks[0];
    ASSERT_EQ(task.baselines[0].name, baseline::popularity);
    for (const BaselineMetric& of_baseline : task.baselines[0].figures)
      EXPECT_EQ(figure(task, of_baseline.name).value, of_baseline.value) << of_baseline.name;
    EXPECT_EQ(report.list->order, "score");
  }
}

TEST_F(PopularityBundle, AnswersFiltersAndExplains) {
  train_with(config());
  const Recommender recommender = Recommender::load(path());
  EXPECT_EQ(recommender.query_columns(), (std::vector<std::string>{"user"}));
  EXPECT_EQ(check_golden_requests(recommender), 8u);
  const Record stranger = {{"user", "nobody"}}, known = {{"user", "u03"}};
  bool exact = false;
  const auto all = recommender.recommend(stranger, {.k = 30, .exact = &exact});
  ASSERT_EQ(all.size(), 30u);
  EXPECT_TRUE(exact);
  for (size_t i = 1; i < all.size(); ++i) EXPECT_GE(all[i - 1].score, all[i].score);
  // Items that a known user has in the training rows are left out by default.
  const auto unseen = recommender.recommend(known, {.k = 30});
  EXPECT_LT(unseen.size(), 30u);
  EXPECT_EQ(recommender.recommend(known, {.k = 30, .seen = SeenPolicy::keep}).size(), 30u);
  const std::string first = recommender.item_id(all[0].item);
  EXPECT_EQ(recommender.recommend(stranger, {.k = 1, .exclude = {first}})[0].item, all[1].item);
  for (const auto& item : recommender.recommend(stranger, {.where = {Condition::parse("year>=2010")}}))
    EXPECT_GE(std::get<int64_t>(recommender.attributes()[1].values[item.item]), 2010);
  Column user;
  user.rows = 1;
  user.texts = {"u03"};
  const auto why = recommender.explain({user}, {all[0].item});
  EXPECT_EQ(why[0].method, "popular");
  EXPECT_EQ(why[0].constant, all[0].score);
}

TEST_F(PopularityBundle, SaysWhatItDoesNotHave) {
  train_with(config());
  const Recommender recommender = Recommender::load(path());
  EXPECT_EQ(message_of([&] { recommender.similar(0, Similarity::learned, 3); }),
            "similar by learned needs item vectors, but a model of kind \"popularity\" has none");
  EXPECT_EQ(recommender.similar(0, Similarity::jaccard, 3).size(), 3u);
  EXPECT_EQ(message_of([&] { recommender.embed_items({}); }),
            "embed needs a model with towers, but this one is of kind \"popularity\"");
}

TEST_F(PopularityBundle, CountsUsersOnce) {
  train_with(config({{"kind = \"popularity\"", "kind = \"popularity\"\ncount = \"users\""}}));
  const Bundle bundle = load_bundle(path());
  const auto& scores = dynamic_cast<const PopularityRetriever&>(*bundle.retriever).scores();
  ASSERT_EQ(scores.size(), 30u);
  std::vector<float> expected(30);
  for (size_t u = 0; u < bundle.ratings.users.size(); ++u) {
    std::vector<int32_t> items(bundle.ratings.items.begin() + bundle.ratings.offsets[u],
                               bundle.ratings.items.begin() + bundle.ratings.offsets[u + 1]);
    std::ranges::sort(items);
    items.erase(std::unique(items.begin(), items.end()), items.end());
    for (int32_t item : items) ++expected[static_cast<size_t>(item)];
  }
  EXPECT_EQ(scores, expected);
}

TEST_F(PopularityBundle, IsOneFileThatIsChecked) {
  train_with(config());
  const std::string manifest_path = path() + "/" + kManifestFile;
  const Manifest manifest = parse_manifest(read_file(manifest_path), manifest_path);
  EXPECT_EQ(manifest.kind, "popularity");
  EXPECT_NE(manifest.find("popularity.safetensors"), nullptr);
  EXPECT_EQ(manifest.find("weights.safetensors"), nullptr);
  unlist_in_bundle(path(), "popularity.safetensors");
  EXPECT_EQ(message_of([&] { load_bundle(path()); }),
            manifest_path + ": does not list popularity.safetensors, which this bundle needs");
  Manifest other = manifest;
  other.kind = "poplarity";
  write_file_atomically(manifest_path, manifest_text(other));
  EXPECT_EQ(message_of([&] { load_bundle(path()); }),
            manifest_path + ": there is no kind of model 'poplarity'; did you mean 'popularity'?");
  other.kind = "two_tower";
  write_file_atomically(manifest_path, manifest_text(other));
  EXPECT_EQ(message_of([&] { load_bundle(path()); }),
            manifest_path + ": the model is of kind 'two_tower', but config.toml has 'popularity'");
}

TEST_F(PopularityBundle, NamesWhatIsWrongInItsConfig) {
  EXPECT_EQ(error({{"kind = \"popularity\"", "kind = \"poplarity\""}}),
            "popular.toml:6: model.kind: there is no kind of model 'poplarity'; did you mean 'popularity'?");
  EXPECT_EQ(
      error({{"kind = \"popularity\"", "kind = \"popularity\"\ncuont = \"rows\""}}),
      "popular.toml:7: model: unknown key 'cuont'; did you mean 'count'? (known: count, half_life, segment, "
      "shrink, kind)");
  EXPECT_EQ(error({{"top_k = [1, 5, 10]", "temperature = 2"}}),
            "popular.toml:13: retrieval.temperature: is for model.kind = \"two_tower\", but model.kind is "
            "\"popularity\"");
  EXPECT_EQ(error({{"user  = \"user\"", ""}}),
            "popular.toml:5: model.kind: \"popularity\" needs data.user, the column that names a query's "
            "user, or query.features");
}

// Two towers rank what popularity retrieves.
TEST_F(PopularityBundle, MayBeRanked) {
  const EvaluationReport report = train_with(config({{"[items]\n", R"([features]
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
  EXPECT_EQ(report.tasks.size(), 2u);
  const Recommender recommender = Recommender::load(path());
  EXPECT_GT(check_golden_requests(recommender), 0u);
  const Record stranger = {{"user", "nobody"}};
  const auto by_score = recommender.recommend(stranger, {.k = 10, .order = ListOrder::score});
  const auto ranked = recommender.recommend(stranger, {.k = 10});
  ASSERT_EQ(ranked.size(), 10u);
  Numbers popular, found;
  for (size_t i = 0; i < 10; ++i) {
    popular.push_back(by_score[i].item);
    found.push_back(ranked[i].item);
    if (i > 0) {
      EXPECT_GE(ranked[i - 1].predictions[0], ranked[i].predictions[0]);
    }
  }
  std::ranges::sort(popular);
  std::ranges::sort(found);
  EXPECT_EQ(popular, found);
  Column user;
  user.rows = 1;
  user.texts = {"u03"};
  const auto why = recommender.explain({user}, {ranked[0].item});
  EXPECT_EQ(why[0].method, "popular");
  ASSERT_EQ(why[0].features.size(), 1u);
  EXPECT_EQ(why[0].features[0].score, 0);
  EXPECT_EQ(why[0].features[0].predictions.size(), 1u);
}

}  // namespace
}  // namespace shortlist
