#include "shortlist/learners/blend.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/io/json.h"
#include "shortlist/jobs/evaluate.h"
#include "shortlist/jobs/training.h"
#include "shortlist/learners/kinds.h"
#include "shortlist/learners/popularity.h"
#include "shortlist/recommend/golden.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/bundles.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

// Two lists of popularity, with fixed weights.
BlendRetriever two_lists(double first, double second) {
  std::vector<BlendMember> members;
  members.push_back(
      {"one", "popularity", first, std::make_unique<PopularityRetriever>(std::vector<float>{1, 2, 3})});
  members.push_back(
      {"two", "popularity", second, std::make_unique<PopularityRetriever>(std::vector<float>{9, 0, 0})});
  return BlendRetriever(std::move(members));
}

TEST(Blend, AddsStandardizedScores) {
  const BlendRetriever blend = two_lists(2, 1);
  Buffer memory(1, 3);
  const Matrix scores = memory.view(1, 3);
  blend.score_all({.rows = 1}, scores);
  // Deviations: sqrt(2/3) of 1, 2, 3 and sqrt(18) of 9, 0, 0, whose mean is 3.
  EXPECT_FLOAT_EQ(scores(0, 0), static_cast<float>(2 * -1 / std::sqrt(2.0 / 3) + 6 / std::sqrt(18.0)));
  EXPECT_FLOAT_EQ(scores(0, 1), static_cast<float>(-3 / std::sqrt(18.0)));
  EXPECT_FLOAT_EQ(scores(0, 2), static_cast<float>(2 / std::sqrt(2.0 / 3) - 3 / std::sqrt(18.0)));
}

TEST(Blend, ExplainsEachMembersShare) {
  const BlendRetriever blend = two_lists(2, 1);
  Buffer memory(1, 3);
  const Matrix scores = memory.view(1, 3);
  blend.score_all({.rows = 1}, scores);
  const std::vector<uint32_t> items = {2, 0};
  const auto explained = blend.explain({.rows = 1}, items, {});
  ASSERT_EQ(explained.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(explained[i].method, "blend");
    ASSERT_EQ(explained[i].features.size(), 2u);
    EXPECT_EQ(explained[i].features[1].feature, "two");
    EXPECT_NEAR(explained[i].features[0].score + explained[i].features[1].score, scores(0, items[i]), 1e-5);
  }
}

constexpr const char* kConfig = R"([data]
table = "TABLE"
user  = "user"
split = { by = "stratified", validation = 0.15, test = 0.15 }

[features]
user    = { kind = "category", dim = 6 }
country = { kind = "category", dim = 4 }
movie   = { kind = "category", dim = 6 }

[model]
kind = "blend"

[[model.members]]
kind = "two_tower"

[[model.members]]
kind  = "popularity"
count = "users"

[[model.members]]
kind = "item_knn"

[query]
features = ["user", "country"]
layers   = [{ dense = 8 }]

[items]
id       = "movie"
features = ["movie"]
layers   = [{ dense = 8 }]
attributes = ["genre"]

[retrieval]
reduction = "mean"
top_k     = [1, 10]

[training]
epochs    = 2
batch     = 32
optimizer = { adam = 0.01 }
)";

class BlendBundle : public ::testing::Test {
 protected:
  Config config(const Changes& changes = {}) const {
    const std::string toml = replaced(replaced(kConfig, changes), {{"TABLE", table_.path()}});
    return read_config(parse_toml(toml, "blend.toml"), "blend.toml");
  }
  std::string path(const char* name = "bundle") const { return table_.folder() / name; }
  EvaluationReport train_with(const Config& config, const char* name = "bundle", int threads = 1) const {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    return train(config, {.out = path(name), .threads = threads, .overwrite = true}, nobody, stop).report;
  }
  std::string error(const Changes& changes) const {
    return message_of([&] { train_with(config(changes)); });
  }

 private:
  TinyTable table_;
};

TEST_F(BlendBundle, AnswersFromItsMembersAndIsStoredAsOneBundle) {
  const EvaluationReport trained = train_with(config());
  const Bundle bundle = load_bundle(path());
  const auto& blend = dynamic_cast<const BlendRetriever&>(*bundle.retriever);
  double sum = 0;
  for (const BlendMember& member : blend.members()) sum += member.weight;
  EXPECT_NEAR(sum, 1, 1e-9);
  ASSERT_EQ(blend.members().size(), 3u);
  EXPECT_EQ(blend.members()[2].name, "item_knn");
  EXPECT_GT(bundle.item_vectors().rows, 0u);
  const EvaluationReport again = evaluate(load_bundle(path()), config(), "test", 2);
  EXPECT_EQ(again.list->task.model[0].value, trained.list->task.model[0].value);
  const Recommender recommender = Recommender::load(path());
  EXPECT_EQ(check_golden_requests(recommender), 8u);
  const auto list = recommender.recommend({{"user", "u03"}, {"country", "Norway"}}, RecommendOptions{.k = 5});
  ASSERT_EQ(list.size(), 5u);
  const auto why =
      recommender.explain(recommender.to_query({{"user", "u03"}, {"country", "Norway"}}), {list[0].item});
  EXPECT_EQ(why[0].method, "blend");
  double score = 0;
  for (const FeatureShare& share : why[0].features) score += share.score;
  EXPECT_NEAR(score, list[0].score, 1e-4);
}

TEST_F(BlendBundle, HasTheSameBytesForAnyNumberOfThreads) {
  train_with(config(), "one", 1);
  train_with(config(), "three", 3);
  EXPECT_EQ(load_bundle(path("one")).version, load_bundle(path("three")).version);
}

TEST_F(BlendBundle, IsAtLeastAsGoodOnTheValidationRowsAsEachMember) {
  const auto ndcg = [&](const Changes& changes) {
    train_with(config(changes));
    const EvaluationReport report = evaluate(load_bundle(path()), config(), "validation", 1);
    const auto& figures = report.list->task.model;
    return std::ranges::find(figures, "ndcg@10", &ReportMetric::name)->value;
  };
  const double blended = ndcg({});
  for (const char* alone : {"[1, 0, 0]", "[0, 1, 0]", "[0, 0, 1]"}) {
    const std::string kind = fmt::format("kind = \"blend\"\nweights = {}", alone);
    EXPECT_GE(blended, ndcg({{"kind = \"blend\"", kind}}) - 1e-3) << alone;
  }
}

TEST_F(BlendBundle, OfOneMembersWeightGivesThatMembersLists) {
  train_with(config({{"kind = \"blend\"", "kind = \"blend\"\nweights = [0, 3, 0]"}}));
  const Recommender blend = Recommender::load(path());
  constexpr const char* kAlone = R"([data]
table = "TABLE"
user  = "user"
split = { by = "stratified", validation = 0.15, test = 0.15 }
[model]
kind  = "popularity"
count = "users"
[items]
id = "movie"
)";
  const std::string toml = replaced(kAlone, {{"TABLE", config().data.table}});
  train_with(read_config(parse_toml(toml, "alone.toml"), "alone.toml"), "alone");
  const Recommender alone = Recommender::load(path("alone"));
  for (const char* user : {"u01", "u05", "nobody"}) {
    const auto a = blend.recommend({{"user", user}, {"country", "Peru"}}, RecommendOptions{.k = 8});
    const auto b = alone.recommend({{"user", user}}, RecommendOptions{.k = 8});
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i)
      EXPECT_EQ(blend.item_id(a[i].item), alone.item_id(b[i].item)) << user;
  }
}

TEST_F(BlendBundle, RefusesWhatMakesNoBlend) {
  EXPECT_NE(
      error({{"kind = \"item_knn\"", "kind = \"blend\""}}).find("a blend cannot be a member of a blend"),
      std::string::npos);
  EXPECT_NE(message_of([] {
              read_config(parse_toml("[model]\nkind = \"blend\"\n[items]\nid = \"a\"\n", "b.toml"), "b.toml");
            }).find("has 0, need two or more kinds"),
            std::string::npos);
  EXPECT_NE(error({{"kind = \"item_knn\"", "kind = \"two_tower\""}}).find("has two members with towers"),
            std::string::npos);
  EXPECT_NE(error({{"kind = \"item_knn\"", "kind = \"item_kn\""}}).find("did you mean 'item_knn'"),
            std::string::npos);
  EXPECT_NE(error({{"count = \"users\"", "cuont = \"users\""}}).find("cuont"), std::string::npos);
  EXPECT_NE(
      error({{"kind = \"blend\"", "kind = \"blend\"\nweights = [1, 2]"}}).find("has 2 numbers for 3 members"),
      std::string::npos);
  EXPECT_NE(error({{"kind = \"blend\"", "kind = \"blend\"\nweights = [0, 0, 0]"}}).find("has only zeros"),
            std::string::npos);
  EXPECT_NE(error({{"validation = 0.15, test = 0.15", "validation = 0, test = 0.15"}})
                .find("learned weights need validation rows, of which data.split leaves none"),
            std::string::npos);
  EXPECT_NE(error({{"epochs    = 2", "epochs = 2\nrefit = true"}}).find("which training.refit trains on"),
            std::string::npos);
}

TEST_F(BlendBundle, NamesADamagedFile) {
  train_with(config());
  for (const char* file : {"blend.json", "member_1_popularity.safetensors"}) {
    const std::string whole = read_file(path() + "/" + file);
    write_file_atomically(path() + "/" + file, whole.substr(0, whole.size() / 2));
    EXPECT_NE(message_of([&] { load_bundle(path()); }).find(file), std::string::npos) << file;
    write_file_atomically(path() + "/" + file, whole);
  }
  load_bundle(path());
}

}  // namespace
}  // namespace shortlist
