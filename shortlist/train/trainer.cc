#include "shortlist/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "shortlist/base/spill.h"
#include "shortlist/math/finite.h"
#include "shortlist/train/checkpoint.h"
#include "shortlist/train/epoch_rows.h"
#include "shortlist/train/evaluator.h"

namespace shortlist {
namespace {

bool is_finite(const Matrix& m) { return all_finite({m.data, m.rows * m.cols}); }

// Copies the values of all parameters, in order.
std::vector<Buffer> copy_values(const Parameters& parameters) {
  std::vector<Buffer> values;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Matrix& value = parameters.at(i).value;
    const SpillTable spills(parameters.at(i).spec.table);
    std::copy_n(value.data, value.rows * value.cols, values.emplace_back(value.rows, value.cols).data());
  }
  return values;
}

void set_values(const std::vector<Buffer>& values, Parameters& parameters) {
  for (size_t i = 0; i < values.size(); ++i)
    std::copy_n(values[i].data(), values[i].size(), parameters.at(i).value.data);
}

// The settings of a monitor, with its metric's name resolved.
template <typename Settings>
Settings with_monitor(Settings settings, const TrainSpec& spec, const Dataset& data) {
  settings.monitor = spec.monitored_metric(settings.monitor, !data.split.validation.empty());
  return settings;
}

}  // namespace

struct Trainer::State {
  State(const TrainSpec& s, const ModelSpec& model, Parameters& p, const Dataset& d, ThreadPool& t,
        Communicator* others)
      : spec(s),
        parameters(p),
        data(d),
        pool(t),
        ranks(others != nullptr ? *others : alone),
        step(s, model, p, d, t, ranks),
        evaluator(s, model, p, d, t) {
    const TrainingConfig& training = spec.settings;
    epoch_row_count = rows_an_epoch(block_of(data), group_order());
    run.learning_rate = run.configured_rate = training.optimizer.learning_rate();
    if (training.reduce_on_plateau) plateau.emplace(with_monitor(*training.reduce_on_plateau, spec, data));
    if (training.early_stopping) early.emplace(with_monitor(*training.early_stopping, spec, data));
    set_rates();
  }

  int epochs() const {
    return followed.of_epochs.empty() ? spec.settings.epochs : static_cast<int>(followed.of_epochs.size());
  }
  size_t batch_rows() const { return static_cast<size_t>(spec.settings.batch); }
  int64_t steps_an_epoch() const { return static_cast<int64_t>(chunk_count(epoch_row_count, batch_rows())); }
  GroupOrder group_order() const {
    const auto groups = [](const Task& task) { return task.loss->needs().groups; };
    return {std::ranges::any_of(step.tasks(), groups), static_cast<size_t>(spec.settings.group_rows),
            static_cast<size_t>(spec.settings.shard_rows)};
  }
  EpochRows rows_of_epoch(int epoch) const {
    const TrainingConfig& training = spec.settings;
    return epoch_rows(block_of(data), group_order(), batch_rows(), static_cast<uint64_t>(training.seed),
                      training.keras_compatible ? 0 : static_cast<uint64_t>(epoch));
  }

  // Returns false if it was stopped.
  bool run_epoch(TrainingCallback& callback, const std::atomic<bool>& stop, const EpochRows& rows);
  void end_epoch(TrainingCallback& callback);
  void set_rates();
  void set_rate(double wanted);
  // What each rank says before a step.
  struct Word {
    double rate;
    bool stops;
  };
  Word agree(Word own);
  EpochRecord evaluate_epoch(bool averaged);
  EpochRecord record();
  void watch(const EpochRecord& epoch, TrainingCallback& callback);

  CheckpointView view();
  void save(const std::string& folder);

  void check_loss_finite(const StepMetrics& figures) const;
  void check_state_finite() const;
  Error not_finite(int64_t at_step, const std::string& what) const;

  const TrainSpec spec;
  Parameters& parameters;
  const Dataset& data;
  ThreadPool& pool;
  SingleRank alone;
  Communicator& ranks;
  TrainingStep step;
  Evaluator evaluator;
  std::optional<Plateau> plateau;
  std::optional<EarlyStopping> early;
  std::vector<Buffer> best;  // values of the parameters
  TrainerState run;
  size_t epoch_row_count = 0;
  std::vector<double> rates;  // of the present step: of training.optimizer and of each part
  LearningRates followed;     // empty: from the config
};

// A run that follows another one has the same rates at the same share of an epoch.
void Trainer::State::set_rates() {
  const TrainingConfig& training = spec.settings;
  const auto own = static_cast<double>(steps_an_epoch());
  const double then = followed.of_epochs.empty() ? own : static_cast<double>(followed.steps_an_epoch);
  const RunPosition position = {.steps = run.epoch * then + static_cast<double>(run.step) * (then / own),
                                .steps_an_epoch = then,
                                .epochs = static_cast<double>(training.epochs)};
  rates.assign(1, run.learning_rate * training.optimizer.rate_factor(position));
  const double change = run.learning_rate / run.configured_rate;
  for (const OptimizerPart& part : training.parts)
    rates.push_back(part.optimizer.learning_rate() * change * part.optimizer.rate_factor(position));
}

// Any rank may stop all of them; rank 0 sets the rate.
Trainer::State::Word Trainer::State::agree(Word own) {
  if (ranks.size() == 1) return own;
  std::vector<Word> words(static_cast<size_t>(ranks.size()));
  std::vector<std::span<std::byte>> received;
  for (Word& word : words) received.push_back(std::as_writable_bytes(std::span(&word, 1)));
  ranks.all_gather(std::as_bytes(std::span(&own, 1)), received);
  return {words[0].rate, std::ranges::any_of(words, &Word::stops)};
}

// A callback sees and sets the rate of the step. Later steps have the same share of the schedule's rates.
void Trainer::State::set_rate(double wanted) {
  if (wanted == rates[0]) return;
  run.learning_rate = rates[0] > 0 ? run.learning_rate * (wanted / rates[0]) : wanted;
  set_rates();
  rates[0] = wanted;
}

bool Trainer::State::run_epoch(TrainingCallback& callback, const std::atomic<bool>& stop,
                               const EpochRows& rows) {
  const bool follows = !followed.of_epochs.empty();
  if (follows) run.learning_rate = followed.of_epochs[static_cast<size_t>(run.epoch)];
  while (run.step < steps_an_epoch()) {
    set_rates();
    const Word word = agree({stop || follows ? rates[0] : callback.learning_rate(rates[0]), stop});
    if (word.stops) return false;
    if (!follows) set_rate(word.rate);
    const auto batch = static_cast<size_t>(run.step);
    const std::span<const uint32_t> own = rows.batch(batch);
    if (!own.empty()) {  // a group may fill several batches
      const size_t begin = rows.cuts[batch], earlier = std::min(begin, step.earlier_rows());
      const StepMetrics figures =
          step.run(own, rates, std::span(rows.rows).subspan(begin - earlier, earlier));
      check_loss_finite(figures);
      run.sums.add(figures);
    }
    ++run.step;
    const Metrics means = run.sums.means();
    callback.after_step({run.epoch + 1, epochs(), run.step, steps_an_epoch(), rows.cuts[batch + 1], means});
  }
  return true;
}

void Trainer::State::end_epoch(TrainingCallback& callback) {
  check_state_finite();
  WeightAverage* average = step.average();
  if (average != nullptr) average->after_epoch(run.epoch + 1);
  const bool shown = average != nullptr && average->begun();
  if (shown) average->show();
  const EpochRecord epoch = evaluate_epoch(shown);
  run.history.epochs.push_back(epoch);
  run.rates.push_back(run.learning_rate);
  ++run.epoch;
  run.step = 0;
  run.sums = {};
  callback.after_epoch(epoch, parameters);
  watch(epoch, callback);
  if (!shown) return;
  average->hide();
  step.pack();
}

// Requires parameters packed for float32 products.
EpochRecord Trainer::State::evaluate_epoch(bool averaged) try {
  const bool repacks = averaged || step.precision() != Precision::float32;
  if (repacks) parameters.pack(pool, false);
  EpochRecord epoch = record();
  if (repacks && !averaged) step.pack();
  return epoch;
} catch (const Error& error) {
  // Outputs that are not finite need the same advice as losses.
  if (error.kind() != ErrorKind::failed) throw;
  throw not_finite(run.step, error.message());
}

// Losses and rmse of the training rows are means over the epoch. Their ranks are computed at the end of the
// epoch, on as many training rows as there are validation rows, but at least 10,000 if available.
EpochRecord Trainer::State::record() {
  EpochRecord record{.epoch = run.epoch + 1, .learning_rate = rates[0], .train = run.sums.means()};
  if (std::ranges::any_of(step.tasks(), &Task::has_embeddings)) {
    const size_t most = std::max<size_t>(data.split.validation.size(), 10'000);
    const auto rows = std::span(data.split.train).first(std::min(most, data.split.train.size()));
    for (auto& [name, value] : evaluator.figures(rows, false)) {
      if (find_metric(record.train, name) == nullptr && !name.starts_with("mae"))
        record.train.emplace_back(name, value);
    }
  }
  if (!data.split.validation.empty()) record.validation = evaluator.figures(data.split.validation, true);
  return record;
}

void Trainer::State::watch(const EpochRecord& epoch, TrainingCallback& callback) {
  if (early && early->after_epoch(epoch) && early->restores_best()) best = copy_values(parameters);
  if (plateau) {
    const double rate = plateau->after_epoch(epoch, run.learning_rate);
    if (rate != run.learning_rate) callback.learning_rate_fell(run.learning_rate, rate);
    run.learning_rate = rate;
  }
  run.stopped_early = early && early->should_stop();
  if (run.stopped_early) callback.stopped_early(run.epoch, early->state.best_epoch);
}

CheckpointView Trainer::State::view() {
  if (plateau) run.plateau = plateau->state;
  if (early) run.early = early->state;
  if (step.average() != nullptr) run.averaged = step.average()->count;
  return {&parameters, &step.optimizer(), step.average(), &best, &run, spec.hash, &data.fingerprint};
}

void Trainer::State::save(const std::string& folder) {
  if (folder.empty() || ranks.rank() != 0) return;
  save_checkpoint(checkpoint_path(folder, run), view());
  prune_checkpoints(folder, spec.settings.keep_checkpoints);
}

void Trainer::State::check_loss_finite(const StepMetrics& figures) const {
  if (std::isfinite(*find_metric(figures.losses, "loss"))) return;
  const std::string layer = step.first_not_finite();
  throw not_finite(run.step + 1, "the loss is no longer finite" +
                                     (layer.empty() ? "" : fmt::format(", first in layer '{}'", layer)));
}

// The losses of a step are computed before its update, so they do not reveal a bad last update.
void Trainer::State::check_state_finite() const {
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!is_finite(parameters.at(i).value))
      throw not_finite(run.step, fmt::format("parameter '{}' is no longer finite", parameters.name(i)));
  }
  for (const Optimizer::Slot& slot : step.optimizer().slots()) {
    if (!is_finite(slot.values))
      throw not_finite(run.step, fmt::format("the optimizer's state '{}' is no longer finite", slot.name));
  }
}

Error Trainer::State::not_finite(int64_t at_step, const std::string& what) const {
  const bool has_checkpoint = run.epoch > 0;
  return failed("epoch {}, step {}: {}; {}ower the learning rate, which is {} now, and {}", run.epoch + 1,
                at_step, what, has_checkpoint ? "the last checkpoint is kept. L" : "l", rates[0],
                has_checkpoint ? "continue with --resume" : "train again");
}

Trainer::Trainer(const TrainSpec& spec, const ModelSpec& model, Parameters& parameters, const Dataset& data,
                 ThreadPool& pool, Communicator* ranks)
    : state_(std::make_unique<State>(spec, model, parameters, data, pool, ranks)) {}
Trainer::~Trainer() = default;

StepProfile Trainer::profile() const { return state_->step.profile(); }
void Trainer::start_profile() { state_->step.start_profile(); }
const TrainerState& Trainer::state() const { return state_->run; }
StepMetrics Trainer::step(std::span<const uint32_t> rows) {
  state_->set_rates();
  return state_->step.run(rows, state_->rates);
}

std::vector<uint32_t> Trainer::epoch_order(int epoch) const { return state_->rows_of_epoch(epoch).rows; }

Trainer::Outcome Trainer::run(TrainingCallback& callback, const std::atomic<bool>& stop,
                              const std::string& checkpoints) {
  State& s = *state_;
  while (s.run.epoch < s.epochs() && !s.run.stopped_early) {
    if (!s.run_epoch(callback, stop, s.rows_of_epoch(s.run.epoch))) {
      s.check_state_finite();
      s.save(checkpoints);
      return Outcome::interrupted;
    }
    s.end_epoch(callback);
    s.save(checkpoints);
  }
  if (s.best.empty()) use_average();
  set_values(s.best, s.parameters);
  s.parameters.pack(s.pool, true);
  return Outcome::finished;
}

void Trainer::use_average() {
  WeightAverage* average = state_->step.average();
  if (average != nullptr && average->begun()) average->show();
}

int64_t Trainer::steps_an_epoch() const { return state_->steps_an_epoch(); }

void Trainer::begin_at(const OptimizerState& optimizer) {
  State& s = *state_;
  if (optimizer.steps < 0 || optimizer.steps / s.steps_an_epoch() > std::numeric_limits<int>::max())
    throw data_error("the checkpoint's optimizer has taken {} steps, which is out of range", optimizer.steps);
  restore_optimizer(optimizer, s.step.optimizer());
  s.run.learning_rate = optimizer.learning_rate.value_or(s.run.learning_rate);
  s.run.epoch = static_cast<int>(optimizer.steps / s.steps_an_epoch());
  s.run.step = optimizer.steps % s.steps_an_epoch();
  skip_steps();
}

void Trainer::follow(LearningRates rates) {
  state_->followed = std::move(rates);
  state_->plateau.reset();
  state_->early.reset();
}

void Trainer::save(const std::string& checkpoints) {
  state_->check_state_finite();
  state_->save(checkpoints);
}

bool Trainer::resume(const std::string& checkpoints, const std::function<void(const std::string&)>& warn) {
  const auto checkpoint = open_newest_whole_checkpoint(checkpoints, warn);
  if (!checkpoint) return false;
  load(*checkpoint);
  return true;
}

void Trainer::load(const Checkpoint& checkpoint) {
  State& s = *state_;
  load_checkpoint(checkpoint, s.view());
  const double rate = s.spec.settings.optimizer.learning_rate();
  if (s.run.configured_rate != rate) s.run.learning_rate = s.run.configured_rate = rate;
  if (s.plateau) s.plateau->state = s.run.plateau;
  if (s.early) s.early->state = s.run.early;
  s.step.optimizer().restored();
  if (s.step.average() != nullptr) s.step.average()->count = s.run.averaged;
  s.step.pack();
  skip_steps();
}

// Shows the step the rows of all steps before the current one, if it depends on them.
void Trainer::skip_steps() {
  State& s = *state_;
  if (!s.step.depends_on_earlier_steps()) return;
  for (int epoch = 0; epoch < s.run.epoch; ++epoch) s.step.skip(epoch_order(epoch));
  const EpochRows epoch = s.rows_of_epoch(s.run.epoch);
  const size_t batches = std::min(static_cast<size_t>(s.run.step), epoch.batches());
  s.step.skip(std::span(epoch.rows).first(epoch.cuts[batches]));
}

}  // namespace shortlist
