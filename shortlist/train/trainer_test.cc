#include "shortlist/train/trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "shortlist/testing/prepared_table.h"
#include "shortlist/testing/reference.h"
#include "shortlist/train/checkpoint.h"
#include "shortlist/train/evaluator.h"

namespace shortlist {
namespace {

const Changes kManyEpochs = {{"epochs    = 4", "epochs = 12"}};
const Changes kAsItIs = {{"label  = \"rating\"", "label = \"rating\"\nstandardize_label = false"}};
const Changes kKeras = {{"batch     = 50", "batch = 50\nkeras_compatible = true"}};

// Requests a stop after this number of steps in the whole run.
class StopAfter : public TrainingCallback {
 public:
  explicit StopAfter(int steps) : steps_(steps) {}
  void after_step(const Progress&) override { stop = --steps_ == 0; }
  std::atomic<bool> stop = false;

 private:
  int steps_;
};

Trainer::Outcome run(Trainer& trainer, const std::string& checkpoints = "") {
  TrainingCallback nobody;
  const std::atomic<bool> stop = false;
  return trainer.run(nobody, stop, checkpoints);
}

// A model trained to the end, and the metrics that it reported.
struct Trained {
  Trained(const TinyTable& table, const Changes& changes, int threads = 1) : model(table, changes, threads) {
    Trainer trainer = model.trainer();
    run(trainer);
    history = trainer.state().history;
  }
  TinyModel model;
  History history;
};

std::vector<double> figures_of(const History& history, const char* name, bool validation) {
  std::vector<double> values;
  for (const EpochRecord& epoch : history.epochs)
    values.push_back(*find_metric(validation ? epoch.validation : epoch.train, name));
  return values;
}

TEST(Trainer, LearnsThePlantedTaste) {
  const TinyTable table;
  const Trained trained(table, {{"epochs    = 4", "epochs = 40"}});
  const std::vector<double> losses = figures_of(trained.history, "loss", false),
                            rmse = figures_of(trained.history, "rmse", true);
  ASSERT_EQ(losses.size(), 40u);
  EXPECT_LT(losses.back(), 0.85 * losses.front());
  EXPECT_LT(rmse.back(), 0.9 * rmse.front());  // small because there are few rows
}

// Training on standardised labels equals training on a table that contains standardised labels.
TEST(Trainer, StandardisesLabelsAsATableCould) {
  const TinyTable table("user,country,movie,genre,year,rating\nu1,Peru,a,War,2,30\nu2,Peru,b,War,1,50\n");
  const TinyTable same("user,country,movie,genre,year,rating\nu1,Peru,a,War,2,-1\nu2,Peru,b,War,1,1\n");
  Changes changes = {{"train = 0.8, validation = 0.1, test = 0.1", "train = 1, validation = 0, test = 0"}};
  const Trained scaled(table, changes);
  changes.push_back(kAsItIs[0]);
  const Trained plain(same, changes);
  EXPECT_EQ(scaled.model.spec.rankings[0].scale, (LabelScale{40, 10}));
  EXPECT_EQ(scaled.model.numbers(), plain.model.numbers());
  const EpochRecord &a = scaled.history.epochs.back(), &b = plain.history.epochs.back();
  EXPECT_EQ(*find_metric(a.train, "loss"), *find_metric(b.train, "loss"));
  EXPECT_NEAR(*find_metric(a.train, "rmse"), 10 * *find_metric(b.train, "rmse"), 1e-4);
}

TEST(Trainer, GivesTheSameBitsWithAnyNumberOfThreads) {
  const TinyTable table(tiny_ratings(1500));
  const Changes changes = {{"batch     = 50", "batch = 700"}};
  const std::vector<float> one = Trained(table, changes, 1).model.numbers();
  EXPECT_EQ(Trained(table, changes, 2).model.numbers(), one);
  EXPECT_EQ(Trained(table, changes, 3).model.numbers(), one);
}

TEST(Trainer, GivesOtherNumbersForAnotherSeed) {
  const TinyTable table;
  EXPECT_NE(Trained(table, {{"epochs    = 4", "epochs = 1\nseed = 5"}}).model.numbers(),
            Trained(table, {{"epochs    = 4", "epochs = 1"}}).model.numbers());
}

TEST(Trainer, ShufflesTheTrainingRowsAnewEachEpoch) {
  const TinyTable table;
  TinyModel model(table);
  const Trainer trainer = model.trainer();
  std::vector<uint32_t> order = trainer.epoch_order(0), train = model.data().split.train;
  EXPECT_NE(order, trainer.epoch_order(1));
  EXPECT_EQ(order, trainer.epoch_order(0));
  std::ranges::sort(order);
  std::ranges::sort(train);
  EXPECT_EQ(order, train);
}

TEST(Trainer, KerasCompatibleUsesTheSameBatchesEachEpoch) {
  const TinyTable table;
  TinyModel model(table, kKeras);
  const Trainer trainer = model.trainer();
  EXPECT_EQ(trainer.epoch_order(0), trainer.epoch_order(3));
}

// Moving means are updated, and dropout's draws matter, only if the layers are active.
TEST(Trainer, KerasCompatibleLeavesBatchNormAndDropoutInert) {
  const TinyTable table;
  const auto moving_mean = [&](const Changes& changes) {
    Trained trained(table, changes);
    const Parameters& parameters = trained.model.parameters;
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (!parameters.name(i).ends_with("moving_mean")) continue;
      const auto mean = parameters.at(i).value.row_span(0);
      return std::vector<float>(mean.begin(), mean.end());
    }
    return std::vector<float>();
  };
  EXPECT_EQ(moving_mean(kKeras), std::vector<float>(16, 0));
  EXPECT_NE(moving_mean({}), std::vector<float>(16, 0));

  Changes other_rate = kKeras;
  other_rate.emplace_back("dropout = 0.2", "dropout = 0.5");
  EXPECT_EQ(Trained(table, kKeras).model.numbers(), Trained(table, other_rate).model.numbers());
  EXPECT_NE(Trained(table, {}).model.numbers(),
            Trained(table, {{"dropout = 0.2", "dropout = 0.5"}}).model.numbers());
}

// Stops after some steps, resumes with another model and trainer, and compares with an uninterrupted run.
void expect_same_after_stop(const Changes& changes, int steps) {
  SCOPED_TRACE(fmt::format("stopped after {} steps", steps));
  const TinyTable table;
  const std::string checkpoints = table.folder() / "checkpoints";
  TinyModel first(table, changes), second(table, changes);
  {
    Trainer trainer = first.trainer();
    StopAfter observer(steps);
    EXPECT_EQ(trainer.run(observer, observer.stop, checkpoints), Trainer::Outcome::interrupted);
  }
  Trainer trainer = second.trainer();
  EXPECT_TRUE(trainer.resume(checkpoints));
  EXPECT_EQ(trainer.state().epoch * 4 + trainer.state().step, steps);
  EXPECT_EQ(run(trainer, checkpoints), Trainer::Outcome::finished);
  const Trained whole(table, changes);
  EXPECT_EQ(second.numbers(), whole.model.numbers());
  for (const char* name : {"loss", "rmse", "top_5"}) {
    EXPECT_EQ(figures_of(trainer.state().history, name, false), figures_of(whole.history, name, false));
    EXPECT_EQ(figures_of(trainer.state().history, name, true), figures_of(whole.history, name, true));
  }
}

TEST(Trainer, GoesOnBitForBitWhereItStopped) {
  expect_same_after_stop({}, 6);  // in the middle of epoch 2
  expect_same_after_stop({}, 4);  // between epochs
  expect_same_after_stop({}, 1);  // before the first epoch ended
  expect_same_after_stop({{"{ adam = 0.01 }", "{ adagrad = 0.1 }"}}, 6);
  expect_same_after_stop({{"{ adam = 0.01 }", "{ adam = 0.01, idle_rows = \"skip\" }"}}, 6);
  expect_same_after_stop({{"{ adam = 0.01 }", "{ sgd = 0.01, momentum = 0.9 }"}}, 6);
}

TEST(Trainer, GoesOnWithWhatItsWatchersHaveSeen) {
  expect_same_after_stop(
      {{"epochs    = 4", "epochs = 9"},
       {"{ adam = 0.01 }",
        "{ adam = 0.05 }\nreduce_on_plateau = { monitor = \"top_5\", patience = 2, cooldown = 1 "
        "}\nearly_stopping = { monitor = \"rmse\", patience = 4 }"}},
      14);
}

TEST(Trainer, ResumesNothingWhereThereIsNoCheckpoint) {
  const TinyTable table;
  TinyModel model(table);
  EXPECT_FALSE(model.trainer().resume(table.folder() / "nowhere"));
}

TEST(Trainer, KeepsSoManyCheckpoints) {
  const TinyTable table;
  const std::string checkpoints = table.folder() / "checkpoints";
  TinyModel model(table);
  Trainer trainer = model.trainer();
  run(trainer, checkpoints);
  EXPECT_TRUE(std::filesystem::exists(checkpoints + "/epoch-0004.safetensors"));
  EXPECT_TRUE(std::filesystem::exists(checkpoints + "/epoch-0003.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(checkpoints + "/epoch-0002.safetensors"));
}

TEST(Trainer, RefusesACheckpointOfAnotherConfig) {
  const TinyTable table;
  const std::string checkpoints = table.folder() / "checkpoints";
  TinyModel model(table), longer(table, kManyEpochs),
      other(table, {{"{ adam = 0.01 }", "{ adam = 0.01, beta_1 = 0.8 }"}});
  Trainer trainer = model.trainer();
  run(trainer, checkpoints);
  EXPECT_EQ(
      message_of([&] { other.trainer().resume(checkpoints); }),
      checkpoints + "/epoch-0004.safetensors: belongs to another config; continue with the original config");
  EXPECT_TRUE(longer.trainer().resume(checkpoints));
}

TEST(Trainer, RefusesADamagedCheckpoint) {
  const TinyTable table;
  const std::string checkpoints = table.folder() / "checkpoints",
                    path = checkpoints + "/epoch-0004.safetensors";
  TinyModel model(table);
  Trainer trainer = model.trainer();
  run(trainer, checkpoints);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  std::filesystem::remove(checkpoints + "/epoch-0003.safetensors");
  const std::string message = message_of([&] { trainer.resume(checkpoints); });
  EXPECT_TRUE(message.starts_with(path + ": ")) << message;
  EXPECT_TRUE(message.ends_with("; there is no other checkpoint to continue from")) << message;
}

// Starts from the parameters and the optimizer's state of a run that stopped after two epochs of four steps.
TEST(Trainer, GoesOnWhereAnotherRunsOptimizerStood) {
  const TinyTable table;
  const std::string checkpoints = table.folder() / "checkpoints";
  TinyModel whole(table), half(table, {{"epochs    = 4", "epochs = 2"}});
  Trainer uninterrupted = whole.trainer(), stopped = half.trainer();
  run(uninterrupted);
  run(stopped, checkpoints);
  const OptimizerState state = load_optimizer_state(*open_newest_checkpoint(checkpoints));
  EXPECT_EQ(state.steps, 8);
  EXPECT_EQ(state.learning_rate, 0.01);
  TinyModel other(table);
  for (size_t i = 0; i < other.parameters.size(); ++i) {
    const Matrix& from = half.parameters.at(i).value;
    std::copy_n(from.data, from.rows * from.cols, other.parameters.at(i).value.data);
  }
  Trainer trainer = other.trainer();
  trainer.begin_at(state);
  EXPECT_EQ(trainer.state().epoch, 2);
  run(trainer);
  EXPECT_EQ(other.numbers(), whole.numbers());
}

TEST(Trainer, RefusesAnOptimizerOfImpossiblyManySteps) {
  const TinyTable table;
  TinyModel model(table);
  Trainer trainer = model.trainer();
  EXPECT_EQ(message_of([&] { trainer.begin_at({.steps = -1}); }),
            "the checkpoint's optimizer has taken -1 steps, which is out of range");
  EXPECT_NE(message_of([&] { trainer.begin_at({.steps = INT64_MAX}); }), "");
}

// Records the parameters after each epoch.
class Recorder : public TrainingCallback {
 public:
  explicit Recorder(const TinyModel& model) : model_(model) {}
  void after_epoch(const EpochRecord&, const Parameters&) override { numbers.push_back(model_.numbers()); }
  void stopped_early(int at, int best_epoch) override { stopped = at, best = best_epoch; }
  std::vector<std::vector<float>> numbers;
  int stopped = 0, best = 0;

 private:
  const TinyModel& model_;
};

// Checks the best epoch of a run that overshoots.
void expect_ends_with(bool best) {
  const TinyTable table;
  TinyModel model(
      table, {{"epochs    = 4", "epochs = 40"},
              {"{ adam = 0.01 }", fmt::format("{{ adam = 0.1 }}\nearly_stopping = {{ monitor = \"loss\", "
                                              "patience = 2, restore_best = {} }}",
                                              best)}});
  Trainer trainer = model.trainer();
  Recorder recorder(model);
  const std::atomic<bool> stop = false;
  trainer.run(recorder, stop);
  ASSERT_EQ(recorder.stopped, recorder.best + 2);
  EXPECT_EQ(recorder.numbers.size(), static_cast<size_t>(recorder.stopped));
  const std::vector<double> losses = figures_of(trainer.state().history, "loss", true);
  EXPECT_EQ(std::ranges::min_element(losses) - losses.begin(), recorder.best - 1);
  EXPECT_EQ(model.numbers(),
            best ? recorder.numbers[static_cast<size_t>(recorder.best) - 1] : recorder.numbers.back());
}

TEST(Trainer, EndsWithTheBestWeights) { expect_ends_with(true); }
TEST(Trainer, EndsWithTheLastWeightsWhenToldSo) { expect_ends_with(false); }

TEST(Trainer, NamesEpochStepAndLayerWhenTheLossIsNoLongerFinite) {
  const TinyTable table;
  TinyModel model(table);
  Trainer trainer = model.trainer();
  model.parameters.find("candidate/dense/bias")->value(0, 3) = NAN;
  EXPECT_EQ(message_of([&] { run(trainer); }),
            "epoch 1, step 1: the loss is no longer finite, first in layer 'candidate/dense'; lower the "
            "learning rate, which is 0.01 now, and train again");
}

TEST(Trainer, TellsHowFarItIs) {
  struct Listener : TrainingCallback {
    void after_step(const Progress& p) override {
      seen.push_back(fmt::format("{}/{} {}/{} {}", p.epoch, p.epochs, p.step, p.steps, p.rows));
    }
    std::vector<std::string> seen;
  } listener;
  const TinyTable table;
  TinyModel model(table, {{"epochs    = 4", "epochs = 1"}});
  const std::atomic<bool> stop = false;
  model.trainer().run(listener, stop);
  EXPECT_EQ(listener.seen,
            (std::vector<std::string>{"1/1 1/4 50", "1/1 2/4 100", "1/1 3/4 150", "1/1 4/4 192"}));
}

TEST(Trainer, StepsInFloat32WhereTheProcessorDoesNotMultiplyAsAskedFor) {
  const TinyTable table;
  const bool ran = reference::for_each_half_unit([&](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    for (Precision precision : {Precision::float32, Precision::bf16, Precision::bf16x3}) {
      TinyModel model(table);
      model.config.training.precision = precision;
      const bool has = precision == Precision::float32 || std::ranges::count(unit.precisions, precision) > 0;
      EXPECT_EQ(step_precision(model.config.training.precision), has ? precision : Precision::float32);
    }
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

// A step's products are rounded to bfloat16; validation's are not.
TEST(Trainer, TrainsInBfloat16AndValidatesInFloat32) {
  const TinyTable table;
  TinyModel plain(table);
  train_tiny(plain);
  const bool ran = reference::for_each_half_unit([&](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    TinyModel model(table, {{"batch     = 50", "batch     = 50\nprecision = \"bf16\""}});
    Trainer trainer = model.trainer();
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    trainer.run(nobody, stop);
    EXPECT_NE(model.numbers(), plain.numbers());
    Evaluator evaluator(resolve_training(model.config), model.spec, model.parameters, model.data(),
                        model.pool);
    const EpochRecord& last = trainer.state().history.epochs.back();
    EXPECT_EQ(evaluator.figures(model.data().split.validation, true), last.validation);
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

// A row's weight scales its loss and gradient like that many copies of the row.
TEST(Trainer, AWeightOfTwoIsTheRowTwice) {
  const TinyTable table("user,country,movie,genre,year,rating\nu1,Peru,a,War,2,3\nu2,Peru,b,War,1,5\n");
  const Changes keras = {{"train = 0.8, validation = 0.1, test = 0.1", "train = 1, validation = 0, test = 0"},
                         {"batch     = 50", "batch = 50\nkeras_compatible = true"},
                         {"reduction = \"mean\"", "weight = 0"},
                         kAsItIs[0]};
  Changes weighted = keras;
  weighted.emplace_back("user  = \"user\"", "weight = \"year\"");
  TinyModel with(table, weighted), without(table, keras);
  const StepMetrics a = with.trainer().step(std::vector<uint32_t>{0, 1}),
                    b = without.trainer().step(std::vector<uint32_t>{0, 0, 1});
  const auto loss = [](const StepMetrics& step) { return *find_metric(step.losses, "ranking_loss"); };
  EXPECT_NEAR(loss(a) * 2, loss(b) * 3, 1e-5);  // means over 2 rows and over 3
  EXPECT_NEAR(*find_metric(a.squared_errors, "rmse"), *find_metric(b.squared_errors, "rmse"), 1e-5);
}

}  // namespace
}  // namespace shortlist
