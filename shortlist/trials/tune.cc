#include "shortlist/trials/tune.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <tuple>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/io/sha256.h"
#include "shortlist/learners/kinds.h"
#include "shortlist/metrics/higher_is_better.h"
#include "shortlist/metrics/history_json.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/report/figure_text.h"
#include "shortlist/trials/influence.h"
#include "shortlist/trials/run_record.h"
#include "shortlist/trials/shared_split.h"
#include "shortlist/trials/tune_metric.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

constexpr int kReduction = 3;       // of the trials from one round of halving to the next
constexpr int kMostRounds = 3;      // of halving
constexpr int kTrialsARound = 8;    // of the random search: a trial is compared with those of earlier rounds
constexpr size_t kLeastCurves = 4;  // before any is stopped
constexpr size_t kLeastEpochs = 3;

struct Trial {
  int number;
  std::vector<Value> values;
  std::optional<TrialRecord> last;
};

// The rounds of halving, as epochs: 3, 10, 30.
std::vector<int> epochs_of_rounds(int most, size_t trials) {
  std::vector<int> rounds = {most};
  double left = static_cast<double>(trials);
  while (static_cast<int>(rounds.size()) < kMostRounds && left >= kReduction && rounds[0] >= kReduction) {
    rounds.insert(rounds.begin(), std::max(1, static_cast<int>(std::lround(rounds[0] / double{kReduction}))));
    left /= kReduction;
  }
  return rounds;
}

class TuneJob {
 public:
  TuneJob(const Config& config, const Space& space, const TuneOptions& options, TuneProgress& progress,
          const std::atomic<bool>& stop)
      : config_(config), space_(space), options_(options), progress_(progress), stop_(stop) {
    report_.space = space;
    report_.metric = options.metric.empty() ? default_metric(config) : options.metric;
    report_.higher_is_better = higher_is_better(report_.metric);
    report_.search = options.search.value_or(!epochs_key(config).empty() ? Search::halving : Search::random);
    if (report_.search == Search::halving && epochs_key(config).empty())
      throw usage_error("--search halving needs epochs, and model.kind = \"{}\" has none; use random",
                        config.model.kind);
  }

  TuneReport run() {
    split_ = write_shared_split(config_, file("split.npy"), true);
    if (split_.validation == 0)
      throw data_error("data.split leaves no validation rows, which decide between the trials");
    journal_.emplace(file("journal.jsonl"), key());
    for (int i = 0; i < options_.trials; ++i) {
      const auto n = static_cast<size_t>(i);
      trials_.push_back(
          {i, n < options_.points.size() ? options_.points[n] : space_.sample(options_.seed, n), {}});
    }
    report_.search == Search::halving ? halve() : search();
    rank();
    write_best();
    if (options_.test) test();
    write_file_atomically(file("leaderboard.json"), leaderboard_json(report_));
    return std::move(report_);
  }

 private:
  std::string file(const std::string& name) const { return options_.out + "/" + name; }

  // Trials may be added to a search later, but not others in their place.
  std::string key() const {
    std::string text = config_to_toml(config_) + split_.hash + report_.metric;
    text += fmt::format("{} {}", options_.seed, enum_name(report_.search));
    if (report_.search == Search::halving) text += fmt::format(" {}", options_.trials);
    for (const SpaceSetting& setting : space_.settings) {
      text += fmt::format("\n{} {} {} {} {} {}", setting.name, to_toml(Value(Value::Array(setting.values))),
                          setting.least, setting.most, setting.log, setting.integer);
      for (const std::string& name : setting.keys) text += " " + name;
    }
    for (const std::string& option : table_options(config_)) text += "\n" + option;
    return sha256_hex(text);
  }

  RunFolder folder(const Trial& trial) const {
    return {fmt::format("{}/trials/{:04}", options_.out, trial.number)};
  }

  std::string settings(const Trial& trial, int epochs) const {
    Value root = settings_on(split_, config_, config_);
    set_values(space_, trial.values, root);
    if (!epochs_key(config_).empty())
      set_path(root, epochs_key(config_), Value(static_cast<int64_t>(epochs)));
    set_path(root, "training.refit", Value(false));
    set_path(root, "training.tensorboard", Value(false));
    return config_to_toml(read_config(root, fmt::format("trial {}", trial.number)));
  }

  int most_epochs() const {
    if (config_.has_towers()) return config_.training.epochs;
    const std::vector<FieldDescription> fields = find_kind(config_.model).document();
    const auto field = std::ranges::find(fields, "epochs", &FieldDescription::name);
    if (field == fields.end()) return 1;
    const Value* written = config_.model.settings.find("epochs");
    const auto* epochs = written == nullptr ? nullptr : std::get_if<int64_t>(&written->data);
    return epochs != nullptr ? static_cast<int>(*epochs) : std::stoi(field->default_value);
  }

  // Rounds of a fixed size, so that the trials that one is compared with do not depend on their speed.
  void search() {
    for (size_t begin = 0, round = 0; begin < trials_.size(); begin += kTrialsARound, ++round) {
      std::vector<Trial*> some;
      for (size_t i = begin; i < std::min(begin + kTrialsARound, trials_.size()); ++i)
        some.push_back(&trials_[i]);
      train(some, static_cast<int>(round), most_epochs(), true);
      for (const Trial* trial : some) remove_bundle(*trial);
    }
  }

  void halve() {
    const std::vector<int> rounds = epochs_of_rounds(most_epochs(), trials_.size());
    std::vector<Trial*> alive;
    for (Trial& trial : trials_) alive.push_back(&trial);
    for (size_t round = 0; round < rounds.size(); ++round) {
      train(alive, static_cast<int>(round), rounds[round], false);
      std::ranges::stable_sort(alive, [&](const Trial* a, const Trial* b) { return is_better(*a, *b); });
      const size_t kept = round + 1 == rounds.size() ? 0 : std::max<size_t>(1, alive.size() / kReduction);
      while (alive.size() > kept) {
        remove_bundle(*alive.back());
        alive.pop_back();
      }
      std::erase_if(alive, [](const Trial* trial) { return !trial->last->error.empty(); });
    }
  }

  // Trials that were trained longer come first, then those with better values, then earlier ones.
  bool is_better(const Trial& a, const Trial& b) const {
    const auto key_of = [&](const Trial& trial) {
      const TrialRecord& last = *trial.last;
      const bool has_value = last.error.empty() && !std::isnan(last.value);
      const int round = report_.search == Search::halving ? last.round : 0;
      return std::tuple(!has_value, last.cut, -round, report_.higher_is_better ? -last.value : last.value,
                        trial.number);
    };
    return key_of(a) < key_of(b);
  }

  void remove_bundle(const Trial& trial) const {
    std::error_code error;
    fs::remove_all(folder(trial).base, error);
  }

  // Trains the trials that the journal does not have.
  void train(const std::vector<Trial*>& trials, int round, int epochs, bool may_cut) {
    std::vector<Trial*> waiting;
    for (Trial* trial : trials) {
      const TrialRecord* known = journal_->find(trial->number, round);
      if (known != nullptr) {
        trial->last = *known;
      } else {
        waiting.push_back(trial);
      }
    }
    progress_.round_started(round, waiting.size(), epochs);
    std::vector<std::vector<double>> curves(waiting.size());
    size_t done = 0;
    const auto add = [&](Trial& trial, TrialRecord record) {
      record.trial = trial.number;
      record.round = round;
      trial.last = record;
      journal_->add(record);
      progress_.ended(record, ++done, waiting.size());
    };
    const auto make = [&](size_t i) {
      ChildJob job = start(*waiting[i], epochs, may_cut);
      job.line = [this, &curves, i, may_cut, round](std::string_view line) {
        const std::optional<double> value = epoch_value(line);
        if (!value) return true;
        curves[i].push_back(*value);
        return !may_cut || !is_hopeless(curves[i], round);
      };
      return job;
    };
    const auto ended = [&](size_t i, const ChildEnd& end) {
      if (stop_) return;
      add(*waiting[i], end.cut ? cut_record(curves[i], end) : record_of(*waiting[i], end));
    };
    // Settings that make no config fail before anything is started.
    std::erase_if(waiting, [&](Trial* trial) {
      try {
        settings(*trial, epochs);
        return false;
      } catch (const Error& error) {
        add(*trial, {.error = error.message()});
        return true;
      }
    });
    curves.resize(waiting.size());
    run_children(options_.program, waiting.size(), static_cast<size_t>(options_.parallel), make, ended,
                 stop_);
    if (stop_)
      throw Error(
          ErrorKind::interrupted,
          fmt::format("stopped; finished trials are kept in {}, and the same command goes on", options_.out));
  }

  // A round of halving continues the training of the round before, unless the epochs are the kind's own
  // setting: then it starts again. Epochs are not part of the key.
  ChildJob start(const Trial& trial, int epochs, bool anew) const {
    const std::string toml = settings(trial, epochs);
    if (anew || !config_.has_towers()) remove_bundle(trial);
    return folder(trial).start(toml, sha256_hex(settings(trial, 1)), options_.threads,
                               table_options(config_));
  }

  // The metric in an epoch's event.
  std::optional<double> epoch_value(std::string_view line) const {
    if (line.find("\"epoch\"") == std::string_view::npos) return std::nullopt;
    const Value event = parse_json_value(line, "event");
    const Value* name = event.find("event");
    const Value* validation = event.find("validation");
    if (name == nullptr || name->text() == nullptr || *name->text() != "epoch" || validation == nullptr)
      return std::nullopt;
    const Value* value = validation->find(report_.metric);
    if (value == nullptr) return std::nullopt;
    const auto* number = std::get_if<double>(&value->data);
    const auto* whole = std::get_if<int64_t>(&value->data);
    return number != nullptr ? *number : whole != nullptr ? static_cast<double>(*whole) : NAN;
  }

  // The best value of the first epochs.
  double best_of(const std::vector<double>& curve, size_t epochs) const {
    double best = NAN;
    for (size_t e = 0; e < epochs; ++e)
      if (std::isnan(best) || (report_.higher_is_better ? curve[e] > best : curve[e] < best)) best = curve[e];
    return best;
  }

  // The median rule (Golovin et al. 2017): the best value so far is below the median of what the trials of
  // earlier rounds had reached by this epoch.
  bool is_hopeless(const std::vector<double>& curve, int round) const {
    const size_t epochs = curve.size();
    if (epochs < kLeastEpochs) return false;
    std::vector<double> others;
    for (const Trial& trial : trials_) {
      if (!trial.last || trial.last->round >= round || trial.last->curve.size() < epochs) continue;
      others.push_back(best_of(trial.last->curve, epochs));
    }
    if (others.size() < kLeastCurves) return false;
    std::ranges::sort(others);
    const double median = (others[(others.size() - 1) / 2] + others[others.size() / 2]) / 2;
    const double own = best_of(curve, epochs);
    return report_.higher_is_better ? own < median : own > median;
  }

  TrialRecord cut_record(const std::vector<double>& curve, const ChildEnd& end) const {
    return {.epochs = static_cast<int>(curve.size()),
            .cut = true,
            .value = best_of(curve, curve.size()),
            .curve = curve,
            .seconds = end.seconds};
  }

  TrialRecord record_of(const Trial& trial, const ChildEnd& end) const {
    TrialRecord record{.seconds = end.seconds};
    if (end.code != 0) {
      record.error = !end.message.empty() ? end.message : fmt::format("ended with code {}", end.code);
      return record;
    }
    const std::string base = folder(trial).base;
    record.value = metric_of(report_of(base), report_.metric);
    const History history =
        history_from_json(read_bundle_file(base, "history.json").value_or("{\"epochs\": []}"), base);
    record.epochs = static_cast<int>(history.epochs.size());
    for (const EpochRecord& epoch : history.epochs)
      if (const double* value = find_metric(epoch.validation, report_.metric)) record.curve.push_back(*value);
    return record;
  }

  static EvaluationReport report_of(const std::string& base) {
    return report_from_json(read_bundle_file(base, "report.json").value(), base + "/report.json");
  }

  void rank() {
    std::ranges::stable_sort(trials_, [&](const Trial& a, const Trial& b) { return is_better(a, b); });
    std::vector<InfluencePoint> points;
    for (Trial& trial : trials_) {
      const TrialRecord& last = *trial.last;
      if (last.error.empty() && std::isfinite(last.value))
        points.push_back({trial.values, first_value(trial)});
      report_.trials.push_back({trial.number, trial.values, last});
    }
    report_.influence = influences(space_, points);
    write_file_atomically(file("influence.svg"),
                          influence_svg(space_, points, report_.metric, report_.higher_is_better));
    if (points.empty())
      throw failed("all {} trials failed; the first: {}", trials_.size(), trials_[0].last->error);
  }

  // The value that trials can be compared by: after the first round, which all of them have.
  double first_value(const Trial& trial) const {
    if (report_.search != Search::halving) return trial.last->value;
    return journal_->find(trial.number, 0)->value;
  }

  void write_best() {
    const Trial& best = trials_[0];
    Value root = settings_anywhere(config_);
    set_values(space_, best.values, root);
    best_ = fmt::format("# Written by shortlist tune: trial {} of {}, {} {} on the validation rows.\n\n",
                        best.number, trials_.size(), report_.metric, metric_text(best.last->value)) +
            config_to_toml(read_config(root, "the best config"));
    report_.config = file("best.toml");
    write_file_atomically(report_.config, best_);
  }

  // The only training that sees the test rows.
  void test() {
    const RunFolder best{file("best")};
    const std::string key = sha256_hex(best_ + split_.hash);
    RunRecord record;
    if (!best.is_done(key, record)) {
      progress_.testing();
      run_children(
          options_.program, 1, 1,
          [&](size_t) {
            return best.start(best_, key, options_.threads * options_.parallel, table_options(config_));
          },
          [&](size_t, const ChildEnd& end) {
            if (!stop_) record = best.finish(key, end);
          },
          stop_);
      if (stop_)
        throw Error(ErrorKind::interrupted,
                    fmt::format("stopped; the search is done and kept in {}, and the same command goes on",
                                options_.out));
      if (!record.error.empty()) throw failed("the best config: {}", record.error);
    }
    report_.test = report_of(best.base);
  }

  const Config& config_;
  const Space& space_;
  const TuneOptions& options_;
  TuneProgress& progress_;
  const std::atomic<bool>& stop_;
  SharedSplit split_;
  std::optional<Journal> journal_;
  std::vector<Trial> trials_;
  std::string best_;
  TuneReport report_;
};

}  // namespace

std::string epochs_key(const Config& config) {
  if (config.has_towers()) return "training.epochs";
  for (const FieldDescription& field : find_kind(config.model).document())
    if (field.name == "epochs") return "model.epochs";
  return "";
}

TuneReport tune(const Config& config, const Space& space, const TuneOptions& options, TuneProgress& progress,
                const std::atomic<bool>& stop) {
  find_kind(config.model);
  make_directories(options.out);
  const std::optional<FileLock> lock = FileLock::try_lock(options.out + "/lock");
  if (!lock)
    throw usage_error("{}: another search is writing to this folder; choose another --out", options.out);
  return TuneJob(config, space, options, progress, stop).run();
}

}  // namespace shortlist
