// Schedules, optimizers of parts and averages of weights in a run that may stop and resume.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "shortlist/config/resolve.h"
#include "shortlist/testing/prepared_table.h"
#include "shortlist/testing/temporary_folder.h"
#include "shortlist/train/checkpoint.h"
#include "shortlist/train/evaluator.h"
#include "shortlist/train/trainer.h"

namespace shortlist {
namespace {

Changes with_training(const std::string& optimizer, const std::string& more = "") {
  return {{"{ adam = 0.01 }", optimizer + "\n" + more}};
}

const Changes kCosine =
    with_training("{ adam = 0.01, schedule = { kind = \"cosine\", warm_up = 3, end = 0.1 } }");
const Changes kParts = with_training(
    "{ adam = 0.01 }",
    "parts = [{ parameters = [\"tables\"], optimizer = { adagrad = 0.1, schedule = { kind = \"step\", every "
    "= 2, unit = \"epochs\", factor = 0.5 } } }, { parameters = [\"query/dense/*\"], optimizer = { sgd = "
    "0.01, momentum = 0.9, clip_norm = 1 } }]");
const Changes kExponential = with_training("{ adagrad = 0.1 }", "average = { momentum = 0.9 }");
const Changes kStochastic =
    with_training("{ adam = 0.01 }", "average = { kind = \"stochastic\", from_epoch = 3 }");

// Asks for the rates of all steps, may set them, and requests a stop after some.
class Watcher : public TrainingCallback {
 public:
  explicit Watcher(int steps = -1) : steps_(steps) {}
  double learning_rate(double rate) override {
    const bool sets = static_cast<int>(rates.size()) == set_at;
    rates.push_back(sets ? rate / 2 : rate);
    return rates.back();
  }
  void after_step(const Progress&) override { stop = --steps_ == 0; }
  std::vector<double> rates;
  int set_at = -1;
  std::atomic<bool> stop = false;

 private:
  int steps_;
};

// Stops after some steps, resumes with another model and trainer, and compares with an uninterrupted run.
void expect_same_after_stop(const Changes& changes, int steps) {
  SCOPED_TRACE(fmt::format("stopped after {} steps", steps));
  const TinyTable table;
  const std::string checkpoints = table.folder() / "checkpoints";
  TinyModel first(table, changes), second(table, changes), whole(table, changes);
  {
    Trainer trainer = first.trainer();
    Watcher watcher(steps);
    EXPECT_EQ(trainer.run(watcher, watcher.stop, checkpoints), Trainer::Outcome::interrupted);
  }
  Trainer trainer = second.trainer(), straight = whole.trainer();
  EXPECT_TRUE(trainer.resume(checkpoints));
  Watcher nobody;
  EXPECT_EQ(trainer.run(nobody, nobody.stop, checkpoints), Trainer::Outcome::finished);
  straight.run(nobody, nobody.stop);
  EXPECT_EQ(second.numbers(), whole.numbers());
  EXPECT_EQ(trainer.state().history.epochs.size(), straight.state().history.epochs.size());
  for (size_t i = 0; i < trainer.state().history.epochs.size(); ++i) {
    EXPECT_EQ(trainer.state().history.epochs[i].validation, straight.state().history.epochs[i].validation);
    EXPECT_EQ(trainer.state().history.epochs[i].learning_rate,
              straight.state().history.epochs[i].learning_rate);
  }
}

TEST(TrainerRates, GoOnBitForBitWhereTheRunStopped) {
  for (const Changes& changes : {kCosine, kParts, kExponential, kStochastic}) {
    expect_same_after_stop(changes, 6);   // in the middle of epoch 2
    expect_same_after_stop(changes, 12);  // between epochs 3 and 4
  }
}

TEST(TrainerRates, FollowTheSchedule) {
  const TinyTable table;
  TinyModel model(table, kCosine);
  Trainer trainer = model.trainer();
  Watcher watcher;
  trainer.run(watcher, watcher.stop);
  ASSERT_EQ(watcher.rates.size(), 16u);  // 4 epochs of 4 steps
  EXPECT_EQ(watcher.rates[0], 0);
  EXPECT_NEAR(watcher.rates[2], 0.01 * 2 / 3, 1e-12);
  EXPECT_NEAR(watcher.rates[3], 0.01, 1e-12);
  EXPECT_NEAR(watcher.rates[15], 0.01 * (0.9 * 0.5 * (1 + std::cos(M_PI * 12 / 13)) + 0.1), 1e-12);
  EXPECT_EQ(trainer.state().history.epochs.back().learning_rate, watcher.rates[15]);
  EXPECT_EQ(trainer.state().rates, (std::vector<double>(4, 0.01)));
}

TEST(TrainerRates, AreScaledByACallback) {
  const TinyTable table;
  TinyModel model(table, kCosine), plain(table, kCosine);
  Watcher watcher, other;
  watcher.set_at = 5;
  model.trainer().run(watcher, watcher.stop);
  plain.trainer().run(other, other.stop);
  for (size_t step = 0; step < 16; ++step)
    EXPECT_NEAR(watcher.rates[step], other.rates[step] * (step < 5 ? 1 : 0.5), 1e-12);
}

// A refit on more rows has other steps, but the same rates at the same share of an epoch.
TEST(TrainerRates, AreRepeatedByARunThatFollows) {
  struct Rates : TrainingCallback {
    void after_epoch(const EpochRecord& epoch, const Parameters&) override {
      rates.push_back(epoch.learning_rate);
    }
    std::vector<double> rates;
  } first, second, halved;
  const std::atomic<bool> stop = false;
  const Changes schedule = with_training(
      "{ adam = 0.01, schedule = { kind = \"step\", every = 8, factor = 0.5 } }");  // every two epochs
  Changes small = schedule;
  small.emplace_back("batch     = 50", "batch = 25");  // twice as many steps
  const TinyTable table;
  TinyModel model(table, schedule), more(table, small), alone(table, small);
  Trainer trainer = model.trainer(), follower = more.trainer();
  trainer.run(first, stop);
  follower.follow({trainer.state().rates, trainer.steps_an_epoch()});
  follower.run(second, stop);
  alone.trainer().run(halved, stop);
  EXPECT_EQ(first.rates, (std::vector<double>{0.01, 0.01, 0.005, 0.005}));
  EXPECT_EQ(second.rates, first.rates);
  EXPECT_EQ(halved.rates, (std::vector<double>{0.01, 0.005, 0.0025, 0.00125}));
}

TEST(TrainerRates, PartsHaveTheirOwnOptimizers) {
  const TinyTable table;
  TinyModel model(table, kParts);
  Trainer trainer = model.trainer();
  Watcher nobody;
  const std::string folder = table.folder() / "checkpoints";
  trainer.run(nobody, nobody.stop, folder);
  std::map<std::string, std::string> kinds;  // the optimizer's slots, by the first slot's parameter
  for (const OptimizerState::Slot& slot : load_optimizer_state(*open_newest_checkpoint(folder)).slots) {
    const size_t slash = slot.name.rfind('/');
    kinds[slot.name.substr(0, slash)] += slot.name.substr(slash + 1) + " ";
  }
  EXPECT_EQ(kinds.at("query/user/embeddings"), "accumulator ");
  EXPECT_EQ(kinds.at("query/dense/kernel"), "velocity ");
  EXPECT_EQ(kinds.at("candidate/dense/kernel"), "m v ");
}

TEST(TrainerRates, RejectAPartOfNoParameter) {
  const TinyTable table;
  TinyModel model(table,
                  with_training("{ adam = 0.01 }",
                                "parts = [{ parameters = [\"nothing/*\"], optimizer = { sgd = 1 } }]"));
  const std::string message = message_of([&] { model.trainer(); });
  EXPECT_TRUE(message.starts_with("training.parts.0: no parameter is meant by 'nothing/*'; the model has "))
      << message;
}

std::vector<double> losses(const History& history) {
  std::vector<double> values;
  for (const EpochRecord& epoch : history.epochs) values.push_back(*find_metric(epoch.validation, "loss"));
  return values;
}

// The parameters that a run ends with are those that its last epoch was measured with.
TEST(TrainerRates, AveragesAreEvaluatedAndKept) {
  const TinyTable table;
  TinyModel plain(table, with_training("{ adagrad = 0.1 }"));
  Watcher nobody;
  Trainer without = plain.trainer();
  without.run(nobody, nobody.stop);
  for (const Changes& changes : {kExponential, kStochastic}) {
    TinyModel model(table, changes);
    Trainer trainer = model.trainer();
    trainer.run(nobody, nobody.stop);
    Evaluator evaluator(resolve_training(model.config), model.spec, model.parameters, model.data(),
                        model.pool);
    EXPECT_EQ(evaluator.figures(model.data().split.validation, true),
              trainer.state().history.epochs.back().validation);
    EXPECT_NE(model.numbers(), plain.numbers());
    EXPECT_NE(losses(trainer.state().history), losses(without.state().history));
  }
}

// Training itself does not see the averages: the losses of the training rows are those of the weights.
TEST(TrainerRates, AveragesDoNotChangeTheTraining) {
  const TinyTable table;
  TinyModel plain(table, with_training("{ adagrad = 0.1 }")), averaged(table, kExponential);
  Watcher nobody;
  Trainer without = plain.trainer(), with = averaged.trainer();
  without.run(nobody, nobody.stop);
  with.run(nobody, nobody.stop);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(*find_metric(with.state().history.epochs[i].train, "loss"),
              *find_metric(without.state().history.epochs[i].train, "loss"));
  }
}

TEST(TrainerRates, StochasticAverageIsTheMeanOfTheEpochsWeights) {
  const TinyTable table;
  TinyModel plain(table, with_training("{ adam = 0.01 }")), averaged(table, kStochastic);
  struct Recorder : TrainingCallback {
    explicit Recorder(const TinyModel& m) : model(m) {}
    void after_epoch(const EpochRecord&, const Parameters&) override { numbers.push_back(model.numbers()); }
    const TinyModel& model;
    std::vector<std::vector<float>> numbers;
  } recorder(plain);
  const std::atomic<bool> stop = false;
  plain.trainer().run(recorder, stop);
  TrainingCallback nobody;
  averaged.trainer().run(nobody, stop);
  const std::vector<float> mean = averaged.numbers();
  for (size_t i = 0; i < mean.size(); ++i)
    ASSERT_NEAR(mean[i], (recorder.numbers[2][i] + recorder.numbers[3][i]) / 2, 1e-6) << i;
}

}  // namespace
}  // namespace shortlist
