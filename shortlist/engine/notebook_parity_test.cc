// Against a real run of the reference notebook in TensorFlow: its checkpoints, expected embeddings and
// predictions, scores, and the losses of its first steps. The run's files are not part of the repository.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "shortlist/interop/export_keras.h"
#include "shortlist/interop/import_keras.h"
#include "shortlist/interop/tensor_bundle.h"
#include "shortlist/io/json.h"
#include "shortlist/io/testing.h"
#include "shortlist/train/trainer.h"

namespace shortlist {
namespace {

std::string folder_from(const char* variable, const char* otherwise) {
  const char* given = std::getenv(variable);
  return given != nullptr ? given : otherwise;
}

struct Notebook {
  std::string run = folder_from("SHORTLIST_REFERENCE", "../shared/reference/notebook-run");
  std::string table = folder_from("SHORTLIST_DATA", "../shared/data") + "/anime/clean_data.csv";
  Config config;
  PreparedData prepared;
  ModelSpec spec;
  std::unique_ptr<Parameters> parameters;
  ThreadPool pool{2};

  void prepare() {
    config = load_config("examples/anime/anime.toml",
                         {"data.table=\"" + table + "\"", "data.split.by=\"rows\"",
                          "data.split.rows=\"" + run + "/split.npy\"", "training.keras_compatible=true"});
    prepared = prepare_data(config, Table::open(config.data.source()));
    spec = build_model(config, feature_shapes(prepared.features.select(config.query.features)),
                       feature_shapes(prepared.features.select(config.candidate.features)));
    parameters = std::make_unique<Parameters>(spec);
  }
  void import(const std::string& weights, ImportedOptimizer* optimizer = nullptr) {
    import_tensorflow(run + "/" + weights, spec, *parameters, optimizer);
    parameters->pack(pool, false);
  }
  nlohmann::json file(const std::string& name) const { return load_json(run + "/" + name); }
};

// Prepared once for all tests of this file.
class NotebookParity : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto made = std::make_unique<Notebook>();
    if (!std::filesystem::exists(made->run) || !std::filesystem::exists(made->table)) return;
    made->prepare();
    notebook_ = made.release();
  }
  static void TearDownTestSuite() { delete notebook_; }
  void SetUp() override {
    if (notebook_ == nullptr)
      GTEST_SKIP() << "the notebook's run or its table is not here; see SHORTLIST_REFERENCE";
  }
  static Notebook& notebook() { return *notebook_; }

 private:
  inline static Notebook* notebook_ = nullptr;
};

TEST_F(NotebookParity, VocabulariesAreEqualIdForId) {
  const nlohmann::json all = notebook().file("expected.json").at("vocabularies");
  const std::pair<const char*, const char*> names[] = {{"type", "type"},
                                                       {"Audience", "Audience"},
                                                       {"name", "name"},
                                                       {"genre", "genre_words"},
                                                       {"name_words", "name_words"}};
  for (const auto& [feature, theirs] : names) {
    const FeatureMap& features = notebook().prepared.features;
    const Feature& ours = *features[features.position(feature)].feature;
    const auto expected = all.at(theirs).get<std::vector<std::string>>();
    ASSERT_GE(static_cast<size_t>(ours.id_count()), expected.size()) << feature;
    for (size_t id = 0; id < expected.size(); ++id)
      ASSERT_EQ(ours.token(static_cast<int32_t>(id)), expected[id]) << feature << " " << id;
  }
}

double largest_difference(std::span<const float> ours, const std::vector<float>& theirs) {
  double most = ours.size() == theirs.size() ? 0 : INFINITY;
  for (size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i)
    most = std::max(most, std::abs(double{ours[i]} - theirs[i]));
  return most;
}

Buffer embed(Notebook& n, Domain domain, const std::vector<uint32_t>& rows) {
  const int output = domain == Domain::query ? n.spec.query : n.spec.candidate;
  Plan plan(n.spec, *n.parameters, {.outputs = {output}});
  Buffer out(rows.size(), static_cast<size_t>(n.spec.at(output).width));
  run_tower(n.pool, plan, output, domain,
            domain == Domain::query ? n.prepared.data.queries : n.prepared.data.candidates, rows,
            out.view(rows.size(), static_cast<size_t>(n.spec.at(output).width)));
  return out;
}

TEST_F(NotebookParity, ImportedWeightsEmbedAndPredictTheSame) {
  Notebook& n = notebook();
  n.import("model_weights");
  const nlohmann::json expected = n.file("expected.json").at("rows");
  std::vector<uint32_t> rows, queries, candidates;
  for (const auto& row : expected) {
    rows.push_back(row.at("row"));
    queries.push_back(n.prepared.data.query_of_row[rows.back()]);
    candidates.push_back(n.prepared.data.candidate_of_row[rows.back()]);
  }
  const Buffer query = embed(n, Domain::query, queries), candidate = embed(n, Domain::candidate, candidates);
  Evaluator evaluator(n.config, n.spec, *n.parameters, n.prepared.data, n.pool);
  const RowScores scores = evaluator.score(rows);
  double query_most = 0, candidate_most = 0, rating_most = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto width = static_cast<size_t>(n.spec.at(n.spec.query).width);
    query_most = std::max(query_most, largest_difference(query.span().subspan(i * width, width),
                                                         expected[i].at("user_embedding")));
    candidate_most = std::max(candidate_most, largest_difference(candidate.span().subspan(i * width, width),
                                                                 expected[i].at("anime_embedding")));
    rating_most = std::max(
        rating_most, std::abs(scores.predictions[0][i] - expected[i].at("predicted_rating").get<double>()));
  }
  if (std::getenv("SHORTLIST_SHOW") != nullptr)
    fmt::print("largest differences: query {:.2e}, candidate {:.2e}, rating {:.2e}\n", query_most,
               candidate_most, rating_most);
  EXPECT_LT(query_most, 1e-5);
  EXPECT_LT(candidate_most, 1e-5);
  EXPECT_LT(rating_most, 1e-5);
}

TEST_F(NotebookParity, TestScoresOfTheImportedModelAreTheSame) {
  Notebook& n = notebook();
  n.import("model_weights");
  Evaluator evaluator(n.config, n.spec, *n.parameters, n.prepared.data, n.pool);
  const std::vector<uint32_t>& test = n.prepared.data.split.test;
  const Figures figures = evaluator.figures(test, true);
  if (std::getenv("SHORTLIST_SHOW") != nullptr)
    for (const auto& [name, value] : figures) fmt::print("{} = {:.9f}\n", name, value);
  const nlohmann::json expected = n.file("expected.json"), exact = expected.at("test_exact");
  EXPECT_NEAR(*find_figure(figures, "rmse"), exact.at("rmse_float64").get<double>(), 1e-5);
  EXPECT_NEAR(*find_figure(figures, "regularization_loss"),
              expected.at("test_scores").at("regularization_loss").get<double>(), 1e-6);
  for (const int k : {5, 10, 50, 100}) {
    EXPECT_NEAR(*find_figure(figures, keras_top_k_name(k)),
                expected.at("test_scores")
                    .at(fmt::format("factorized_top_k/top_{}_categorical_accuracy", k))
                    .get<double>(),
                1e-7)
        << k;
  }
  const RowScores scores = evaluator.score(test);
  for (const auto& [name, theirs] : exact.at("hit_by_exact_rank").items()) {
    const auto k = static_cast<uint32_t>(std::stoi(name.substr(4)));
    double hits = 0, ties = 0;
    for (const Rank& rank : scores.ranks) {
      hits += rank.greater < k;
      ties += rank.equal > 0 && rank.greater < k && rank.greater + rank.equal >= k;
    }
    if (std::getenv("SHORTLIST_SHOW") != nullptr)
      fmt::print("{}: {} hits, theirs {}, ties {}\n", name, hits,
                 theirs.get<double>() * static_cast<double>(test.size()), ties);
    EXPECT_LE(std::abs(hits - theirs.get<double>() * static_cast<double>(test.size())), ties + 1e-6) << name;
  }
}

TEST_F(NotebookParity, LossesOfTheTestBatchesAreTheSame) {
  Notebook& n = notebook();
  n.import("model_weights");
  Evaluator evaluator(n.config, n.spec, *n.parameters, n.prepared.data, n.pool);
  const nlohmann::json expected_file = n.file("expected.json");
  for (const auto& theirs : expected_file.at("test_batches")) {
    const Figures ours = evaluator.figures(theirs.at("rows").get<std::vector<uint32_t>>(), true);
    for (const auto& [figure, name] :
         {std::pair("retrieval_loss", "retrieval_loss"), {"ranking_loss", "rating_loss"}}) {
      const double expected = theirs.at(name);
      EXPECT_NEAR(*find_figure(ours, figure), expected, 2e-6 * expected) << name;
    }
  }
}

// The names of the notebook's own classes, in the order in which they make their layers.
KerasNames notebook_names() {
  KerasNames names{.query = "user_model", .candidate = "anime_model"};
  names.features = {{"genre", "genre_text_embedding", true},
                    {"type", "type_embedding"},
                    {"Audience", "audience_embedding"},
                    {"name_words", "anime_text_embedding", true},
                    {"name", "anime_embedding"}};
  return names;
}

TEST_F(NotebookParity, WhatIsWrittenBackEqualsTheCheckpoint) {
  Notebook& n = notebook();
  ImportedOptimizer state;
  n.import("model_weights", &state);
  Trainer trainer(n.config, n.spec, *n.parameters, n.prepared.data, n.pool);
  restore_optimizer(state, trainer.optimizer());
  EXPECT_EQ(state.steps, 120);
  EXPECT_EQ(state.slots.size(), 54U);
  const TemporaryFolder folder;
  const char* kept = std::getenv("SHORTLIST_EXPORT_TO");
  const std::string prefix = kept != nullptr ? kept : folder / "weights/";
  export_tensorflow(prefix, n.spec, *n.parameters, notebook_names(),
                    {&trainer.optimizer(), *state.learning_rate});
  const TensorBundle theirs = TensorBundle::open(n.run + "/model_weights/"),
                     ours = TensorBundle::open(prefix);
  for (const BundleTensor& tensor : theirs.tensors()) {
    // Metrics are no part of a model, and the vectorizers' counts are empty.
    if (tensor.key == "_CHECKPOINTABLE_OBJECT_GRAPH" || tensor.key.find("_metrics/") != std::string::npos ||
        tensor.key.find("/token_counts/") != std::string::npos) {
      continue;
    }
    const BundleTensor* written = ours.find(tensor.key);
    ASSERT_NE(written, nullptr) << tensor.key;
    EXPECT_EQ(written->shape, tensor.shape) << tensor.key;
    EXPECT_TRUE(std::ranges::equal(written->bytes, tensor.bytes)) << tensor.key;
  }
}

double relative(double ours, double theirs) { return std::abs(ours - theirs) / std::abs(theirs); }

TEST_F(NotebookParity, TheFirstTenStepsHaveTheSameLosses) {
  Notebook& n = notebook();
  n.import("initial_weights");
  Trainer trainer(n.config, n.spec, *n.parameters, n.prepared.data, n.pool);
  const nlohmann::json trajectory = n.file("trajectory.json");
  for (size_t i = 0; i < 10; ++i) {
    const auto rows = trajectory.at("first_10_batches").at(i).get<std::vector<uint32_t>>();
    const Trainer::StepLosses ours = trainer.step(rows);
    const nlohmann::json& theirs = trajectory.at("first_10_steps").at(i);
    const double total = relative(ours.total, theirs.at("total_loss")),
                 retrieval = relative(ours.retrieval, theirs.at("retrieval_loss")),
                 penalty = relative(ours.regularization, theirs.at("regularization_loss")),
                 rating = relative(ours.ranking[0], theirs.at("rating_loss"));
    if (std::getenv("SHORTLIST_SHOW") != nullptr)
      fmt::print("step {:2}: total {:.2e} retrieval {:.2e} regularization {:.2e} rating {:.2e}\n", i + 1,
                 total, retrieval, penalty, rating);
    EXPECT_LT(total, i == 0 ? 1e-6 : 5e-6) << i;
    EXPECT_LT(retrieval, i == 0 ? 1e-6 : 5e-6) << i;
    EXPECT_LT(penalty, i == 0 ? 1e-6 : 2e-5) << i;
    EXPECT_LT(rating, i == 0 ? 1e-6 : 3e-4) << i;
  }
}

}  // namespace
}  // namespace shortlist
