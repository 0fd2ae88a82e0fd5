#include "shortlist/recommend/recommender.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <thread>

#include "shortlist/bundle/bundle.h"
#include "shortlist/jobs/training.h"
#include "shortlist/recommend/left_out.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

// Lists with all items by predicted label.
const Changes kEverything = {
    {"optimizer = { adam = 0.01 }\n",
     "optimizer = { adam = 0.01 }\n\n[recommend]\nseen = \"keep\"\norder = \"predicted\"\n"}};

// The small table's model, trained and saved by a full training job.
class TrainedBundle {
 public:
  explicit TrainedBundle(const Changes& changes = kEverything) {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    train(table_.config(changes), {.out = path(), .threads = 1}, nobody, stop);
  }
  std::string path() const { return table_.folder() / "bundle"; }

 private:
  TinyTable table_;
};

std::string bundle_path() {
  static const TrainedBundle bundle;
  return bundle.path();
}
const Recommender& tiny() {
  static const Recommender recommender = Recommender::load(bundle_path());
  return recommender;
}

const Record kQuery = {{"user", "u03"}, {"country", "Norway"}};

RecommendOptions options_of(int k, const std::vector<std::string>& where = {},
                            const std::vector<std::string>& exclude = {}) {
  RecommendOptions options{.k = k, .exclude = exclude};
  for (const std::string& text : where) options.where.push_back(Condition::parse(text));
  return options;
}

// A record as columns of one row.
std::vector<Column> columns_of(const Record& record, const std::vector<std::string>& names) {
  std::vector<Column> columns;
  for (const std::string& name : names) {
    const auto at = std::ranges::find(record, name, &Record::value_type::first);
    columns.push_back({.rows = 1, .texts = {at->second}});
  }
  return columns;
}

// The inner product query . candidate of each item, from the embeddings.
std::vector<double> all_scores(const Recommender& recommender, const Record& query) {
  const std::vector<float> u =
      recommender.embed_queries(columns_of(query, recommender.query_columns())).front();
  const ConstMatrix items = recommender.bundle().item_vectors();
  std::vector<double> scores;
  for (size_t i = 0; i < items.rows; ++i)
    scores.push_back(std::inner_product(u.begin(), u.end(), items.row(i), 0.0));
  return scores;
}

// Slow reference: all allowed items sorted by score, then the first `retrieve` sorted by predict().
std::vector<uint32_t> brute_force(const Recommender& recommender, const Record& query,
                                  const RecommendOptions& options) {
  const std::vector<double> scores = all_scores(recommender, query);
  const std::vector<uint8_t> allowed = recommender.eligible_items(options);
  std::vector<uint32_t> items;
  for (uint32_t i = 0; i < scores.size(); ++i)
    if (allowed.empty() || allowed[i]) items.push_back(i);
  std::ranges::sort(items, std::greater(), [&](uint32_t i) { return scores[i]; });
  items.resize(std::min(items.size(), options.candidates()));
  if (!recommender.labels().empty()) {
    std::ranges::stable_sort(items, std::greater(), [&](uint32_t i) {
      return recommender.predict(query, {{"movie", recommender.item_id(i)}})[0];
    });
  }
  items.resize(std::min(items.size(), static_cast<size_t>(options.k)));
  return items;
}

std::vector<uint32_t> items_of(const std::vector<Recommendation>& answer) {
  std::vector<uint32_t> items;
  for (const Recommendation& recommendation : answer) items.push_back(recommendation.item);
  return items;
}

void expect_brute_force(const Recommender& recommender, const RecommendOptions& options) {
  for (const char* user : {"u00", "u03", "u07"}) {
    for (const char* country : {"Norway", "Peru"}) {
      const Record query = {{"user", user}, {"country", country}};
      EXPECT_EQ(items_of(recommender.recommend(query, options)), brute_force(recommender, query, options));
    }
  }
}

TEST(Recommender, FindsWhatBruteForceFinds) {
  for (int k : {1, 5, 30}) expect_brute_force(tiny(), options_of(k));
}

TEST(Recommender, FindsWhatBruteForceFindsAtAnySelectivity) {
  // 30 movies of the years 1990 to 2019: 29, 15, 3, 1 and 0 of them.
  for (const char* where : {"year>1990", "year>=2005", "year>2016", "year=2007", "year>2100"}) {
    SCOPED_TRACE(where);
    expect_brute_force(tiny(), options_of(5, {where}));
    expect_brute_force(tiny(), options_of(5, {where, "genre=Drama"}));
    expect_brute_force(tiny(), options_of(3, {where}, {"m07", "m20", "m29"}));
  }
}

TEST(Recommender, RetrievesThenRanks) {
  for (int retrieve : {5, 12, 30, 1000}) {
    RecommendOptions options = options_of(5);
    options.retrieve = retrieve;
    expect_brute_force(tiny(), options);
  }
  RecommendOptions options = options_of(5);
  options.retrieve = 30;
  const std::vector<Recommendation> answer = tiny().recommend(kQuery, options);
  EXPECT_TRUE(std::ranges::is_sorted(answer, std::greater(), [](const auto& r) { return r.predictions[0]; }));
  RecommendOptions few = options_of(5);
  few.retrieve = 5;
  EXPECT_NE(items_of(answer), items_of(tiny().recommend(kQuery, few)));
}

TEST(Recommender, TellsScoresAndPredictions) {
  const std::vector<double> scores = all_scores(tiny(), kQuery);
  for (const Recommendation& r : tiny().recommend(kQuery, options_of(30))) {
    EXPECT_NEAR(r.score, scores[r.item], 1e-5);
    ASSERT_EQ(r.predictions.size(), 1u);
    EXPECT_NEAR(r.predictions[0], tiny().predict(kQuery, {{"movie", tiny().item_id(r.item)}})[0], 1e-5);
  }
}

TEST(Recommender, GivesAllThatAreAllowedWhenKIsLarger) {
  EXPECT_EQ(tiny().recommend(kQuery, options_of(1000)).size(), 30u);
  EXPECT_EQ(tiny().recommend(kQuery, options_of(1000, {"year>=2018"})).size(), 2u);
  EXPECT_EQ(tiny().recommend(kQuery, options_of(5, {"year>=3000"})).size(), 0u);
}

TEST(Recommender, AnswersManyQueriesAsOneByOne) {
  std::vector<std::string> users;
  for (int i = 0; i < 100; ++i) users.push_back(fmt::format("u{:02}", i % 17));
  std::vector<Column> columns(2);
  for (Column& column : columns) column.rows = users.size();
  for (const std::string& user : users) {
    columns[0].texts.push_back(user);
    columns[1].texts.push_back("Peru");
  }
  ASSERT_EQ(tiny().query_columns(), (std::vector<std::string>{"user", "country"}));
  const auto answers = tiny().recommend(columns, options_of(4));
  ASSERT_EQ(answers.size(), 100u);
  for (size_t i = 0; i < users.size(); ++i) {
    const auto alone = tiny().recommend({{"user", users[i]}, {"country", "Peru"}}, options_of(4));
    EXPECT_EQ(items_of(answers[i]), items_of(alone)) << i;
    EXPECT_EQ(answers[i][0].score, alone[0].score);
    EXPECT_EQ(answers[i][0].predictions, alone[0].predictions);
  }
}

TEST(Recommender, WithoutARankingOrdersByScore) {
  const TrainedBundle bundle(
      Changes{{"[training]", "[recommend]\nseen = \"keep\"\n\n[training]"},
              {"[[ranking]]\nlabel  = \"rating\"\nlayers = [{ cross = \"full\" }, { dense = 16, "
               "activation = \"relu\" }, { batch_norm = true }, { dropout = 0.2 }]",
               ""}});
  const Recommender recommender = Recommender::load(bundle.path());
  expect_brute_force(recommender, options_of(7));
  EXPECT_TRUE(recommender.labels().empty());
  EXPECT_TRUE(recommender.recommend(kQuery, options_of(7))[0].predictions.empty());
  EXPECT_EQ(message_of([&] {
              recommender.predict(kQuery, {{"movie", "m01"}});
            }),
            "predict: the model has no [[ranking]] task, so it predicts nothing");
}

TEST(Recommender, WithoutRetrievalRanksEverything) {
  const TrainedBundle bundle(Changes{{"[retrieval]\nreduction = \"mean\"\ntop_k     = [1, 5]", ""}});
  const Recommender recommender = Recommender::load(bundle.path());
  EXPECT_FALSE(recommender.has_retrieval());
  const auto answer = recommender.recommend(kQuery, options_of(5, {"year>=2000"}));
  ASSERT_EQ(answer.size(), 5u);
  float best = -INFINITY;
  const SeenItems seen = seen_items(recommender.bundle().ratings);
  const auto of_user =
      seen.of(KnownUsers(recommender.bundle()).number(columns_of(kQuery, recommender.query_columns()), 0));
  for (uint32_t i = 10; i < 30; ++i)
    if (!std::ranges::binary_search(of_user, i))
      best = std::max(best, recommender.predict(kQuery, {{"movie", recommender.item_id(i)}})[0]);
  EXPECT_NEAR(answer[0].predictions[0], best, 1e-6);
  EXPECT_EQ(answer[0].score, 0);
  EXPECT_TRUE(std::ranges::is_sorted(answer, std::greater(), [](const auto& r) { return r.predictions[0]; }));
}

TEST(Recommender, PredictsByIdAsByColumns) {
  for (uint32_t item : {0u, 7u, 29u}) {
    const std::string id = tiny().item_id(item);
    const float by_id = tiny().predict(kQuery, {{"movie", id}})[0];
    const Record candidate = {{"movie", id}, {"genre", tiny().attribute(0, item)}};
    EXPECT_NEAR(by_id, tiny().predict(kQuery, candidate)[0], 1e-5);
    const auto by_columns = tiny().predict(columns_of(kQuery, tiny().query_columns()),
                                           columns_of(candidate, tiny().item_columns()));
    EXPECT_NEAR(by_id, by_columns[0][0], 1e-5);
  }
}

TEST(Recommender, EmbedsItemsAsInTheBundle) {
  const Record candidate = {{"movie", "m07"}, {"genre", tiny().attribute(0, 7)}};
  const auto embedding = tiny().embed_items(columns_of(candidate, tiny().item_columns())).front();
  for (size_t i = 0; i < embedding.size(); ++i)
    EXPECT_NEAR(embedding[i], tiny().bundle().item_vectors()(7, i), 1e-5);
}

TEST(Recommender, AnswersTheSameFromManyThreads) {
  const Recommender recommender = Recommender::load(bundle_path());
  const std::vector<uint32_t> expected = items_of(tiny().recommend(kQuery, options_of(8)));
  const float prediction = tiny().predict(kQuery, {{"movie", "m03"}})[0];
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        wrong[t] += items_of(recommender.recommend(kQuery, options_of(8))) != expected;
        wrong[t] += recommender.predict(kQuery, {{"movie", "m03"}})[0] != prediction;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(Recommender, FindsItemsByTheirId) {
  EXPECT_EQ(tiny().item_count(), 30u);
  EXPECT_EQ(tiny().id_column(), "movie");
  EXPECT_EQ(tiny().find_item("m12"), 12u);
  EXPECT_EQ(tiny().find_item("m99"), std::nullopt);
  EXPECT_EQ(tiny().attribute(1, 12), "2002");
}

TEST(Recommender, TellsWhatItHasNotSeen) {
  using Messages = std::vector<std::string>;
  EXPECT_EQ(tiny().unseen(kQuery), Messages());
  EXPECT_EQ(tiny().unseen({{"user", "u03"}, {"country", "Chile"}}),
            (Messages{"country: the model has not seen the value 'Chile'"}));
  EXPECT_EQ(tiny().unseen({{"movie", "m99"}}, Recommender::Side::item),
            (Messages{"movie: the model has not seen the value 'm99'"}));
  std::vector<Column> columns(2);
  columns[0] = {.rows = 4, .texts = {"u03", "u99", "u98", "u98"}};
  columns[1] = {.rows = 4, .texts = {"Peru", "Peru", "Chile", "Chile"}};
  const UnseenCounts expected = {{"user", 3}, {"country", 2}};
  UnseenCounts embedding, recommending, predicting;
  tiny().embed_queries(columns, &embedding);
  EXPECT_EQ(embedding, expected);
  RecommendOptions options = options_of(2);
  options.unseen = &recommending;
  tiny().recommend(columns, options);
  EXPECT_EQ(recommending, expected);
  const std::vector<Column> candidates = {{.rows = 4, .texts = {"m01", "m02", "m99", "m03"}},
                                          {.rows = 4, .texts = {"War", "Drama", "War", "War"}}};
  ASSERT_EQ(tiny().item_columns(), (std::vector<std::string>{"movie", "genre"}));
  tiny().predict(columns, candidates, &predicting);
  EXPECT_EQ(predicting, (UnseenCounts{{"user", 3}, {"country", 2}, {"movie", 1}, {"genre", 0}}));
}

TEST(Recommender, AnUnknownIdIsNoCandidateWhereTheModelDoesNotSeeIt) {
  const TrainedBundle bundle(Changes{{"[\"movie\", \"genre\"]", "[\"genre\"]"}});
  const Recommender recommender = Recommender::load(bundle.path());
  EXPECT_EQ(message_of([&] {
              recommender.predict(kQuery, {{"movie", "m3"}});
            }),
            "item: there is no movie 'm3' (did you mean 'm03'?); for a new one the model needs genre");
  EXPECT_EQ(recommender.predict(kQuery, {{"genre", "Drama"}}).size(), 1u);
}

TEST(Recommender, RecommendsAlsoForAQueryWithMissingColumns) {
  EXPECT_EQ(tiny().recommend({{"country", "Peru"}}, options_of(3)).size(), 3u);
  EXPECT_EQ(tiny().recommend(Record{}, options_of(3)).size(), 3u);
}

TEST(Recommender, RejectsUnknownColumns) {
  EXPECT_EQ(message_of([] {
              tiny().recommend({{"contry", "Peru"}}, options_of(3));
            }),
            "query: the model has no column 'contry'; did you mean 'country'? (columns: user, country)");
  EXPECT_EQ(message_of([] {
              tiny().predict(kQuery, {{"year", "1990"}});
            }),
            "item: the model has no column 'year' (columns: movie, genre)");
  EXPECT_EQ(message_of([] { tiny().recommend(kQuery, options_of(3, {"mood=dark"})); }),
            "where: the bundle has no attribute 'mood' (attributes: genre, year)");
}

TEST(Recommender, RejectsNumbersOutOfRange) {
  EXPECT_EQ(message_of([] { tiny().recommend(kQuery, options_of(0)); }), "k = 0: needs to be at least 1");
  EXPECT_EQ(message_of([] {
              RecommendOptions options = options_of(10);
              options.retrieve = 5;
              tiny().recommend(kQuery, options);
            }),
            "retrieve = 5: needs to be at least k = 10");
  EXPECT_EQ(message_of([] { tiny().similar(0, Similarity::learned, 0); }), "k = 0: needs to be at least 1");
}

TEST(Recommender, FindsSimilarItemsInEachWay) {
  for (Similarity by : {Similarity::learned, Similarity::jaccard, Similarity::cosine}) {
    const std::vector<SimilarItem> found = tiny().similar(3, by, 5);
    ASSERT_EQ(found.size(), 5u);
    EXPECT_TRUE(std::ranges::is_sorted(found, std::greater(), &SimilarItem::similarity));
    for (const SimilarItem& similar : found) {
      EXPECT_NE(similar.item, 3u);
      EXPECT_LE(std::abs(similar.similarity), 1 + 1e-6);
    }
  }
}

// The parts of each item's explanation add up to the score that recommend() returns.
void expect_parts_add_up(const Recommender& recommender, const char* method) {
  const std::vector<Column> query = columns_of(kQuery, recommender.query_columns());
  const auto answer = recommender.recommend(kQuery, options_of(30));
  const auto explanations = recommender.explain(query, items_of(answer));
  ASSERT_EQ(explanations.size(), answer.size());
  for (size_t i = 0; i < answer.size(); ++i) {
    EXPECT_EQ(explanations[i].method, method);
    ASSERT_EQ(explanations[i].features.size(), 2u);
    double sum = explanations[i].constant;
    for (const FeatureShare& share : explanations[i].features) sum += share.score;
    EXPECT_NEAR(sum, answer[i].score, 1e-4);
  }
}

TEST(Recommender, ExplainsAnAffineTowerByExactParts) {
  expect_parts_add_up(tiny(), "additive");
  const auto all = tiny().explain(columns_of(kQuery, tiny().query_columns()), {4});
  // Without a user, the score is that of the remaining features. A missing user has its own embedding row,
  // not zeros, so only the country's part can be compared.
  const Record stranger = {{"user", "u99"}, {"country", "Norway"}};
  const auto without = tiny().explain(columns_of(stranger, tiny().query_columns()), {4});
  EXPECT_NEAR(all[0].features[1].score, without[0].features[1].score, 1e-5);
  EXPECT_NEAR(all[0].constant, without[0].constant, 1e-5);
}

TEST(Recommender, ExplainsAnyTowerByIntegratedGradients) {
  for (const char* layers : {"layers   = [{ dense = 16, activation = \"relu\" }, { dense = 8 }]",
                             "layers   = [{ cross = \"full\" }, { dense = 8, activation = \"tanh\" }]",
                             "layers   = [{ dense = 8 }, { l2_normalize = true }]"}) {
    SCOPED_TRACE(layers);
    const TrainedBundle bundle(Changes{{"features = [\"user\", \"country\"]\nlayers   = [{ dense = 8 }]",
                                        std::string("features = [\"user\", \"country\"]\n") + layers}});
    expect_parts_add_up(Recommender::load(bundle.path()), "integrated_gradients");
  }
}

TEST(Recommender, ExplainsPredictionsByLeavingEachFeatureOut) {
  // An unknown country has the id of unseen values. A missing country, with a vocabulary without such ids,
  // gives zeros, the same as leaving the feature out.
  const TrainedBundle bundle(Changes{{"country = { kind = \"category\", dim = 4 }",
                                      "country = { kind = \"category\", dim = 4, missing = \"empty\" }"}});
  const Recommender recommender = Recommender::load(bundle.path());
  // For a user in the training data, the country would be filled in.
  const Record query = {{"user", "nobody"}, {"country", "Peru"}};
  const auto explanations = recommender.explain(columns_of(query, recommender.query_columns()), {3, 7});
  const double with = recommender.predict(query, {{"movie", "m07"}})[0];
  const double without = recommender.predict({{"user", "nobody"}}, {{"movie", "m07"}})[0];
  ASSERT_EQ(explanations[1].features[1].column, "country");
  ASSERT_EQ(explanations[1].features[1].predictions.size(), 1u);
  EXPECT_NEAR(explanations[1].features[1].predictions[0], with - without, 1e-5);
  EXPECT_NE(with, without);
}

}  // namespace
}  // namespace shortlist
