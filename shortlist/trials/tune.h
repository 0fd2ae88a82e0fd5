// The tune job: searches the settings of a config that do best on the validation rows.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/config/config.h"
#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/trials/journal.h"
#include "shortlist/trials/space.h"

namespace shortlist {

enum class Search {
  // Every trial is trained to the end, unless its learning curve is below the median of earlier trials.
  random,
  // All trials are trained for a few epochs, the best third of them for three times as many, and so on
  // (Jamieson and Talwalkar 2016).
  halving,
};
template <>
struct EnumNames<Search> {
  static constexpr std::pair<Search, std::string_view> names[] = {{Search::random, "random"},
                                                                  {Search::halving, "halving"}};
};

struct TuneOptions {
  std::string out;      // the folder of the search; a search in it continues
  std::string program;  // this program, which trains in child processes
  int trials = 20;
  int parallel = 1;              // trainings at a time; does not change any result
  int threads = 1;               // of each training
  uint64_t seed = 42;            // of the trials' settings
  std::optional<Search> search;  // the default is halving, and random for kinds without epochs
  std::string metric;            // the default is that of early stopping
  bool test = true;              // train the best config at the end, and evaluate it on the test rows
  std::vector<std::vector<Value>> points = {};  // the values of the first trials, instead of random ones
};

struct TuneTrial {
  int number = 0;
  std::vector<Value> values;  // of the space's settings
  TrialRecord record;         // of its last training
};

struct TuneReport {
  std::string metric;
  bool higher_is_better = true;
  Search search = Search::random;
  Space space;
  std::vector<TuneTrial> trials;  // best first: those that were trained longest, then those that failed
  std::vector<double> influence;  // of each setting; influence.h
  std::string config;             // the file with the best config
  std::optional<EvaluationReport> test;  // of the model that it makes
};

class TuneProgress {
 public:
  virtual ~TuneProgress() = default;
  virtual void round_started(int /*round*/, size_t /*trials*/, int /*epochs*/) {}
  // `done` of the `count` trainings of the round.
  virtual void ended(const TrialRecord&, size_t /*done*/, size_t /*count*/) {}
  virtual void testing() {}
};

// A pure function of the config, the space, the data and the options except parallel and threads, and the
// same after an interruption; only times differ. Writes journal.jsonl, leaderboard.json, influence.svg,
// best.toml and the bundle best/ into `out`. Trials never see the test rows. Throws Error(interrupted) once
// `stop` is set.
TuneReport tune(const Config& config, const Space& space, const TuneOptions& options, TuneProgress& progress,
                const std::atomic<bool>& stop);

// The setting with the number of epochs: of [training] for towers, else the kind's own; "" for a kind
// without.
std::string epochs_key(const Config& config);

// {"metric", "higher_is_better", "search", "influence": {NAME: share}, "trials": [{"trial", "settings",
// "value", "epochs", "cut"} or with "error"], "best": {"trial", "settings", "value", "config"}, "test":
// {"rows", "tasks"}}
std::string leaderboard_json(const TuneReport& report);

}  // namespace shortlist
