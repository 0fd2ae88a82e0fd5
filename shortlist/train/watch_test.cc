#include "shortlist/train/watch.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

EpochRecord epoch(int number, const char* figure, double value) {
  return {.epoch = number, .train = {{figure, -1}}, .validation = {{figure, value}}};
}

// Training replaces "auto" by the name of a metric; here it is the loss.
template <typename Config>
Config resolved(Config config) {
  if (config.monitor == kServedMonitor) config.monitor = "loss";
  return config;
}

// The learning rate after each epoch, starting at 1.
std::vector<double> rates(const PlateauConfig& given, const std::vector<double>& values) {
  const PlateauConfig config = resolved(given);
  Plateau plateau(config);
  std::vector<double> rates;
  double rate = 1;
  for (double value : values) {
    rate =
        plateau.after_epoch(epoch(static_cast<int>(rates.size()) + 1, config.monitor.c_str(), value), rate);
    rates.push_back(rate);
  }
  return rates;
}

// The epoch after which training stops, or 0 if it continues, and the best epoch.
std::pair<int, int> stops(const EarlyStoppingConfig& given, const std::vector<double>& values) {
  const EarlyStoppingConfig config = resolved(given);
  EarlyStopping early(config);
  int number = 0;
  for (double value : values) {
    early.after_epoch(epoch(++number, config.monitor.c_str(), value));
    if (early.should_stop()) return {number, early.state.best_epoch};
  }
  return {0, early.state.best_epoch};
}

using Rates = std::vector<double>;
using Stop = std::pair<int, int>;

TEST(Plateau, LowersTheRateAfterPatienceEpochsWithoutGain) {
  const PlateauConfig config{.patience = 2, .factor = 0.5, .min_delta = 0};
  EXPECT_EQ(rates(config, {5, 4, 4, 4, 4, 4}), (Rates{1, 1, 1, 0.5, 0.5, 0.25}));
  EXPECT_EQ(rates(config, {5, 6, 4, 6, 3, 6}), (Rates{1, 1, 1, 1, 1, 1}));
}

TEST(Plateau, CountsOnlyGainsAboveMinDelta) {
  const PlateauConfig config{.patience = 2, .factor = 0.5, .min_delta = 0.5};
  // 4.75 and 4.5 are no improvement over 5; a value below 4.5 would be.
  EXPECT_EQ(rates(config, {5, 4.75, 4.5}), (Rates{1, 1, 0.5}));
  EXPECT_EQ(rates(config, {5, 4.75, 4.25}), (Rates{1, 1, 1}));
}

TEST(Plateau, WaitsOutTheCooldown) {
  const PlateauConfig config{.patience = 1, .factor = 0.5, .min_delta = 0, .cooldown = 2};
  // The rate falls in epoch 2. Epoch 3 is within the cooldown; epoch 4 ends it and counts.
  EXPECT_EQ(rates(config, {5, 5, 5, 5, 5, 5}), (Rates{1, 0.5, 0.5, 0.25, 0.25, 0.125}));
}

TEST(Plateau, DoesNotFallBelowTheMinimum) {
  const PlateauConfig config{.patience = 1, .factor = 0.1, .min_delta = 0, .minimum = 0.05};
  EXPECT_EQ(rates(config, {5, 5, 5, 5}), (Rates{1, 0.1, 0.05, 0.05}));
}

TEST(Plateau, WantsMoreOfAccuracies) {
  const PlateauConfig config{.monitor = "top_10", .patience = 1, .factor = 0.5, .min_delta = 0};
  EXPECT_EQ(rates(config, {0.1, 0.2, 0.3}), (Rates{1, 1, 1}));
  EXPECT_EQ(rates(config, {0.3, 0.2}), (Rates{1, 0.5}));
}

TEST(Plateau, GainsOnceANumberFollowsNaN) {
  const PlateauConfig config{.patience = 2, .factor = 0.5, .min_delta = 0};
  EXPECT_EQ(rates(config, {NAN, 5, 4, 3, 2}), (Rates{1, 1, 1, 1, 1}));
}

TEST(EarlyStopping, StopsAfterPatienceEpochsWithoutGain) {
  EXPECT_EQ(stops({.patience = 2}, {5, 4, 6, 3, 3, 4, 1}), (Stop{6, 4}));
  EXPECT_EQ(stops({.patience = 2}, {5, 4, 3, 2, 1}), (Stop{0, 5}));
}

TEST(EarlyStopping, GoesOnAfterAGainAlsoWithoutPatience) {
  EXPECT_EQ(stops({.patience = 0}, {5, 4, 3, 3, 2}), (Stop{4, 3}));
  EXPECT_EQ(stops({.patience = 1}, {5, 4, 3, 3, 2}), (Stop{4, 3}));
}

TEST(EarlyStopping, CountsOnlyGainsAboveMinDelta) {
  EXPECT_EQ(stops({.patience = 2, .min_delta = 0.5}, {5, 4.75, 4.5}), (Stop{3, 1}));
  EXPECT_EQ(stops({.patience = 2, .min_delta = 0.5}, {5, 4.75, 4.25, 4}), (Stop{0, 3}));
}

TEST(EarlyStopping, WantsMoreOfAccuracies) {
  EXPECT_EQ(stops({.monitor = "auc", .patience = 1}, {0.5, 0.6, 0.55}), (Stop{3, 2}));
}

TEST(EarlyStopping, TellsTheBestEpochs) {
  EarlyStopping early({.monitor = "loss", .patience = 5});
  EXPECT_TRUE(early.after_epoch(epoch(1, "loss", 5)));
  EXPECT_FALSE(early.after_epoch(epoch(2, "loss", 5)));
  EXPECT_TRUE(early.after_epoch(epoch(3, "loss", 4)));
}

TEST(EarlyStopping, GainsOnceANumberFollowsNaN) {
  EXPECT_EQ(stops({.patience = 2}, {NAN, 5, 4, 3}), (Stop{0, 4}));
}

TEST(Monitored, ReadsValidationOrElseTraining) {
  EpochRecord record = epoch(1, "rmse", 2);
  EXPECT_EQ(monitored(record, "rmse"), 2);
  record.validation.clear();
  EXPECT_EQ(monitored(record, "rmse"), -1);
}

TEST(Monitored, NamesTheFiguresThereAre) {
  const EpochRecord record{.validation = {{"loss", 1}, {"top_10", 0.5}}};
  EXPECT_EQ(message_of([&] { monitored(record, "top_20"); }),
            "monitor = \"top_20\": there is no such figure, only loss, top_10");
}

}  // namespace
}  // namespace shortlist
