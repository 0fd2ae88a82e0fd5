#include "shortlist/recommend/history_explainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "shortlist/bundle/bundle.h"
#include "shortlist/jobs/training.h"
#include "shortlist/recommend/history_name.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/recommend/session.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

// A model of the small table whose queries have a history, in a column called "taken".
class HistoryModel {
 public:
  explicit HistoryModel(const std::string& settings, const Changes& changes = {}) {
    Changes all = {
        {"movie   = {", "taken   = { kind = \"history\", length = 8" + settings + " }\nmovie   = {"},
        {"features = [\"user\", \"country\"]", "features = [\"country\", \"taken\"]"},
        {"epochs    = 4", "epochs    = 20"},
        {"adam = 0.01", "adam = 0.05"}};
    all.insert(all.end(), changes.begin(), changes.end());
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    const std::string path = table_.folder() / "bundle";
    train(table_.config(all), {.out = path, .threads = 1}, nobody, stop);
    recommender = std::make_unique<Recommender>(Recommender::load(path));
  }

  std::unique_ptr<Recommender> recommender;

 private:
  TinyTable table_;
};

const Recommender& pooled() {
  static const HistoryModel model("");
  return *model.recommender;
}

const std::vector<std::string> kTaken = {"m01", "m12", "m07", "m12", "m25", "m18", "m03", "m29"};

Record query_of(const std::vector<std::string>& taken) {
  std::string text;
  for (const std::string& id : taken) text += (text.empty() ? "" : ",") + id;
  Record query = {{"country", "Peru"}};
  if (!text.empty()) query.emplace_back("taken", text);
  return query;
}

std::vector<std::string> without(std::vector<std::string> taken, const std::string& id) {
  std::erase(taken, id);
  return taken;
}

double score_of(const Recommender& recommender, const Record& query, uint32_t item) {
  for (const Recommendation& r : recommender.recommend(query, {.k = 30, .seen = SeenPolicy::keep}))
    if (r.item == item) return r.score;
  ADD_FAILURE() << "item " << item << " is not in the list";
  return 0;
}

// Compares the explanation of an item with answers to queries that lack each item of the history in turn.
// `scored` says whether the towers compute the scores.
void expect_changes(const Recommender& recommender, bool scored) {
  const uint32_t item = 4;
  const Record movie = {{"movie", recommender.item_id(item)}};
  const Record taken = query_of(kTaken);
  const auto explained = recommender.explain(recommender.to_query(taken), {9, item});
  ASSERT_EQ(explained.size(), 2u);
  EXPECT_TRUE(explained[1].features[0].history.empty());
  const std::vector<HistoryShare>& shares = explained[1].features[1].history;
  ASSERT_EQ(shares.size(), kHistoryShares);
  std::vector<double> changes;
  for (const std::string id : {"m01", "m12", "m07", "m25", "m18", "m03", "m29"}) {
    const Record query = query_of(kTaken), lacking = query_of(without(kTaken, id));
    const double score = score_of(recommender, query, item) - score_of(recommender, lacking, item);
    const double prediction =
        double{recommender.predict(query, movie)[0]} - double{recommender.predict(lacking, movie)[0]};
    changes.push_back(std::abs(scored ? score : prediction));
    const auto share = std::ranges::find(shares, *recommender.find_item(id), &HistoryShare::item);
    if (share == shares.end()) continue;
    EXPECT_NEAR(share->score, scored ? score : 0, 1e-5);
    ASSERT_EQ(share->predictions.size(), 1u);
    EXPECT_NEAR(share->predictions[0], prediction, 1e-5);
  }
  std::ranges::sort(changes, std::greater());
  EXPECT_GT(changes[0], 1e-3);
  for (size_t i = 0; i < shares.size(); ++i) {
    const double size = std::abs(scored ? shares[i].score : shares[i].predictions[0]);
    EXPECT_NEAR(size, changes[i], 1e-5);
  }
}

TEST(ExplainHistories, AgreesWithQueriesThatLackEachItem) {
  for (const char* settings :
       {"", ", half_life = 2.0", ", of = \"genre\"", ", layers = [{ dense = 6, activation = \"tanh\" }]"}) {
    SCOPED_TRACE(settings);
    expect_changes(*HistoryModel(settings).recommender, true);
  }
}

TEST(ExplainHistories, AgreesBehindLayersThatAreNotLinear) {
  const HistoryModel model(
      "", {{"layers   = [{ dense = 8 }]", "layers   = [{ dense = 8, activation = \"relu\" }]"}});
  expect_changes(*model.recommender, true);
}

TEST(ExplainHistories, ComparesPredictionsIfTheTowersDoNotScore) {
  const HistoryModel model("", {{"[data]", "[model]\nkind = \"popularity\"\n\n[data]"},
                                {"[retrieval]\nreduction = \"mean\"\ntop_k     = [1, 5]\n\n", ""}});
  expect_changes(*model.recommender, false);
}

TEST(ExplainHistories, NamesNoItemOfAnEmptyHistory) {
  const Recommender& recommender = pooled();
  for (const Record& query : {query_of({}), query_of({"m99"})}) {
    const auto explained = recommender.explain(recommender.to_query(query), {4});
    EXPECT_TRUE(explained[0].features[1].history.empty());
  }
  const Record half_known = query_of({"m07", "m98"});
  const auto one = recommender.explain(recommender.to_query(half_known), {4});
  ASSERT_EQ(one[0].features[1].history.size(), 1u);
  EXPECT_EQ(recommender.item_id(one[0].features[1].history[0].item), "m07");
}

// The single item of a history is all that it has.
TEST(ExplainHistories, OneItemOfAnAffineTowerHasTheWholeShare) {
  const Recommender& recommender = pooled();
  const Record single = query_of({"m07"});
  const auto explained = recommender.explain(recommender.to_query(single), {4});
  const FeatureShare& feature = explained[0].features[1];
  EXPECT_NEAR(feature.history[0].score, feature.score, 1e-5);
  EXPECT_NEAR(feature.history[0].predictions[0], feature.predictions[0], 1e-5);
}

TEST(ExplainHistories, StopsAtTheDeadline) {
  const Recommender& recommender = pooled();
  const Record taken = query_of(kTaken);
  const ModelFeatures features(recommender.bundle());
  Session session(recommender.bundle(), features);
  std::vector<Explanation> explanations(1);
  explanations[0].features.resize(2);
  const auto explain = [&](const Deadline& deadline) {
    explain_histories(recommender.bundle(), features.query, session, recommender.to_query(taken), {4},
                      deadline, explanations);
  };
  explain({});
  EXPECT_THROW(explain(Deadline(Deadline::Clock::now())), DeadlinePassed);
}

TEST(HistoryName, AlsoMeansTheOnlyColumnWithAHistory) {
  const Recommender& recommender = pooled();
  const auto scores = [&](const Record& query) {
    std::vector<float> all;
    for (const Recommendation& r : recommender.recommend(query, {.k = 5})) all.push_back(r.score);
    return all;
  };
  const Record other = {{"country", "Peru"}, {"history", "m07,m12"}};
  EXPECT_EQ(scores(other), scores(query_of({"m07", "m12"})));
  EXPECT_NE(scores(other), scores({{"country", "Peru"}}));
  EXPECT_EQ(recommender.predict(other, {{"movie", "m03"}}),
            recommender.predict(query_of({"m07", "m12"}), {{"movie", "m03"}}));
  EXPECT_THROW(scores({{"history", "m07"}, {"taken", "m12"}}), Error);
}

TEST(HistoryName, MeansNoneOfSeveral) {
  EXPECT_EQ(column_named("history", {"a", "taken"}, {"taken"}), "taken");
  EXPECT_EQ(column_named("history", {"history", "taken"}, {"taken"}), "history");
  EXPECT_EQ(column_named("history", {"a", "taken"}, {"a", "taken"}), "history");
  EXPECT_EQ(column_named("a", {"a", "taken"}, {"taken"}), "a");
}

TEST(UnknownItems, AreNamed) {
  const Recommender& recommender = pooled();
  EXPECT_EQ(recommender.unseen({{"history", "m07,m98,m12,m99"}, {"country", "Narnia"}}),
            (std::vector<std::string>{"taken: the model has not seen 2 of 4 items: 'm98', 'm99'",
                                      "country: the model has not seen the value 'Narnia'"}));
  EXPECT_EQ(recommender.unseen({{"history", "m98"}}),
            std::vector<std::string>{"taken: the model has not seen 1 of 1 item: 'm98'"});
  EXPECT_TRUE(recommender.unseen({{"history", "m07,m07"}}).empty());
}

}  // namespace
}  // namespace shortlist
