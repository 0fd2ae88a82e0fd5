#include "shortlist/config/build_rankings.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "shortlist/config/build.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/toml.h"
#include "shortlist/model/plan.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

// Towers over two ids and a number each, of which a ranking alone reads `hour` and `price`.
std::string config_with(const std::string& rankings, const std::string& of_query = "",
                        const std::string& of_items = "") {
  return R"([data]
table = "ratings.csv"
user = "user"

[features]
user    = { kind = "category", dim = 3 }
age     = { kind = "number" }
hour    = { kind = "category", dim = 3 }
movie   = { kind = "category", dim = 3 }
year    = { kind = "number" }
price   = { kind = "category", dim = 3 }

[query]
features = ["user", "age"]
ranking_features = ["hour"]
layers   = [{ dense = 4 }]
)" + of_query +
         R"(
[items]
id       = "movie"
features = ["movie", "year"]
ranking_features = ["price"]
layers   = [{ dense = 4 }]
)" + of_items +
         "\n[retrieval]\n\n" + rankings;
}

std::string ranking(const std::string& layers, const std::string& label = "rating") {
  return "[[ranking]]\nlabel = \"" + label + "\"\nlayers = [" + layers + "]\n";
}

constexpr size_t kQueries = 4, kItems = 5, kPairs = 9;
constexpr int32_t kIds = 6;

struct Model {
  explicit Model(const std::string& toml)
      : config(read_config(parse_toml(toml, "a.toml"), "a.toml")),
        spec(build_model(config, shapes(), shapes())),
        parameters(spec) {
    parameters.initialize(3);
    const RandomStream random(1, "values");
    for (size_t p = 0; p < parameters.size(); ++p) {
      Matrix& value = parameters.at(p).value;
      for (size_t i = 0; i < value.rows * value.cols; ++i)
        value.data[i] = 0.5f * static_cast<float>(random.at(p).normal(i));
    }
    for (auto* side : {&queries, &candidates}) {
      side->rows = side == &queries ? kQueries : kItems;
      for (int f = 0; f < 3; ++f) side->columns.push_back(column(side->rows, f, f == 1));
    }
    for (uint32_t p = 0; p < kPairs; ++p) {
      pair_query.push_back(p * kQueries / kPairs);
      pair_candidate.push_back(p % kItems);
    }
    invert(pair_query, kQueries, query_offsets, query_copies);
    invert(pair_candidate, kItems, candidate_offsets, candidate_copies);
    std::iota(all.begin(), all.end(), 0);
  }

  static std::vector<FeatureShape> shapes() { return {{.ids = kIds}, {.width = 1}, {.ids = kIds}}; }
  static EncodedColumn column(size_t rows, int f, bool is_number) {
    EncodedColumn column;
    for (size_t r = 0; r < rows; ++r) {
      if (is_number) {
        column.values.push_back(0.3f * static_cast<float>(r) - 0.7f);
      } else {
        column.ids.push_back(static_cast<int32_t>((r * 5 + static_cast<size_t>(f)) % kIds));
      }
    }
    column.width = is_number ? 1 : 0;
    return column;
  }
  static void invert(const std::vector<uint32_t>& source, size_t sources, std::vector<uint32_t>& offsets,
                     std::vector<uint32_t>& copies) {
    offsets = {0};
    for (uint32_t s = 0; s < sources; ++s) {
      for (uint32_t i = 0; i < source.size(); ++i)
        if (source[i] == s) copies.push_back(i);
      offsets.push_back(static_cast<uint32_t>(copies.size()));
    }
  }

  Batch batch() const {
    Batch batch;
    batch.at(kQueryRows) = {.encoded = &queries, .shown = std::span(all).first(kQueries)};
    batch.at(kCandidateRows) = {.encoded = &candidates, .shown = std::span(all).first(kItems)};
    batch.at(kPairRows) = {.parents = {RowMap{pair_query, query_offsets, query_copies},
                                       RowMap{pair_candidate, candidate_offsets, candidate_copies}}};
    batch.at(kBatchRows) = {.parents = {RowMap{std::span(all).first(kPairs), std::span(all).first(kPairs + 1),
                                               std::span(all).first(kPairs)}}};
    return batch;
  }

  Plan plan(std::vector<int> outputs, bool backward = false, std::vector<int> fed = {}) {
    parameters.pack(pool, backward);
    return Plan(spec, parameters,
                {.outputs = std::move(outputs), .fed = std::move(fed), .backward = backward});
  }
  std::vector<int> outputs() const {
    std::vector<int> all_outputs = {spec.query, spec.candidate};
    for (const RankingOutput& ranking : spec.rankings) all_outputs.push_back(ranking.node);
    return all_outputs;
  }

  // sum over all outputs of a random weight times the output; also writes these weights as gradients.
  double loss(Plan& plan, bool gradient) {
    plan.forward(pool, batch(), true);
    double sum = 0;
    for (const int node : outputs()) {
      const RandomStream weights(static_cast<uint64_t>(node), "weights");
      const Matrix value = plan.output(node);
      Matrix slopes;
      if (gradient) slopes = plan.output_gradient(node);
      for (size_t i = 0; i < value.rows; ++i) {
        for (size_t c = 0; c < value.cols; ++c) {
          const double weight = weights.normal(i * value.cols + c);
          sum += weight * value(i, c);
          if (gradient) slopes(i, c) = static_cast<float>(weight);
        }
      }
    }
    return sum;
  }

  Config config;
  ModelSpec spec;
  Parameters parameters;
  ThreadPool pool{2};
  EncodedRows queries, candidates;
  std::vector<uint32_t> pair_query, pair_candidate, query_offsets, query_copies, candidate_offsets,
      candidate_copies;
  std::vector<uint32_t> all = std::vector<uint32_t>(16);
};

int node_named(const ModelSpec& spec, const std::string& name) {
  const auto found = std::ranges::find(spec.nodes, name, &Node::name);
  EXPECT_NE(found, spec.nodes.end()) << name;
  return static_cast<int>(found - spec.nodes.begin());
}

float gradient_of(const ParameterState& state, size_t i) {
  const size_t row = i / state.spec.cols, col = i % state.spec.cols;
  if (!state.spec.table)
    return state.gradient(row, col) + (state.spec.gradient_parts == 2 ? state.second_gradient(row, col) : 0);
  const auto found = std::ranges::find(state.rows.touched, row);
  if (found == state.rows.touched.end()) return 0;
  return state.gradient(static_cast<size_t>(found - state.rows.touched.begin()), col);
}

void expect_gradients_match(Model& model) {
  model.parameters.make_gradients();
  Plan plan = model.plan(model.outputs(), true);
  model.loss(plan, true);
  plan.backward(model.pool, model.outputs());
  for (size_t p = 0; p < model.parameters.size(); ++p) {
    ParameterState& state = model.parameters.at(p);
    if (model.parameters.name(p) == "tasks/log_variance") continue;  // written by the training step
    for (size_t i = 0; i < state.value.rows * state.value.cols; i += 5) {
      SCOPED_TRACE(fmt::format("{}, element {}", model.parameters.name(p), i));
      const float got = gradient_of(state, i), before = state.value.data[i];
      constexpr float kStep = 1.0f / 512;
      const auto loss_at = [&](float x) {
        state.value.data[i] = x;
        model.parameters.pack(model.pool, true);
        return model.loss(plan, false);
      };
      const double slope = (loss_at(before + kStep) - loss_at(before - kStep)) / (2 * kStep);
      loss_at(before);
      EXPECT_NEAR(got, slope, 5e-3 * std::max(1.0, std::abs(slope)));
    }
  }
}

const std::vector<std::string>& networks() {
  static const std::vector<std::string> all = {
      "{ dcn = \"stacked\", crosses = 2, mlp = [6, 5], activation = \"tanh\" }",
      "{ dcn = \"parallel\", crosses = 2, projection = 2, mlp = [6, 5], activation = \"tanh\" }",
      "{ dcn = \"parallel\", crosses = 2, projection = 2, experts = 3, mlp = [5], activation = \"tanh\" }",
      "{ dlrm = [6, 5], bottom = [4, 3], activation = \"tanh\" }",
      "{ deep_fm = [6, 5], activation = \"tanh\" }",
      "{ matrix_factorization = true }",
      "{ mlp = [5], inputs = [\"item\", \"query_features\", \"item_features\"] }",
      "{ concat = true, inputs = [\"hour\", \"query\", \"price\"] }, { dense = 3 }",
  };
  return all;
}

TEST(BuildRankings, GradientsOfEveryNetworkMatchFiniteDifferences) {
  for (const std::string& layers : networks()) {
    SCOPED_TRACE(layers);
    Model model(config_with(ranking(layers)));
    expect_gradients_match(model);
  }
}

// Serving embeds queries and items first, and feeds the rankings with what they read of each.
TEST(BuildRankings, RankTheSameWhetherTowersRunBeforeOrTogether) {
  for (const std::string& layers : networks()) {
    SCOPED_TRACE(layers);
    Model model(config_with(ranking(layers)));
    Plan whole = model.plan({model.spec.rankings[0].node});
    whole.forward(model.pool, model.batch());
    const int query = model.spec.ranking_query(), candidate = model.spec.ranking_candidate();
    Plan towers = model.plan({query, candidate});
    towers.forward(model.pool, model.batch());
    Plan ranker = model.plan({model.spec.rankings[0].node}, false, {query, candidate});
    ranker.feed(query, towers.output(query));
    ranker.feed(candidate, towers.output(candidate));
    ranker.forward(model.pool, Batch::of_pairs(model.pair_query, model.pair_candidate));
    for (size_t p = 0; p < kPairs; ++p)
      EXPECT_EQ(whole.output(model.spec.rankings[0].node)(p, 0),
                ranker.output(model.spec.rankings[0].node)(p, 0));
  }
}

TEST(BuildRankings, ReadNoMoreThanTheTowersUnlessLayersNameIt) {
  const Model model(config_with(ranking("{ cross = \"full\" }, { dense = 3 }")));
  EXPECT_EQ(model.spec.ranked_query, -1);
  EXPECT_EQ(model.spec.ranked_candidate, -1);
}

TEST(BuildRankings, AMatrixFactorizationIsTheProductAndTheBiases) {
  Model model(config_with(ranking("{ matrix_factorization = true }")));
  const int product = node_named(model.spec, "ranking/rating/matrix_factorization"),
            of_query = node_named(model.spec, "query/bias"),
            of_item = node_named(model.spec, "candidate/bias");
  Plan plan = model.plan({model.spec.query, model.spec.candidate, of_query, of_item, product});
  plan.forward(model.pool, model.batch());
  for (size_t p = 0; p < kPairs; ++p) {
    const size_t q = model.pair_query[p], c = model.pair_candidate[p];
    double expected = plan.output(of_query)(q, 0) + plan.output(of_item)(c, 0);
    for (size_t i = 0; i < 4; ++i)
      expected += double{plan.output(model.spec.query)(q, i)} * plan.output(model.spec.candidate)(c, i);
    EXPECT_NEAR(plan.output(product)(p, 0), expected, 1e-5);
  }
}

// The prediction of a single number begins as that number, so that it trains as it is written.
TEST(BuildRankings, ThePredictionOfANumberBeginsWithWeightOne) {
  Model model(config_with(ranking("{ matrix_factorization = true }")));
  model.parameters.initialize(1);
  EXPECT_EQ(model.parameters.find("ranking/rating/prediction/kernel")->value(0, 0), 1);
}

TEST(BuildRankings, BiasesAreColumnsOfTheTowersVectors) {
  Model model(config_with(ranking("{ matrix_factorization = true }"), "biases = true\n", "biases = true\n"));
  EXPECT_EQ(model.spec.at(model.spec.query).width, 6);
  EXPECT_EQ(model.spec.at(model.spec.candidate).width, 6);
  EXPECT_EQ(model.spec.ranked_query, -1);
  const int of_query = node_named(model.spec, "query/bias"),
            of_item = node_named(model.spec, "candidate/bias");
  Plan plan = model.plan({model.spec.query, model.spec.candidate, of_query, of_item});
  plan.forward(model.pool, model.batch());
  const auto dot = [&](size_t q, size_t c, size_t width) {
    double sum = 0;
    for (size_t i = 0; i < width; ++i)
      sum += double{plan.output(model.spec.query)(q, i)} * plan.output(model.spec.candidate)(c, i);
    return sum;
  };
  for (size_t q = 0; q < kQueries; ++q)
    EXPECT_NEAR(dot(q, 1, 6), dot(q, 1, 4) + plan.output(of_query)(q, 0) + plan.output(of_item)(1, 0), 1e-5);
  expect_gradients_match(model);
}

TEST(BuildRankings, ABiasOfTheItemsAloneAddsOneColumn) {
  const Model model(config_with("", "", "biases = true\n"));
  EXPECT_EQ(model.spec.at(model.spec.query).width, 5);
  EXPECT_EQ(model.spec.at(model.spec.candidate).width, 5);
}

std::string two_rankings(const std::string& experts) {
  return experts + ranking("{ dense = 3, activation = \"tanh\" }") + ranking("", "watched");
}

TEST(BuildRankings, GradientsOfExpertsMatchFiniteDifferences) {
  for (const char* experts : {
           "[experts]\nexperts = 3\nlayers = [{ dense = 4, activation = \"tanh\" }]\n",
           "[experts]\nexperts = 2\nown_experts = 2\nlevels = 2\nlayers = [{ dense = 4, activation = "
           "\"tanh\" "
           "}]\n",
           "[experts]\nexperts = 0\nown_experts = 2\nlayers = [{ dense = 4, activation = \"tanh\" }]\n",
       }) {
    SCOPED_TRACE(experts);
    Model model(config_with(two_rankings(experts)));
    expect_gradients_match(model);
  }
}

TEST(BuildRankings, ExpertsAreSharedAndGatesAreNot) {
  Model model(config_with(
      two_rankings("[experts]\nexperts = 2\nown_experts = 1\nlayers = [{ dense = 4, name = \"out\" }]\n")));
  for (const char* name :
       {"experts/0/out/kernel", "experts/1/out/kernel", "experts/rating/0/out/kernel",
        "experts/watched/0/out/kernel", "experts/rating/gate/kernel", "experts/watched/gate/kernel"})
    EXPECT_NE(model.parameters.find(name), nullptr) << name;
  EXPECT_EQ(model.parameters.find("experts/rating/gate/kernel")->value.cols, 3u);
}

TEST(BuildRankings, AClassHasOneLogitEach) {
  const Model model(config_with(
      "[[ranking]]\nlabel = \"rating\"\nloss = \"categorical_crossentropy\"\nclasses = 5\nlayers = []\n"));
  EXPECT_EQ(model.spec.at(model.spec.rankings[0].node).width, 5);
}

TEST(BuildRankings, LearnedTaskWeightsAreOneParameterPerTask) {
  Model model(config_with(ranking("") + "[training]\ntask_weights = \"learned\"\n"));
  EXPECT_EQ(model.parameters.find("tasks/log_variance")->value.cols, 2u);
  for (const std::string& unread : unread_nodes(model.spec)) EXPECT_NE(unread, "tasks");
}

std::string error_of(const std::string& toml) {
  return message_of([&] { Model{toml}; });
}

TEST(BuildRankings, RejectsWhatDoesNotFit) {
  EXPECT_NE(error_of(config_with(ranking("{ dense = 3, inputs = [\"itm\"] }"))).find("did you mean 'item'?"),
            std::string::npos);
  EXPECT_NE(error_of(config_with(ranking("{ dcn = \"stacked\", experts = 3 }"))).find("needs projection"),
            std::string::npos);
  EXPECT_NE(error_of(config_with("[experts]\nlayers = [{ dense = 4 }]\n")).find("needs a [[ranking]] task"),
            std::string::npos);
  EXPECT_NE(
      error_of(
          config_with("[[ranking]]\nlabel = \"rating\"\nloss = \"categorical_crossentropy\"\nlayers = []\n"))
          .find("needs classes = 2 or more"),
      std::string::npos);
}

}  // namespace
}  // namespace shortlist
