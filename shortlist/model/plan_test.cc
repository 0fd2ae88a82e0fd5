#include "shortlist/model/plan.h"

#include "shortlist/optim/optimizer.h"
#include "shortlist/testing/reference.h"
#include "shortlist/testing/toy_model.h"

namespace shortlist {
namespace {

using Gradients = std::map<std::string, std::vector<float>>;

void expect_near(const Gradients& got, const Gradients& expected, double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (const auto& [name, gradient] : expected) {
    for (size_t i = 0; i < gradient.size(); ++i)
      ASSERT_NEAR(got.at(name)[i], gradient[i], tolerance) << name << " element " << i;
  }
}

TEST(Plan, DistinctRowsGiveWhatAllRowsGive) {
  for (size_t rows : {1, 9, 100, 700}) {
    SCOPED_TRACE(fmt::format("{} rows", rows));
    const ToyBatch distinct(rows, true), all(rows, false);
    ToyTrainer merged, plain;
    EXPECT_NEAR(merged.loss(distinct), plain.loss(all), 1e-5);
    merged.backward(), plain.backward();
    expect_near(merged.gradients(), plain.gradients(), 1e-5);
    for (const char* kept : {"rating/batch_norm/moving_mean", "rating/batch_norm/moving_variance"}) {
      for (size_t c = 0; c < 9; ++c) {
        EXPECT_NEAR(merged.parameters.find(kept)->value(0, c), plain.parameters.find(kept)->value(0, c),
                    1e-6);
      }
    }
  }
}

// Runs a hundred steps with the regularisers and Adam.
std::vector<double> losses_of_training(bool distinct, Precision precision = Precision::float32) {
  ToyTrainer trainer({}, true, 2, precision);
  std::vector<Trained> trained;
  std::vector<ParameterState*> states;
  for (size_t i = 0; i < trainer.parameters.size(); ++i) {
    ParameterState& state = trainer.parameters.at(i);
    if (!state.spec.trainable) continue;
    trained.push_back({trainer.parameters.name(i), state.value, state.spec.table, 0, 0.001f});
    states.push_back(&state);
  }
  OptimizerConfig config;
  config.adam = 0.001;
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(config, trained);
  std::vector<double> losses;
  for (uint64_t step = 0; step < 100; ++step) {
    const ToyBatch batch(200, distinct, step % 10);
    const double loss = trainer.loss(batch);
    trainer.backward();
    std::vector<Gradient> gradients;
    for (ParameterState* state : states) gradients.push_back({state->gradient, state->rows.touched});
    losses.push_back(loss + optimizer->step(trainer.pool, *config.adam, gradients));
  }
  return losses;
}

TEST(Plan, LossesOfAHundredStepsAreThoseOfThePlainPath) {
  const std::vector<double> fast = losses_of_training(true), plain = losses_of_training(false);
  for (size_t step = 0; step < fast.size(); ++step) {
    EXPECT_NEAR(fast[step], plain[step], 1e-5 * plain[step]) << "step " << step;
  }
  EXPECT_LT(fast.back(), fast.front());
}

TEST(Plan, LossesInBfloat16AreNearThoseOfThePlainPath) {
  const std::vector<double> plain = losses_of_training(false);
  const auto expect_near = [&](Precision precision, double tolerance) {
    const std::vector<double> losses = losses_of_training(true, precision);
    for (size_t step = 0; step < losses.size(); ++step)
      EXPECT_NEAR(losses[step], plain[step], tolerance * plain[step]) << "step " << step;
  };
  const bool ran = reference::for_each_half_unit([&](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    for (Precision precision : unit.precisions)
      expect_near(precision, precision == Precision::bf16 ? 2e-2 : 1e-4);
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

// Checks six elements of each parameter.
void expect_gradients_match(ToyTrainer& trainer, const ToyBatch& batch, bool training) {
  trainer.loss(batch, training);
  trainer.backward();
  const Gradients gradients = trainer.gradients();
  for (const auto& [name, gradient] : gradients) {
    ParameterState& parameter = *trainer.parameters.find(name);
    for (size_t i = 0; i < gradient.size(); i += std::max<size_t>(1, gradient.size() / 6)) {
      SCOPED_TRACE(fmt::format("{}, element {}", name, i));
      float& x = parameter.value.data[i];
      const float middle = x, above = x + 0.004f, below = x - 0.004f;
      x = above;
      const double high = trainer.loss(batch, training);
      x = below;
      const double low = trainer.loss(batch, training);
      x = middle;
      EXPECT_NEAR(gradient[i], (high - low) / (static_cast<double>(above) - below), 1e-3);
    }
  }
}

TEST(Plan, GradientsMatchFiniteDifferences) {
  ToyTrainer plain, dropping({.dropout = 0.3f, .query_dropout = false});
  const ToyBatch batch(40, true);
  expect_gradients_match(plain, batch, true);
  expect_gradients_match(plain, batch, false);
  expect_gradients_match(dropping, batch, true);
}

TEST(Plan, GradientsOfATowerWithDropoutMatchFiniteDifferences) {
  ToyTrainer trainer({.dropout = 0.3f, .query_dropout = true});
  expect_gradients_match(trainer, ToyBatch(40, false), true);
}

TEST(Plan, GivesTheSameBitsWithAnyNumberOfThreads) {
  const ToyBatch batch(2000, true);
  const auto run = [&](int threads) {
    ToyTrainer trainer({.dropout = 0.3f}, true, threads);
    const double loss = trainer.loss(batch);
    trainer.backward();
    return std::pair(loss, trainer.gradients());
  };
  const auto one = run(1);
  for (int threads : {2, 3, 8}) EXPECT_EQ(run(threads), one) << threads << " threads";
}

TEST(Plan, GivesTheSameBitsInBfloat16WithAnyNumberOfThreads) {
  const ToyBatch batch(500, true);
  const auto run = [&](Precision precision, int threads) {
    ToyTrainer trainer({.dropout = 0.3f}, true, threads, precision);
    const double loss = trainer.loss(batch);
    trainer.backward();
    return std::pair(loss, trainer.gradients());
  };
  const bool ran = reference::for_each_half_unit([&](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    for (Precision precision : unit.precisions) {
      const auto one = run(precision, 1);
      for (int threads : {2, 3, 8}) EXPECT_EQ(run(precision, threads), one) << threads << " threads";
    }
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

// Products round their operands anyway, so rounding them when they are written gives the same result. Only
// the sums for the biases' gradients differ.
void expect_rounding_changes_nothing(const ToyOptions& options, bool layers_active, bool training,
                                     Precision precision) {
  SCOPED_TRACE(fmt::format("dropout {}, layers active {}, training {}, {} bits", options.dropout,
                           layers_active, training, precision == Precision::bf16 ? 8 : 16));
  const ToyBatch batch(240, true);
  const auto run = [&](bool rounds_between_products) {
    ToyTrainer trainer(options, layers_active, 2, precision, rounds_between_products);
    const double loss = trainer.loss(batch, training);
    trainer.backward();
    return std::pair(loss, trainer.gradients());
  };
  const auto [loss, gradients] = run(true);
  const auto [plain_loss, plain_gradients] = run(false);
  EXPECT_EQ(loss, plain_loss);
  bool rounded = false;
  for (const auto& [name, gradient] : gradients) {
    const std::vector<float>& plain = plain_gradients.at(name);
    if (!name.ends_with("/bias")) {
      EXPECT_EQ(gradient, plain) << name;
      continue;
    }
    rounded = rounded || gradient != plain;
    const double tolerance = precision == Precision::bf16 ? 4e-3 : 1e-5;
    for (size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(gradient[i], plain[i], tolerance) << name;
  }
  EXPECT_TRUE(rounded);
}

TEST(Plan, RoundsBetweenProductsWhatTheyRoundThemselves) {
  const bool ran = reference::for_each_half_unit([&](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    for (Precision precision : unit.precisions) {
      expect_rounding_changes_nothing({.deep = true}, true, true, precision);
      expect_rounding_changes_nothing({.dropout = 0.3f, .deep = true}, true, true, precision);
      expect_rounding_changes_nothing({.dropout = 0.3f, .deep = true}, true, false, precision);
      expect_rounding_changes_nothing({.dropout = 0.3f, .deep = true}, false, true, precision);
    }
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

TEST(Plan, NamesTheFirstNodeThatIsNotFiniteWhereItIsRounded) {
  const ToyBatch batch(40, true);
  const bool ran = reference::for_each_half_unit([&](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    ToyTrainer trainer({.deep = true}, true, 2, Precision::bf16);
    trainer.loss(batch);
    EXPECT_EQ(trainer.plan.first_not_finite(), "");
    trainer.parameters.find("rating/deep_1/kernel")->value(0, 0) = NAN;
    trainer.loss(batch);
    EXPECT_EQ(trainer.plan.first_not_finite(), "rating/deep_1");
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

TEST(Plan, TellsCopiesApartFromTheFirstDropoutOn) {
  ToyTrainer trainer({.dropout = 0.5f});
  const ToyBatch batch(60, true);
  const int rating = trainer.model.spec.rankings[0].node;
  trainer.loss(batch);
  ASSERT_TRUE(trainer.plan.has_row_outputs(rating));
  const Matrix output = trainer.plan.output(rating);
  ASSERT_EQ(output.rows, 60u);
  size_t copies = 0, different = 0;
  for (size_t r = 0; r < 60; ++r) {
    for (size_t s = 0; s < r; ++s) {
      if (batch.pair_of_row(r) != batch.pair_of_row(s)) continue;
      ++copies;
      different += output(r, 0) != output(s, 0);
    }
  }
  EXPECT_GT(copies, 20u);
  EXPECT_GT(different, copies * 9 / 10);
  EXPECT_FALSE(trainer.plan.needs_all_rows(kQueryRows));
  EXPECT_TRUE(ToyTrainer({.query_dropout = true}).plan.needs_all_rows(kQueryRows));
  EXPECT_FALSE(ToyTrainer({.query_dropout = true}).plan.needs_all_rows(kCandidateRows));
}

TEST(Plan, DropoutFollowsTheKeyOfTheStep) {
  ToyTrainer trainer({.dropout = 0.5f});
  const ToyBatch batch(60, true);
  const double loss = trainer.loss(batch, true, 1);
  EXPECT_NE(trainer.loss(batch, true, 2), loss);
  EXPECT_EQ(trainer.loss(batch, true, 1), loss);
}

TEST(Plan, InertTrainingLayersBehaveAsInInference) {
  const ToyOptions options = {.dropout = 0.5f, .query_dropout = true};
  ToyTrainer inert(options, false), active(options), without;
  const ToyBatch batch(60, true);
  EXPECT_FALSE(inert.plan.has_row_outputs(inert.model.spec.rankings[0].node));
  EXPECT_FALSE(inert.plan.needs_all_rows(kQueryRows));
  const double loss = inert.loss(batch, true);
  EXPECT_EQ(inert.loss(batch, true, 2), loss);
  EXPECT_NEAR(loss, active.loss(batch, false), 1e-6);
  EXPECT_NEAR(loss, without.loss(batch, false), 1e-6);
  EXPECT_EQ(inert.parameters.find("rating/batch_norm/moving_mean")->value(0, 0), 0);
}

TEST(Plan, BuffersGrowAndBatchesDoNotSeeEachOther) {
  ToyTrainer trainer({.dropout = 0.3f}, true, 1);
  const auto expect_as_fresh = [&](size_t rows) {
    ToyTrainer fresh({.dropout = 0.3f}, true, 1);
    const ToyBatch batch(rows, true, rows);
    EXPECT_EQ(trainer.loss(batch), fresh.loss(batch));
    trainer.backward(), fresh.backward();
    EXPECT_EQ(trainer.gradients(), fresh.gradients()) << rows << " rows";
  };
  for (size_t rows : {10, 1000, 10, 1100, 1}) expect_as_fresh(rows);
}

TEST(Plan, RunsOnlyTheTowerThatIsAskedFor) {
  ToyTrainer trainer;
  const ToyBatch rows(30, true);
  trainer.loss(rows, false);
  Plan tower(trainer.model.spec, trainer.parameters, {.outputs = {trainer.model.spec.query}});
  const Batch batch = rows.batch();
  tower.forward(trainer.pool, Batch::of(kQueryRows, *batch.queries().encoded, batch.queries().shown));
  const Matrix got = tower.output(trainer.model.spec.query),
               expected = trainer.plan.output(trainer.model.spec.query);
  ASSERT_EQ(got.rows, expected.rows);
  for (size_t r = 0; r < got.rows; ++r)
    EXPECT_TRUE(std::ranges::equal(got.row_span(r), expected.row_span(r)));
}

TEST(Plan, RanksGivenTowersOutputs) {
  ToyTrainer trainer;
  const ToyBatch rows(30, true);
  trainer.loss(rows, false);
  const auto& spec = trainer.model.spec;
  Plan ranker(spec, trainer.parameters,
              {.outputs = spec.ranking_nodes(), .fed = {spec.query, spec.candidate}});
  Batch batch = rows.batch();
  batch.at(kQueryRows).encoded = batch.at(kCandidateRows).encoded = nullptr;
  for (int time = 0; time < 2; ++time) {
    ranker.feed(spec.query, trainer.plan.output(spec.query));
    ranker.feed(spec.candidate, trainer.plan.output(spec.candidate));
    ranker.forward(trainer.pool, batch);
    const Matrix got = ranker.output(spec.rankings[0].node),
                 expected = trainer.plan.output(spec.rankings[0].node);
    ASSERT_EQ(got.rows, expected.rows);
    for (size_t r = 0; r < got.rows; ++r) EXPECT_EQ(got(r, 0), expected(r, 0));
  }
}

TEST(Plan, GivenNodesNeedNoFeatures) {
  ToyTrainer trainer;
  const ToyBatch rows(30, true);
  trainer.loss(rows, false);
  const int id = trainer.model.node("candidate/id"), tower = trainer.model.spec.candidate;
  Plan plan(trainer.model.spec, trainer.parameters, {.outputs = {tower}, .fed = {id}});
  Batch batch;
  const std::span<const uint32_t> shown = rows.batch().candidates().shown;
  batch.at(kCandidateRows).shown = shown;
  Buffer vectors(shown.size(), 4);
  for (size_t r = 0; r < shown.size(); ++r) {
    copy(trainer.parameters.find("candidate/id/embeddings")->value.row_span(shown[r]),
         vectors.span().subspan(r * 4, 4));
  }
  plan.feed(id, vectors.view(shown.size(), 4));
  plan.forward(trainer.pool, batch);
  for (size_t r = 0; r < shown.size(); ++r) {
    EXPECT_TRUE(std::ranges::equal(plan.output(tower).row_span(r), trainer.plan.output(tower).row_span(r)));
  }
}

// For a plan without retrieval, so that the towers only feed gathers. The loss is the sum of the ratings.
TEST(Plan, TowersWhoseRowsComeOnceGiveWhatGatheredOnesGive) {
  ToyTrainer trainer;
  const int rating = trainer.model.spec.rankings[0].node;
  Plan plan(trainer.model.spec, trainer.parameters, {.outputs = {rating}, .backward = true});
  trainer.parameters.pack(trainer.pool, true);
  const auto run = [&](const ToyBatch& batch) {
    plan.forward(trainer.pool, batch.batch(), true, 1);
    const Matrix output = plan.output(rating), gradient = plan.output_gradient(rating);
    for (size_t p = 0; p < gradient.rows; ++p) gradient(p, 0) = batch.batch().pairs().multiplicity[p];
    plan.backward(trainer.pool, {rating});
    trainer.join_gradients();
    std::vector<float> ratings;
    for (size_t r = 0; r < batch.rows(); ++r) ratings.push_back(output(batch.pair_of_row(r), 0));
    return std::pair(ratings, trainer.gradients());
  };
  const ToyBatch gathered(70, true), in_place(70, false), larger(90, false);
  const auto first = run(gathered);
  for (const ToyBatch* batch : {&in_place, &gathered}) {
    const auto again = run(*batch);
    for (size_t r = 0; r < first.first.size(); ++r) EXPECT_NEAR(again.first[r], first.first[r], 1e-5);
    expect_near(again.second, first.second, 1e-3);
  }
  run(larger);
  EXPECT_EQ(run(gathered), first);
}

TEST(Plan, AnOutputWhoseGradientIsNotWrittenGivesNone) {
  ToyTrainer trainer, fresh;
  const ToyBatch batch(50, true);
  trainer.loss(batch);
  trainer.backward();
  trainer.loss(batch);
  fresh.loss(batch);
  trainer.plan.backward(trainer.pool, {trainer.model.spec.query});  // the other gradients have stale values
  trainer.join_gradients();
  for (int output : {fresh.model.spec.candidate, fresh.model.spec.rankings[0].node}) {
    const Matrix gradient = fresh.plan.output_gradient(output);
    for (size_t r = 0; r < gradient.rows; ++r) fill(gradient.row_span(r), 0);
  }
  fresh.backward();
  EXPECT_EQ(trainer.gradients(), fresh.gradients());
}

}  // namespace
}  // namespace shortlist
