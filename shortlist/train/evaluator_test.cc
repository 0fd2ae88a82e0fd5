#include "shortlist/train/evaluator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/testing/prepared_table.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

// The model's answer to each row, computed for one row and one item at a time.
class BruteForce {
 public:
  explicit BruteForce(TinyModel& model)
      : model_(model),
        query_(model.spec, model.parameters, {.outputs = {model.spec.query}}),
        candidate_(model.spec, model.parameters, {.outputs = {model.spec.candidate}}),
        all_(model.spec, model.parameters, {.outputs = model.spec.ranking_nodes()}) {}

  std::vector<float> query(uint32_t row) {
    const std::vector<uint32_t> rows = {model_.data().query_of_row[row]};
    query_.forward(model_.pool, Batch::of(kQueryRows, model_.data().queries, rows));
    const auto output = query_.output(model_.spec.query).row_span(0);
    return {output.begin(), output.end()};
  }
  std::vector<float> candidate(uint32_t candidate) {
    const std::vector<uint32_t> rows = {candidate};
    candidate_.forward(model_.pool, Batch::of(kCandidateRows, model_.data().candidates, rows));
    const auto output = candidate_.output(model_.spec.candidate).row_span(0);
    return {output.begin(), output.end()};
  }
  double score(uint32_t row, uint32_t candidate_row) {
    const auto u = query(row), v = candidate(candidate_row);
    return std::inner_product(u.begin(), u.end(), v.begin(), 0.0);
  }
  // Runs both towers and the ranking as one model.
  float prediction(uint32_t row) {
    const std::vector<uint32_t> query = {model_.data().query_of_row[row]},
                                candidate = {model_.data().candidate_of_row[row]}, first = {0};
    Batch batch = Batch::of_pairs(first, first);
    batch.at(kQueryRows) = {&model_.data().queries, query};
    batch.at(kCandidateRows) = {&model_.data().candidates, candidate};
    all_.forward(model_.pool, batch);
    return static_cast<float>(
        model_.spec.rankings[0].scale.original(all_.output(model_.spec.rankings[0].node)(0, 0)));
  }

 private:
  TinyModel& model_;
  Plan query_, candidate_, all_;
};

std::vector<uint32_t> all_rows(const TinyModel& model) { return model.data().split.rows("all"); }

RowScores scores_of(TinyModel& model, const std::vector<uint32_t>& rows) {
  return Evaluator(resolve_training(model.config), model.spec, model.parameters, model.data(), model.pool)
      .score(rows);
}

TEST(Evaluator, RanksAsBruteForceDoes) {
  const TinyTable table;
  TinyModel model(table);
  train_tiny(model);
  const std::vector<uint32_t> rows = all_rows(model);
  const RowScores scores = scores_of(model, rows);
  BruteForce brute(model);
  const Dataset& data = model.data();
  ASSERT_EQ(scores.ranks.size(), rows.size());
  for (size_t i = 0; i < rows.size(); i += 3) {
    const uint32_t own = data.item_of_candidate[data.candidate_of_row[rows[i]]];
    const double mine = brute.score(rows[i], data.candidate_of_item[own]);
    uint32_t greater = 0;
    for (uint32_t item = 0; item < data.items.ids.size(); ++item)
      greater += item != own && brute.score(rows[i], data.candidate_of_item[item]) > mine;
    EXPECT_EQ(scores.ranks[i], (Rank{greater, 0})) << "row " << rows[i];
  }
}

TEST(Evaluator, RanksAmongUnseenItemsAsBruteForceDoes) {
  const TinyTable table;
  TinyModel model(table);
  train_tiny(model);
  const Dataset& data = model.data();
  const std::vector<uint32_t>& rows = data.split.validation;
  const RowScores scores = scores_of(model, rows);
  BruteForce brute(model);
  ASSERT_EQ(scores.unseen_ranks.size(), rows.size());
  size_t repeats = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto seen = data.seen.of(data.user_of_row[rows[i]]);
    const auto is_seen = [&](uint32_t item) { return std::ranges::binary_search(seen, item); };
    const uint32_t own = data.item_of_candidate[data.candidate_of_row[rows[i]]];
    const double mine = brute.score(rows[i], data.candidate_of_item[own]);
    uint32_t greater = 0;
    for (uint32_t item = 0; item < data.items.ids.size(); ++item)
      greater += item != own && !is_seen(item) && brute.score(rows[i], data.candidate_of_item[item]) > mine;
    repeats += is_seen(own);
    const Rank expected = is_seen(own) ? Rank{30, 0, true} : Rank{greater, 0};
    EXPECT_EQ(scores.unseen_ranks[i], expected) << "row " << rows[i];
  }
  EXPECT_GT(repeats, 0u);
  EXPECT_LT(repeats, rows.size());
}

TEST(Evaluator, RanksNothingApartWhereQueriesTellNoUser) {
  const TinyTable table;
  TinyModel model(table, {{"[\"user\", \"country\"]", "[\"country\"]"}});
  EXPECT_TRUE(scores_of(model, model.data().split.validation).unseen_ranks.empty());
  Evaluator evaluator(resolve_training(model.config), model.spec, model.parameters, model.data(), model.pool);
  const Metrics figures = evaluator.figures(model.data().split.validation, true);
  EXPECT_EQ(find_metric(figures, "unseen_top_5"), nullptr);
  EXPECT_EQ(find_metric(figures, "ndcg@5"), nullptr);
}

TEST(Evaluator, RanksItemsBehindAllThatTheCatalogueDoesNotHave) {
  const TinyTable table, other(std::string("user,country,movie,genre,year,rating\n") +
                               "u03,Peru,m07,War,1990,4\nu03,Peru,m99,War,1990,2\nu99,Peru,m07,War,1990,3\n");
  TinyModel model(table);
  const Dataset& own = model.data();
  const KnownData known{own.items.ids, own.users, own.fingerprint, false};
  Dataset data =
      apply_features(resolve_data(model.config), model.prepared.features, other.open(), true, &known);
  data.seen = own.seen;
  EXPECT_TRUE(data.other_table);
  EXPECT_EQ(data.item_of_candidate, (std::vector<uint32_t>{7, 30}));
  EXPECT_EQ(data.user_of_row[2], own.users.size());
  Buffer memory(30, 8);
  const Matrix catalogue = memory.view(30, 8);
  Plan plan(model.spec, model.parameters, {.outputs = {model.spec.candidate}});
  run_tower(model.pool, plan, model.spec, kCandidateRows, own.candidates, own.candidate_of_item,
            catalogue);
  Evaluator evaluator(resolve_training(model.config), model.spec, model.parameters, data, model.pool);
  evaluator.use_catalogue(catalogue);
  const std::vector<uint32_t> rows = {0, 1, 2};
  const RowScores scores = evaluator.score(rows);
  EXPECT_LT(scores.ranks[0].greater, 30u);
  EXPECT_EQ(scores.ranks[1], (Rank{30, 0, true}));
  EXPECT_EQ(scores.unseen_ranks[1], (Rank{30, 0, true}));
  EXPECT_EQ(scores.unseen_ranks[2], scores.ranks[2]);  // a user who has seen nothing
  EXPECT_EQ(scores.predictions[0].size(), 3u);
}

TEST(Evaluator, PredictsAsBruteForceDoes) {
  const TinyTable table;
  TinyModel model(table);
  train_tiny(model);
  const std::vector<uint32_t> rows = all_rows(model);
  const RowScores scores = scores_of(model, rows);
  BruteForce brute(model);
  ASSERT_EQ(scores.predictions.size(), 1u);
  for (size_t i = 0; i < rows.size(); ++i)
    EXPECT_NEAR(scores.predictions[0][i], brute.prediction(rows[i]), 1e-5) << "row " << rows[i];
}

TEST(Evaluator, PredictsWithARankingThatReadsOneTowerAlone) {
  const TinyTable table;
  TinyModel model(table, {{"{ cross = \"full\" }", "{ dense = 5, inputs = [\"query\"] }"}});
  train_tiny(model);
  const std::vector<uint32_t> rows = all_rows(model);
  const RowScores scores = scores_of(model, rows);
  BruteForce brute(model);
  for (size_t i = 0; i < rows.size(); ++i)
    EXPECT_NEAR(scores.predictions[0][i], brute.prediction(rows[i]), 1e-5) << "row " << rows[i];
}

TEST(Evaluator, FindsTheSameWithAnyNumberOfThreads) {
  const TinyTable table(tiny_ratings(2000));
  TinyModel one(table, {}, 1), three(table, {}, 3);
  const std::vector<uint32_t> rows = all_rows(one);
  const RowScores a = scores_of(one, rows), b = scores_of(three, rows);
  EXPECT_EQ(a.ranks, b.ranks);
  EXPECT_EQ(a.predictions, b.predictions);
}

TEST(Evaluator, ARowIsScoredAlikeAloneAndAmongOthers) {
  const TinyTable table;
  TinyModel model(table);
  const RowScores all = scores_of(model, {5, 9, 5, 70}), alone = scores_of(model, {9});
  EXPECT_EQ(all.ranks[1], alone.ranks[0]);
  EXPECT_EQ(all.ranks[0], all.ranks[2]);
  EXPECT_EQ(all.predictions[0][1], alone.predictions[0][0]);
}

void set_all(Parameters& parameters, const std::string& name, float value) {
  ParameterState* state = parameters.find(name);
  ASSERT_NE(state, nullptr) << name;
  for (size_t r = 0; r < state->value.rows; ++r)
    for (float& x : state->value.row_span(r)) x = value;
}

TEST(Evaluator, TiesCountAgainstTopKAndForKerasTopK) {
  const TinyTable table;
  TinyModel model(table);
  set_all(model.parameters, "candidate/dense/kernel", 0);  // makes all candidates equal
  model.parameters.pack(model.pool, false);
  const std::vector<uint32_t> rows = all_rows(model);
  Evaluator evaluator(resolve_training(model.config), model.spec, model.parameters, model.data(), model.pool);
  EXPECT_EQ(evaluator.score(rows).ranks[0], (Rank{0, 29}));
  const Metrics figures = evaluator.figures(rows, false);
  EXPECT_EQ(*find_metric(figures, "top_5"), 0);
  EXPECT_EQ(*find_metric(figures, "keras_top_1"), 1);
  EXPECT_EQ(*find_metric(figures, "mean_rank"), 30);
}

TEST(Evaluator, ThrowsWhenWhatTheModelGivesIsNotFinite) {
  const auto message = [](const std::string& parameter) {
    const TinyTable table;
    TinyModel model(table);
    set_all(model.parameters, parameter, NAN);
    model.parameters.pack(model.pool, false);
    Evaluator evaluator(resolve_training(model.config), model.spec, model.parameters, model.data(),
                        model.pool);
    const std::string figures = message_of([&] { evaluator.figures(all_rows(model), true); });
    EXPECT_EQ(figures, message_of([&] { evaluator.score(all_rows(model)); }));
    return figures;
  };
  EXPECT_EQ(message("query/dense/kernel"), "the query tower returns nan for some rows, need finite numbers");
  EXPECT_EQ(message("candidate/dense/kernel"),
            "the item tower returns nan for some rows, need finite numbers");
  EXPECT_EQ(message("ranking/rating/prediction/kernel"),
            "the model's prediction of 'rating' is nan for some rows, need finite numbers");
}

// The validation cross-entropy is computed from logits: 40 is far beyond where a float sigmoid rounds to 1.
TEST(Evaluator, TakesTheCrossEntropyFromLogits) {
  const TinyTable table("user,country,movie,genre,year,rating\nu1,Peru,m1,War,1,0\nu2,Peru,m2,War,1,0\n");
  TinyModel model(table,
                  {{"train = 0.8, validation = 0.1, test = 0.1", "train = 1.0, validation = 0, test = 0"},
                   {"label  = \"rating\"", "label = \"rating\"\nloss = \"binary_crossentropy\""}});
  set_all(model.parameters, "ranking/rating/prediction/kernel", 0);
  set_all(model.parameters, "ranking/rating/prediction/bias", 40);
  model.parameters.pack(model.pool, false);
  Evaluator evaluator(resolve_training(model.config), model.spec, model.parameters, model.data(), model.pool);
  EXPECT_NEAR(*find_metric(evaluator.figures(all_rows(model), true), "ranking_loss"), 40, 1e-6);
}

// Computes metrics by hand from scores(), and the losses of one batch by their definition.
TEST(Evaluator, FiguresFollowFromScores) {
  const TinyTable table;
  TinyModel model(table, {{"batch     = 50", "batch = 1000"}});
  const std::vector<uint32_t> rows = model.data().split.test;
  const RowScores scores = scores_of(model, rows);
  BruteForce brute(model);
  double squares = 0, hits = 0, softmax = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const double error = scores.predictions[0][i] - model.data().labels[0].values[rows[i]];
    squares += error * error;
    hits += scores.ranks[i].position() <= 5;
    double sum = 0;
    for (uint32_t other : rows) sum += std::exp(brute.score(rows[i], model.data().candidate_of_row[other]));
    softmax += std::log(sum) - brute.score(rows[i], model.data().candidate_of_row[rows[i]]);
  }
  const double n = static_cast<double>(rows.size());
  Evaluator evaluator(resolve_training(model.config), model.spec, model.parameters, model.data(), model.pool);
  const Metrics figures = evaluator.figures(rows, true);
  EXPECT_NEAR(*find_metric(figures, "rmse"), std::sqrt(squares / n), 1e-6);
  squares /= std::pow(model.spec.rankings[0].scale.deviation, 2);  // losses use the standardised label
  EXPECT_NEAR(*find_metric(figures, "ranking_loss"), squares / n, 1e-6);
  EXPECT_EQ(*find_metric(figures, "top_5"), hits / n);
  EXPECT_NEAR(*find_metric(figures, "retrieval_loss"), softmax / n, 1e-5);
  EXPECT_NEAR(*find_metric(figures, "loss"), (squares + softmax) / n, 1e-5);
}

}  // namespace
}  // namespace shortlist
