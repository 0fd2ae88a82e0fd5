#include "shortlist/model/row_set.h"

#include "shortlist/optim/optimizer.h"
#include "shortlist/testing/gradient_check.h"
#include "shortlist/testing/temporary_folder.h"
#include "shortlist/testing/toy_histories.h"

namespace shortlist {
namespace {

LayerPtr dense() { return std::make_shared<Dense>(); }

// A model with a node for each of the queries, the candidates and the queries' histories.
struct ThreeInputs {
  ThreeInputs() {
    history = spec.add_row_set({.name = "history", .parents = {{kQueryRows, RowRelation::segments}}});
    const auto numbers = std::make_shared<Numbers>();
    for (const auto& [name, row_set] :
         {std::pair("q", int{kQueryRows}), {"c", int{kCandidateRows}}, {"h", history}})
      spec.add({.name = name, .layer = numbers, .row_set = row_set, .feature = 0});
  }
  std::string error(LayerPtr layer, std::vector<int> inputs, int row_set) {
    return message_of([&] { spec.add({"new", std::move(layer), std::move(inputs), row_set}); });
  }
  ModelSpec spec;
  int history = -1;
};

TEST(RowSets, EveryModelBeginsWithTheUsualOnes) {
  const ModelSpec spec;
  EXPECT_EQ(spec.row_set(kQueryRows).name, "queries");
  EXPECT_EQ(spec.row_set(kCandidateRows).name, "candidates");
  EXPECT_EQ(spec.row_set(kPairRows).name, "pairs");
  EXPECT_EQ(spec.row_set(kBatchRows).name, "rows");
  EXPECT_EQ(spec.row_sets.size(), static_cast<size_t>(kUsualRowSets));
  EXPECT_EQ(parent_place(spec.row_set(kPairRows), kCandidateRows), 1);
  EXPECT_EQ(parent_place(spec.row_set(kPairRows), kBatchRows), -1);
  EXPECT_EQ(segments_place(spec.row_set(kPairRows), kCandidateRows), -1);
}

TEST(RowSets, ALayerTakesInputsOverItsOwnRows) {
  EXPECT_EQ(ThreeInputs().error(dense(), {1}, kQueryRows),
            "node 'new': is over the rows 'queries' but its input 'c' over 'candidates'; a layer 'dense' "
            "needs the same");
}

TEST(RowSets, AGatherTakesAnInputOverAParentsRows) {
  const auto gather = std::make_shared<Gather>();
  EXPECT_EQ(ThreeInputs().error(gather, {1}, kPairRows), "");
  EXPECT_EQ(ThreeInputs().error(gather, {0}, 4), "");
  EXPECT_EQ(ThreeInputs().error(gather, {2}, kPairRows),
            "node 'new': is over the rows 'pairs' but its input 'h' over 'history'; a layer 'gather' needs a "
            "parent's of these");
  EXPECT_EQ(ThreeInputs().error(gather, {0}, kQueryRows),
            "node 'new': is over the rows 'queries' but its input 'q' over 'queries'; a layer 'gather' needs "
            "a parent's of these");
}

TEST(RowSets, ASegmentMeanTakesAnInputOverSegments) {
  const auto mean = std::make_shared<SegmentMean>();
  EXPECT_EQ(ThreeInputs().error(mean, {2}, kQueryRows), "");
  EXPECT_EQ(ThreeInputs().error(mean, {2}, kCandidateRows),
            "node 'new': is over the rows 'candidates' but its input 'h' over 'history'; a layer "
            "'segment_mean' needs these or their segments'");
  EXPECT_EQ(ThreeInputs().error(mean, {0}, kQueryRows),
            "node 'new': a layer 'segment_mean' needs an input over other rows than its own");
}

TEST(Segments, TheMeanIsThatOfEachQuerysHistory) {
  ToyHistoryTrainer trainer;
  const ToyHistoryBatch batch(300, 10);
  const int last = trainer.model.spec.at(trainer.model.mean).inputs[0];
  Plan plan(trainer.model.spec, trainer.parameters, {.outputs = {trainer.model.mean, last}});
  trainer.parameters.pack(trainer.pool, false);
  plan.forward(trainer.pool, batch.batch(trainer.model));
  const Matrix mean = plan.output(trainer.model.mean), rows = plan.output(last);
  ASSERT_EQ(rows.rows, batch.seen.size());
  size_t empty = 0;
  for (size_t q = 0; q < 300; ++q) {
    const size_t begin = batch.offsets[q], end = batch.offsets[q + 1];
    empty += begin == end;
    for (size_t c = 0; c < mean.cols; ++c) {
      double sum = 0;
      for (size_t r = begin; r < end; ++r) sum += rows(r, c);
      EXPECT_NEAR(mean(q, c), begin == end ? 0 : sum / static_cast<double>(end - begin), 1e-6);
    }
  }
  EXPECT_GT(empty, 100u);
}

// Checks eight elements of each parameter.
void expect_gradients_match(const ToyHistoryOptions& options, const ToyHistoryBatch& batch) {
  ToyHistoryTrainer trainer(options);
  trainer.loss(batch);
  trainer.backward();
  for (const auto& [name, gradient] : trainer.gradients()) {
    ParameterState& parameter = *trainer.parameters.find(name);
    for (size_t i = 0; i < gradient.size(); i += std::max<size_t>(1, gradient.size() / 8)) {
      SCOPED_TRACE(fmt::format("{}, element {}", name, i));
      float& x = parameter.value.data[i];
      const float middle = x, above = x + 0.004f, below = x - 0.004f;
      x = above;
      const double high = trainer.loss(batch);
      x = below;
      const double low = trainer.loss(batch);
      x = middle;
      const double slope = (high - low) / (static_cast<double>(above) - below);
      EXPECT_NEAR(gradient[i], slope, 1e-3 * std::max(1.0, std::abs(slope)));
    }
  }
}

TEST(Segments, ALayerThatGoesAlongThemPassesTheGradientCheck) {
  expect_gradients_match(RunningSum(), {.widths = {3}, .rows = 12, .segments = {0, 3, 3, 9, 10, 12}});
}

TEST(Segments, GradientsMatchFiniteDifferences) {
  expect_gradients_match({}, ToyHistoryBatch(20, 10));
  expect_gradients_match({.shared = false}, ToyHistoryBatch(20, 10));
  expect_gradients_match({.dropout = 0.4f}, ToyHistoryBatch(20, 10));
}

TEST(Segments, GiveTheSameBitsWithAnyNumberOfThreads) {
  const ToyHistoryBatch batch(900, 500);
  const auto run = [&](int threads) {
    ToyHistoryTrainer trainer({.dropout = 0.2f}, threads);
    const double loss = trainer.loss(batch);
    trainer.backward();
    return std::pair(loss, trainer.gradients());
  };
  const auto one = run(1);
  for (int threads : {2, 8}) EXPECT_EQ(run(threads), one) << threads << " threads";
}

TEST(Segments, BatchesOneAfterAnotherGiveWhatFreshPlansGive) {
  ToyHistoryTrainer trainer;
  const ToyHistoryBatch small(10, 4), large(700, 300, false, 2), empty(10, 4, true);
  for (const ToyHistoryBatch* batch : {&small, &large, &empty, &small}) {
    ToyHistoryTrainer fresh;
    EXPECT_EQ(trainer.loss(*batch), fresh.loss(*batch));
    trainer.backward(), fresh.backward();
    EXPECT_EQ(trainer.gradients(), fresh.gradients());
  }
}

TEST(Segments, TellTheirQueriesCopiesApart) {
  const ToyHistoryTrainer plain, dropping({.dropout = 0.4f});
  EXPECT_FALSE(plain.plan.needs_all_rows(kQueryRows));
  EXPECT_TRUE(dropping.plan.needs_all_rows(kQueryRows));
  EXPECT_FALSE(dropping.plan.needs_all_rows(kCandidateRows));
}

TEST(SharedTable, IsOneParameter) {
  const ToyHistoryModel model;
  const Parameters shared(model.spec), apart(ToyHistoryModel({.shared = false}).spec);
  EXPECT_EQ(shared.size() + 1, apart.size());
  EXPECT_EQ(shared.trainable_count() + 60 * 4, apart.trainable_count());
  EXPECT_EQ(shared.name(0), "items/embeddings");
  EXPECT_EQ(apart.name(0), "history/item/embeddings");
  size_t users = 0;
  for (size_t i = 0; i < model.spec.nodes.size(); ++i) {
    if (model.spec.nodes[i].layer->kind() != "embedding") continue;
    ++users;
    ASSERT_EQ(shared.of(i).size(), 1u);
    EXPECT_EQ(shared.of(i)[0], &shared.at(0));
    EXPECT_EQ(shared.numbers_of(i)[0], 0u);
  }
  EXPECT_EQ(users, 2u);
}

// Bit-identical, since gradients are added in node order.
TEST(SharedTable, HasTheSumOfTheGradientsOfTablesOfTheirOwn) {
  const ToyHistoryBatch batch(400, 200);
  for (bool item_first : {false, true}) {
    ToyHistoryTrainer shared({.item_first = item_first}), apart({.shared = false, .item_first = item_first});
    EXPECT_EQ(shared.loss(batch), apart.loss(batch));
    shared.backward(), apart.backward();
    auto gradients = apart.gradients();
    std::vector<float> sum = gradients["history/item/embeddings"];
    add(gradients["candidate/item/embeddings"], sum);
    EXPECT_EQ(shared.gradients()["items/embeddings"], sum);
    EXPECT_EQ(shared.gradients()["history/dense/kernel"], gradients["history/dense/kernel"]);
  }
}

TEST(SharedTable, ListsEveryTouchedRowOnceInOrderOfFirstAppearance) {
  ToyHistoryTrainer trainer;
  const ToyHistoryBatch batch(30, 20);
  trainer.loss(batch);
  trainer.backward();
  std::vector<uint32_t> expected;
  for (const auto& rows :
       {batch.seen, std::vector<uint32_t>(batch.batch(trainer.model).candidates().shown.begin(),
                                          batch.batch(trainer.model).candidates().shown.end())}) {
    for (uint32_t row : rows) {
      if (std::ranges::find(expected, row) == expected.end()) expected.push_back(row);
    }
  }
  const ParameterState& table = *trainer.parameters.find("items/embeddings");
  EXPECT_EQ(table.rows.touched, expected);
  EXPECT_EQ(table.gradient.rows, expected.size());
}

// Uses Adagrad, because a second update of a row in one step would be smaller than the first.
TEST(SharedTable, IsUpdatedOnceAStep) {
  ToyHistoryTrainer trainer;
  const ToyHistoryBatch batch(200, 100);
  trainer.loss(batch);
  trainer.backward();
  ParameterState& table = *trainer.parameters.find("items/embeddings");
  const std::vector<float> before(table.value.data, table.value.data + 60 * 4),
      gradient = trainer.gradients()["items/embeddings"];
  OptimizerConfig config;
  config.adagrad = 0.1;
  const auto optimizer = make_optimizer(config, {{"items/embeddings", table.value, true}});
  const std::vector<Gradient> gradients = {{table.gradient, table.rows.touched}};
  optimizer->step(trainer.pool, 0.1, gradients);
  size_t moved = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    moved += table.value.data[i] != before[i];
    const double g = gradient[i];
    EXPECT_NEAR(table.value.data[i], before[i] - 0.1 * g / std::sqrt(0.1 + g * g + 1e-7), 1e-5);
  }
  EXPECT_GT(moved, 200u);
}

// A plan that needs only one of the two nodes.
TEST(SharedTable, OfOneNodeIsItsOwn) {
  ToyHistoryTrainer trainer;
  const ToyHistoryBatch batch(30, 20);
  trainer.loss(batch);
  Plan plan(trainer.model.spec, trainer.parameters,
            {.outputs = {trainer.model.spec.candidate}, .backward = true});
  plan.forward(trainer.pool, batch.batch(trainer.model), true);
  fill(plan.output_gradient(trainer.model.spec.candidate).row_span(0), 1);
  plan.backward(trainer.pool, {trainer.model.spec.candidate});
  const auto shown = batch.batch(trainer.model).candidates().shown;
  EXPECT_EQ(trainer.parameters.find("items/embeddings")->rows.touched[0], shown[0]);
}

TEST(SharedTable, NamesTheNodesThatPlanItDifferently) {
  ModelSpec spec;
  const auto items = [](int dim) {
    auto layer = std::make_shared<Embedding>();
    layer->ids = 60, layer->dim = dim, layer->table = "items";
    return layer;
  };
  spec.add({.name = "query/seen", .layer = items(4), .feature = 0});
  spec.add({.name = "query/last", .layer = items(8), .feature = 1});
  EXPECT_EQ(message_of([&] { Parameters parameters(spec); }),
            "node 'query/last': table 'items/embeddings' has 60 x 8 numbers here but 60 x 4 in node "
            "'query/seen'; nodes that share a table need one size, initializer and l2");
}

}  // namespace
}  // namespace shortlist
