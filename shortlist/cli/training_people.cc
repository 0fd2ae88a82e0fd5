#include <cmath>
#include <optional>

#include "shortlist/base/count_text.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/text_table.h"
#include "shortlist/cli/training_callbacks.h"
#include "shortlist/cli/words.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/report/profile_text.h"
#include "shortlist/train/watch.h"

namespace shortlist {
namespace {

constexpr size_t kMostTopK = 3;
constexpr size_t kLineWidth = 80;

// The metrics to print: the loss, the measures of prediction quality, and a few of top_k.
bool is_of_interest(const std::string& name) {
  return name == "loss" || name.starts_with("rmse") || name.starts_with("auc") ||
         name.starts_with("log_loss") || name == "right_pairs" || name.starts_with("ranking_ndcg@");
}

std::vector<std::string> top_k_names(const TrainSpec& training) {
  std::vector<std::string> names;
  if (!training.retrieval) return names;
  const std::vector<int>& k = training.retrieval->top_k;
  const size_t first = k.size() > kMostTopK ? (k.size() - kMostTopK) / 2 : 0;
  for (size_t i = first; i < k.size() && names.size() < kMostTopK; ++i)
    names.push_back(fmt::format("top_{}", k[i]));
  return names;
}

class PeopleListener : public TrainingCallback {
 public:
  void prepared(const TrainSpec& spec, const Dataset& data, const ModelSpec& model,
                const Parameters& parameters) override {
    top_k_ = top_k_names(spec);
    watch(spec, data);
    rows_an_epoch_ = data.split.train.size();
    say("rows        {}: {} train, {} validation, {} test", count_text(data.rows),
        count_text(data.split.train.size()), count_text(data.split.validation.size()),
        count_text(data.split.test.size()));
    say("distinct    {} queries, {} items, {} pairs of them", count_text(data.queries.rows),
        count_text(data.items.ids.size()), count_text(data.pair_query.size()));
    if (parameters.size() > 0)
      say("parameters  {} trained, {} not trained", count_text(parameters.trainable_count()),
          count_text(parameters.kept_count()));
    for (const auto& [label, node, scale] : model.rankings) {
      if (scale == LabelScale()) continue;
      say("label       {}: mean {}, deviation {}; losses are of the standardised label", label,
          compact_figure(scale.mean), compact_figure(scale.deviation));
    }
    for (const auto& [feature, values] : data.unseen) {
      if (values > 0)
        say("note: feature '{}': {} values do not occur in the rows that it was fitted on", feature,
            count_text(values));
    }
    if (parameters.size() > 0)
      say("monitor     {} of the {} rows; * marks the best epoch so far", watched_,
          data.split.validation.empty() ? "training" : "validation");
    start_ = epoch_start_ = Clock::now();
  }

  void resumed(const TrainerState& state) override {
    for (const EpochRecord& epoch : state.history.epochs) is_best(epoch);
    say("continuing after epoch {}{}", state.epoch,
        state.step > 0 ? fmt::format(", step {}", state.step) : "");
    rows_before_ = SIZE_MAX;
  }

  void refitting(int epochs) override {
    say("training a new model on the training and the validation rows, {} {}", epochs,
        epochs == 1 ? "epoch" : "epochs");
  }

  void after_step(const Progress& progress) override {
    if (rows_before_ == SIZE_MAX) rows_before_ = progress.rows;  // of the step before it
    epochs_ = progress.epochs;
    if (!line_.due()) return;
    const double seconds = std::max(1e-9, since(epoch_start_));
    const double rate = static_cast<double>(progress.rows - std::min(rows_before_, progress.rows)) / seconds;
    const double share = static_cast<double>(progress.step) / static_cast<double>(progress.steps);
    const double left = rate > 0 ? static_cast<double>(rows_an_epoch_) *
                                       (1 - share + (progress.epochs - progress.epoch)) / rate
                                 : 0;
    line_.draw(fmt::format("epoch {:>2}/{} {} {} rows/s, {} left{}", progress.epoch, progress.epochs,
                           bar(share, 14), count_text(static_cast<uint64_t>(rate)), duration_text(left),
                           joined(figure_texts(progress.running, 0))));
  }

  void after_epoch(const EpochRecord& epoch, const Parameters&) override {
    line_.clear();
    say("{}", epoch_line(epoch, is_best(epoch), duration_text(since(epoch_start_))));
    epoch_start_ = Clock::now();
    rows_before_ = 0;
  }

  void learning_rate_fell(double from, double to) override {
    say("learning rate {:.3g} -> {:.3g}: no improvement", from, to);
  }
  void stopped_early(int epoch, int best_epoch) override {
    say("stopped after epoch {}: no improvement since epoch {}", epoch, best_epoch);
  }
  void profiled(const StepProfile& profile) override { print_data(profile_text(profile) + "\n"); }
  void evaluated(const EvaluationReport&) override { say("trained in {}", duration_text(since(start_))); }
  void warned(const std::string& message) override {
    line_.clear();
    say("warning: {}", message);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

  // Finds the metric by which epochs are compared: that of early stopping, or else of the plateau, or else
  // the default of both.
  void watch(const TrainSpec& spec, const Dataset& data) {
    const TrainingConfig& training = spec.settings;
    EarlyStoppingConfig early = training.early_stopping.value_or(EarlyStoppingConfig());
    if (!training.early_stopping && training.reduce_on_plateau)
      early.monitor = training.reduce_on_plateau->monitor;
    early.monitor = spec.monitored_metric(early.monitor, !data.split.validation.empty());
    watched_ = early.monitor;
    best_.emplace(early);
  }
  bool is_best(const EpochRecord& epoch) {
    const Metrics& figures = epoch.validation.empty() ? epoch.train : epoch.validation;
    return best_ && find_metric(figures, watched_) != nullptr && best_->after_epoch(epoch);
  }

  // Texts of metrics. If `mark` is given, the watched metric comes first, followed by the mark. Includes
  // `count` of top_k's metrics, starting at `first`.
  std::vector<std::string> figure_texts(const Metrics& figures, size_t count, size_t first = 0,
                                        const char* mark = nullptr) const {
    std::vector<std::string> texts;
    const auto add = [&](const std::string& name, double value) {
      if (mark != nullptr && name == watched_) return;
      texts.push_back(fmt::format("  {} {:>5}", name, compact_figure(value)));
    };
    if (const double* value = mark != nullptr ? find_metric(figures, watched_) : nullptr)
      texts.push_back(fmt::format("  {} {:>5}{}", watched_, compact_figure(*value), mark));
    for (const auto& [name, value] : figures) {
      if (is_of_interest(name)) add(name, value);
    }
    for (size_t i = first; i < top_k_.size() && i < first + count; ++i) {
      if (const double* value = find_metric(figures, top_k_[i])) add(top_k_[i], *value);
    }
    return texts;
  }
  static std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += text;
    return all;
  }

  // Leaves out metrics until the line fits a terminal: the last of training first, then those of validation.
  std::string epoch_line(const EpochRecord& epoch, bool best, const std::string& duration) const {
    const char* mark = best ? "*" : " ";
    const bool alone = epoch.validation.empty();
    std::vector<std::string> train = figure_texts(epoch.train, 1, top_k_.size() / 2, alone ? mark : nullptr),
                             validation = figure_texts(epoch.validation, top_k_.size(), 0, mark);
    for (;;) {
      const std::string line = fmt::format(
          "epoch {:>{}}/{}{}{}{}  {:>6}", epoch.epoch, std::to_string(epochs_).size(), epochs_, joined(train),
          validation.empty() ? "" : "  | validation", joined(validation), duration);
      std::vector<std::string>& longer = train.size() > 1 ? train : validation;
      if (text_width(line) <= kLineWidth || longer.size() <= 1) return line;
      longer.pop_back();
    }
  }

  ProgressLine line_;
  std::vector<std::string> top_k_;
  std::string watched_;  // name of the watched metric
  std::optional<EarlyStopping> best_;
  size_t rows_an_epoch_ = 0, rows_before_ = 0;
  int epochs_ = 0;
  Clock::time_point start_, epoch_start_;
};

class WarningListener : public TrainingCallback {
 public:
  void profiled(const StepProfile& profile) override { print_data(profile_text(profile) + "\n"); }
  void warned(const std::string& message) override { say("warning: {}", message); }
};

}  // namespace

std::string compact_figure(double value) {
  const double size = std::abs(value);
  if (!std::isfinite(value)) return fmt::format("{}", value);
  if (size != 0 && size < 1e-3) return fmt::format("{:.0e}", value);
  if (size < 0.99995) {
    const std::string text = fmt::format("{:.4f}", value);
    return value < 0 ? "-" + text.substr(2) : text.substr(1);
  }
  return fmt::format("{:.{}f}", value, size < 9.9995 ? 3 : size < 99.995 ? 2 : size < 999.95 ? 1 : 0);
}

std::unique_ptr<TrainingCallback> callback_for_people() { return std::make_unique<PeopleListener>(); }
std::unique_ptr<TrainingCallback> callback_for_warnings() { return std::make_unique<WarningListener>(); }

}  // namespace shortlist
