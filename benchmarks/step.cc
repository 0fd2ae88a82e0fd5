// Promise: a training step, run by the real trainer, takes at most 1.3 times as long as its products at the
// machine's own peak (1.75 times with 512-bit vectors), and two threads are at least 1.85 times as fast as
// one. With matrix tiles, a step is 1.7 times as fast in bf16x3 and 2.6 times as fast in bf16 as in float32.
// Rounds of all variants are interleaved, and each round measures its own peak.
//
//   step [--table FILE] [--config FILE] [--set KEY=VALUE] [--rounds N] [--steps N] [--avx2] [--profile]
//   [--json]
//
// Without --table, generates a table with the shape of the reference notebook's; with --table FILE, reads the
// anime table. The default of --config is examples/anime/anime.toml.
#include <hwy/targets.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <list>
#include <nlohmann/json.hpp>

#include "benchmarks/core_to_core.h"
#include "benchmarks/reference_model.h"
#include "benchmarks/statistics.h"
#include "benchmarks/training_run.h"
#include "shortlist/config/resolve.h"
#include "shortlist/math/peak.h"
#include "shortlist/report/profile_text.h"
#include "shortlist/train/prepare.h"
#include "shortlist/train/trainer.h"

namespace shortlist {
namespace {

struct Arguments {
  std::string table, save_table, config = kReferenceConfig;
  std::vector<std::string> settings;
  int rounds = 9, steps = 40;
  bool avx2 = false, profile = false, json = false;
};

struct Measured {
  std::vector<double> times, processor_times, peaks, medians,
      ratios;  // a round's median divided by its work at its peak
  double operations = 0;

  void add(const Run::Round& round, double work) {
    times.insert(times.end(), round.times.begin(), round.times.end());
    processor_times.insert(processor_times.end(), round.processor_times.begin(), round.processor_times.end());
    peaks.push_back(round.peak);
    medians.push_back(median(round.times));
    ratios.push_back(medians.back() / 1e3 / (work / round.peak));
    operations = work;
  }
  nlohmann::json json(int threads) const {
    const double ms = median(times);
    return {{"threads", threads},
            {"ms", ms},
            {"ms_min", least(times)},
            {"processor_ms", median(processor_times)},
            {"gflops", operations / ms / 1e6},
            {"peak_gflops", median(peaks) / 1e9},
            {"share_of_peak", 1 / median(ratios)},
            {"times_floor", median(ratios)},
            {"times_floor_least", least(ratios)}};
  }
};

void print(const nlohmann::json& result) {
  fmt::print("work of a step: {:.3f} GFLOP\n\n", result["gflop"].get<double>());
  fmt::print("threads      ms  least  CPU ms  GFLOP/s   peak  share  times the floor (least)\n");
  for (const auto& run : result["runs"]) {
    fmt::print("{:>7} {:>7.2f} {:>6.2f} {:>7.2f} {:>8.1f} {:>6.1f} {:>6.3f} {:>16.2f} ({:.2f})\n",
               run["threads"].get<int>(), run["ms"].get<double>(), run["ms_min"].get<double>(),
               run["processor_ms"].get<double>(), run["gflops"].get<double>(),
               run["peak_gflops"].get<double>(), run["share_of_peak"].get<double>(),
               run["times_floor"].get<double>(), run["times_floor_least"].get<double>());
  }
  for (const auto& run : result["rounded_products"]) {
    fmt::print("two threads in {}: {:.2f} ms (least {:.2f}), {:.2f} times as fast\n",
               run["precision"].get<std::string>(), run["ms"].get<double>(), run["ms_min"].get<double>(),
               run["times_as_fast"].get<double>());
  }
  fmt::print(
      "\ntwo threads by one: {:.2f} (median of rounds), peak {:.2f}; core to core and back {:.0f} ns\n",
      result["scaling"].get<double>(), result["peak_scaling"].get<double>(),
      result["core_to_core_ns"].get<double>());
}

// The step in reduced precision, on two threads.
struct RoundedRun {
  RoundedRun(Config base, const PreparedData& prepared, Precision precision) : config(std::move(base)) {
    config.training.precision = precision;
    run.emplace(config, prepared, 2);
    run->round(20);
  }
  void add_round(int steps, double float32_ms) {
    measured.add(run->round(steps), run->operations());
    times_as_fast.push_back(float32_ms / measured.medians.back());
  }
  nlohmann::json json() const {
    return {{"precision", enum_name(config.training.precision)},
            {"ms", median(measured.times)},
            {"ms_min", least(measured.times)},
            {"times_as_fast", median(times_as_fast)}};
  }

  Config config;
  std::optional<Run> run;
  Measured measured;
  std::vector<double> times_as_fast;
};

nlohmann::json measure(const Arguments& arguments) {
  const TemporaryFolder folder;
  Config config = reference_config(folder, arguments.table, arguments.settings, arguments.config);
  config.training.epochs = 1'000'000;
  config.training.early_stopping.reset();
  const PreparedData prepared = prepare_data(resolve_data(config), Table::open(config.data.source()));
  Run one(config, prepared, 1), two(config, prepared, 2);
  Measured with_one, with_two;
  std::vector<double> scaling, peak_scaling, round_trips;
  one.round(20), two.round(20);  // warm-up
  std::list<RoundedRun> rounded;
  for (Precision precision : {Precision::bf16x3, Precision::bf16})
    if (multiplies_in(precision)) rounded.emplace_back(config, prepared, precision);
  for (int r = 0; r < arguments.rounds; ++r) {
    with_one.add(one.round(arguments.steps), one.operations());
    with_two.add(two.round(arguments.steps), two.operations());
    round_trips.push_back(round_trip_nanoseconds());
    for (RoundedRun& run : rounded) run.add_round(arguments.steps, with_two.medians.back());
    scaling.push_back(with_one.medians.back() / with_two.medians.back());
    peak_scaling.push_back(with_two.peaks.back() / with_one.peaks.back());
  }
  if (arguments.profile) {
    for (Run* run : {&one, &two}) fmt::print(stderr, "{}\n", profile_text(run->profile(arguments.steps)));
    for (RoundedRun& run : rounded)
      fmt::print(stderr, "{}\n", profile_text(run.run->profile(arguments.steps)));
  }
  nlohmann::json rounded_products = nlohmann::json::array();
  for (const RoundedRun& run : rounded) rounded_products.push_back(run.json());
  return {{"benchmark", "step"},
          {"table", arguments.table.empty() ? "made up, of the reference's shape" : arguments.table},
          {"gflop", with_two.operations / 1e9},
          {"runs", {with_one.json(1), with_two.json(2)}},
          {"rounded_products", rounded_products},
          {"scaling", median(scaling)},
          {"peak_scaling", median(peak_scaling)},
          {"core_to_core_ns", median(round_trips)}};
}

}  // namespace
}  // namespace shortlist

int main(int argc, char** argv) {
  shortlist::Arguments arguments;
  CLI::App app("Times the training step of the reference model");
  app.add_option("--table", arguments.table, "the anime table");
  app.add_option("--save-table", arguments.save_table, "only write the made-up table to this file");
  app.add_option("--config", arguments.config, "another model");
  app.add_option("--set", arguments.settings, "settings put over the config, as in shortlist train");
  app.add_option("--rounds", arguments.rounds);
  app.add_option("--steps", arguments.steps, "of each round");
  app.add_flag("--avx2", arguments.avx2, "as on a processor without AVX-512");
  app.add_flag("--profile", arguments.profile, "print the phases of the step, on standard error");
  app.add_flag("--json", arguments.json);
  CLI11_PARSE(app, argc, argv);
  if (arguments.avx2) hwy::DisableTargets(HWY_AVX3 | HWY_AVX3_DL);
  try {
    if (!arguments.save_table.empty()) {
      shortlist::write_file_atomically(arguments.save_table, shortlist::ReferenceTable::csv());
      return 0;
    }
    const nlohmann::json result = shortlist::measure(arguments);
    if (arguments.json) {
      fmt::print("{}\n", result.dump(2));
    } else {
      shortlist::print(result);
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
