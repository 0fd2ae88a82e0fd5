// Promise: an epoch of the reference model with validation is at least 40 times as fast as in the TFRS
// notebook (peers/compare_epoch.py), with the same computations (training.keras_compatible).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "benchmarks/reference_model.h"
#include "benchmarks/statistics.h"
#include "benchmarks/training_run.h"

#include "shortlist/config/build.h"
#include "shortlist/config/resolve.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

// The time between the ends of successive epochs: order, steps, metrics, validation.
class EpochClock : public TrainingCallback {
 public:
  void after_epoch(const EpochRecord&, const Parameters&) override {
    seconds.push_back(milliseconds_since(last_) / 1e3);
    last_ = Clock::now();
  }
  std::vector<double> seconds;

 private:
  Clock::time_point last_ = Clock::now();
};

nlohmann::json measure(const std::string& table, int threads, int epochs,
                       const std::vector<std::string>& settings) {
  const TemporaryFolder folder;
  Config config = reference_config(folder, table, settings);
  config.training.epochs = epochs + 1;
  config.training.early_stopping.reset();
  const PreparedData prepared = prepare_data(resolve_data(config), Table::open(config.data.source()));
  const ModelSpec spec = build_model(config, prepared.features, prepared.label_scales);
  Parameters parameters(spec);
  parameters.initialize(42);
  ThreadPool pool(threads);
  EpochClock clock;
  Trainer(resolve_training(config), spec, parameters, prepared.data, pool)
      .run(clock, std::atomic<bool>(false));
  const std::vector<double> seconds(clock.seconds.begin() + 1, clock.seconds.end());
  return {{"benchmark", "epoch"},
          {"threads", threads},
          {"seconds", median(seconds)},
          {"seconds_min", least(seconds)}};
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  std::string table;
  std::vector<std::string> settings = {"training.keras_compatible=true"};
  int threads = 2, epochs = 5;
  bool json = false;
  CLI::App app("Times an epoch of the reference model");
  app.add_option("--table", table, "the anime table");
  app.add_option("--set", settings, "settings put over the config, as in shortlist train");
  app.add_option("--threads", threads);
  app.add_option("--epochs", epochs);
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  try {
    const nlohmann::json result = shortlist::measure(table, threads, epochs, settings);
    if (json) {
      fmt::print("{}\n", result.dump(2));
    } else {
      fmt::print("{:.3f} s an epoch (least {:.3f})\n", result["seconds"].get<double>(),
                 result["seconds_min"].get<double>());
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
