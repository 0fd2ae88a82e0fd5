#include "shortlist/train/trainer.h"

#include <cmath>
#include <filesystem>
#include <limits>

#include "shortlist/base/phase_clock.h"
#include "shortlist/base/prefetch.h"
#include "shortlist/config/config_hash.h"
#include "shortlist/io/file.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/finite.h"
#include "shortlist/math/peak.h"
#include "shortlist/train/checkpoint.h"

namespace shortlist {
namespace {

// Where the sums of an epoch in progress stand; the ranking tasks' follow, two for each.
enum Sums : size_t { kRows, kWeight, kTotal, kRetrieval, kRegularization, kFirstRanking };

// What is timed of a step beside its layers. kLayers: forward and backward of all layers.
enum Phase : size_t { kStep, kBatch, kLayers, kSoftmax, kRankingLosses, kOptimizer, kPhases };

std::vector<int> loss_nodes(const Config& config, const ModelSpec& spec) {
  std::vector<int> nodes;
  if (config.retrieval) nodes = {spec.query, spec.candidate};
  nodes.insert(nodes.end(), spec.rankings.begin(), spec.rankings.end());
  return nodes;
}

std::vector<Trained> trained_parameters(Parameters& parameters, std::vector<ParameterState*>& states) {
  std::vector<Trained> trained;
  for (size_t i = 0; i < parameters.size(); ++i) {
    ParameterState& state = parameters.at(i);
    if (!state.spec.trainable) continue;
    states.push_back(&state);
    trained.push_back({parameters.name(i), state.value, state.spec.table, state.spec.regularizer.l1,
                       state.spec.regularizer.l2});
  }
  return trained;
}

}  // namespace

Precision step_precision(const Config& config) {
  const Precision wanted = config.training.precision;
  return multiplies_in(wanted) ? wanted : Precision::float32;
}

struct Trainer::State {
  struct RankingSums {
    double loss = 0, squares = 0;
  };

  State(const Config& c, const ModelSpec& s, Parameters& p, const Dataset& d, ThreadPool& t)
      : config(c),
        spec(s),
        parameters(p),
        data(d),
        pool(t),
        plan(s, p,
             {.outputs = loss_nodes(c, s),
              .backward = true,
              .training_layers_active = !c.training.keras_compatible,
              .precision = step_precision(c)}),
        batcher(d, plan.needs_all_rows(kQueryRows), plan.needs_all_rows(kCandidateRows)),
        evaluator(c, s, p, d, t),
        precision(step_precision(c)),
        softmax(c.retrieval ? static_cast<float>(c.retrieval->temperature) : 1, precision),
        written(loss_nodes(c, s)) {
    parameters.make_gradients();
    optimizer = make_optimizer(config.training.optimizer, trained_parameters(parameters, trained));
    run.learning_rate = run.configured_rate = config.training.optimizer.learning_rate();
    if (config.training.reduce_on_plateau) plateau.emplace(with_monitor(*config.training.reduce_on_plateau));
    if (config.training.early_stopping) early.emplace(with_monitor(*config.training.early_stopping));
    pack_for_steps();
    start_epoch();
  }

  // With the figure that the monitor names. The training rows, which are watched where there are no others,
  // hold nothing but seen items.
  template <typename Settings>
  Settings with_monitor(Settings settings) const {
    const bool falls_back = settings.monitor == kServedMonitor && data.split.validation.empty();
    settings.monitor = falls_back ? "loss" : config.monitored_figure(settings.monitor);
    return settings;
  }

  void pack_for_steps() { parameters.pack(pool, true, precision); }
  void pack_for_evaluation() {
    if (precision != Precision::float32) parameters.pack(pool, false);
  }

  int epochs() const { return schedule.empty() ? config.training.epochs : static_cast<int>(schedule.size()); }

  void start_epoch() {
    run.step = 0;
    run.sums.assign(kFirstRanking + 2 * config.ranking.size(), 0);
  }

  size_t batch_rows() const { return static_cast<size_t>(config.training.batch); }
  int64_t steps_an_epoch() const {
    return static_cast<int64_t>(chunk_count(data.split.train.size(), batch_rows()));
  }

  uint64_t step_key() const { return static_cast<uint64_t>(optimizer->steps); }

  StepLosses step(std::span<const uint32_t> rows) {
    StepLosses losses;
    timed(kStep, [&] { losses = make_step(rows); });
    profiled_steps += clock.running();
    return losses;
  }

  template <typename Work>
  void timed(Phase phase, Work&& work) {
    clock.time(phase, 0, work);
  }

  StepLosses make_step(std::span<const uint32_t> rows) {
    const Batch* made = nullptr;
    timed(kBatch, [&] { made = &batcher.make(rows); });
    const Batch& batch = *made;
    rows = batcher.rows();
    const RandomStream stream = RandomStream(static_cast<uint64_t>(config.training.seed), "dropout");
    timed(kLayers, [&] { plan.forward(pool, batch, true, stream.at(step_key()).key()); });
    StepLosses losses;
    if (config.retrieval) timed(kSoftmax, [&] { losses.retrieval = retrieval_loss(batch); });
    timed(kRankingLosses, [&] {
      for (size_t t = 0; t < config.ranking.size(); ++t) ranking_loss(t, rows, batch, losses);
    });
    timed(kLayers, [&] { plan.backward(pool, written); });
    gradients.clear();
    for (ParameterState* state : trained)
      gradients.push_back({state->gradient, state->rows.touched, state->second_gradient});
    timed(kOptimizer, [&] {
      const auto pack = [&](size_t p, RowRange rows) {
        if (trained[p]->spec.packed) trained[p]->pack_rows(rows, true);
      };
      losses.regularization = optimizer->step(pool, run.learning_rate, gradients, pack);
    });
    losses.total = losses.regularization;
    if (config.retrieval) losses.total += config.retrieval->weight * losses.retrieval;
    for (size_t t = 0; t < config.ranking.size(); ++t)
      losses.total += config.ranking[t].weight * losses.ranking[t];
    return losses;
  }

  // A phase that all threads share from its begin to its end.
  StepPhase shared_phase(const char* name, Phase phase, double operations, double bytes) const {
    const double seconds = clock.running() ? clock.seconds(phase) * pool.threads() : 0;
    return {.name = name, .operations = operations, .bytes = bytes, .seconds = seconds};
  }

  StepProfile profile() const {
    StepProfile profile{
        .steps = profiled_steps, .threads = pool.threads(), .peak = multiply_add_peak(pool, 0.05, precision)};
    if (clock.running()) profile.seconds = clock.seconds(kStep);
    profile.phases = plan.profile();
    double in_layers = 0;
    for (const StepPhase& phase : profile.phases) in_layers += phase.seconds;
    StepPhase waiting = shared_phase("waiting for threads", kLayers, 0, 0);
    waiting.seconds = std::max(0.0, waiting.seconds - in_layers);
    profile.phases.push_back(waiting);
    if (config.retrieval) {
      const Matrix queries = plan.output(spec.query), candidates = plan.output(spec.candidate);
      const auto numbers = static_cast<double>((queries.rows + candidates.rows) * queries.cols);
      const double multiply_adds =
          3.0 * static_cast<double>(queries.rows) * static_cast<double>(candidates.rows * queries.cols);
      profile.phases.push_back(shared_phase("in-batch softmax", kSoftmax, 2 * multiply_adds, 8 * numbers));
    }
    double trained_numbers = 0, packed_numbers = 0;
    for (const ParameterState* state : trained) {
      const size_t rows = state->spec.table ? state->rows.touched.size() : state->spec.rows;
      trained_numbers += static_cast<double>(rows * state->spec.cols);
      if (state->spec.packed) packed_numbers += static_cast<double>(rows * state->spec.cols);
    }
    profile.phases.push_back(shared_phase("ranking losses", kRankingLosses, 0, 0));
    profile.phases.push_back(shared_phase("distinct rows of the batch", kBatch, 0, 0));
    const auto passes = static_cast<double>(3 + 2 * optimizer->slots_a_number());
    profile.phases.push_back(shared_phase("optimizer and packing of weights", kOptimizer, 0,
                                          4 * (passes * trained_numbers + 2 * packed_numbers)));
    return profile;
  }

  double retrieval_loss(const Batch& batch) {
    const double share =
        config.retrieval->reduction == Reduction::mean ? 1.0 / static_cast<double>(batch.rows()) : 1;
    const SoftmaxBatch rows = {plan.output(spec.query),         plan.output(spec.candidate),
                               batch.candidates().multiplicity, batch.pair_query().offsets,
                               batch.pair_query().copies,       batch.pair_candidate().source,
                               batcher.pair_weights(),          batcher.candidate_log_shares()};
    return share * softmax.run(pool, rows, share * config.retrieval->weight, plan.output_gradient(spec.query),
                               plan.output_gradient(spec.candidate));
  }

  void ranking_loss(size_t task, std::span<const uint32_t> rows, const Batch& batch, StepLosses& losses) {
    constexpr size_t kPredictionsATask = 256;
    const size_t predictions = plan.output(spec.rankings[task]).rows;
    ranking_sums.assign(chunk_count(predictions, kPredictionsATask), {});
    pool.run(ranking_sums.size(), [&](size_t i, int) {
      ranking_sums[i] = ranking_loss(task, rows, batch, chunk_rows(predictions, kPredictionsATask, i));
    });
    RankingSums total;
    for (const RankingSums& part : ranking_sums) total.loss += part.loss, total.squares += part.squares;
    losses.ranking.push_back(total.loss / static_cast<double>(rows.size()));
    losses.squared_errors.push_back(total.squares);
  }

  // Of some predictions, each of one row of the batch or of all rows that show a pair; writes their
  // gradients.
  RankingSums ranking_loss(size_t task, std::span<const uint32_t> rows, const Batch& batch,
                           RowRange predictions) {
    const RankingConfig& ranking = config.ranking[task];
    const int node = spec.rankings[task];
    const Matrix prediction = plan.output(node), gradient = plan.output_gradient(node);
    const LabelScale scale = spec.label_scale(task);
    const double share = ranking.weight / static_cast<double>(rows.size());
    const bool by_row = plan.has_row_outputs(node);
    RankingSums sums;
    // What a shuffled batch reads of the data lies far apart.
    constexpr size_t kAhead = 16;
    const auto expect_row = [&](size_t r) {
      prefetch(&data.labels[task][rows[r]]);
      if (!data.weights.empty()) prefetch(&data.weights[rows[r]]);
    };
    const auto add_row = [&](size_t at, size_t r) {
      const double weight = data.weights.empty() ? 1 : data.weights[rows[r]];
      const double label = data.labels[task][rows[r]];
      const LossAt loss =
          rating_loss(ranking.loss, prediction(at, 0), scale.standardized(label), ranking.delta);
      const double error = predicted_label(ranking.loss, prediction(at, 0), scale) - label;
      sums.loss += weight * loss.loss;
      sums.squares += weight * error * error;
      gradient(at, 0) += static_cast<float>(share * weight * loss.derivative);
    };
    for (size_t at = predictions.begin; at < predictions.end; ++at) {
      gradient(at, 0) = 0;
      if (by_row) {
        if (at + kAhead < predictions.end) expect_row(at + kAhead);
        add_row(at, at);
        continue;
      }
      for (uint32_t i = batch.row_pair().offsets[at]; i < batch.row_pair().offsets[at + 1]; ++i) {
        if (i + kAhead < batch.row_pair().copies.size()) expect_row(batch.row_pair().copies[i + kAhead]);
        add_row(at, batch.row_pair().copies[i]);
      }
    }
    return sums;
  }

  void add_to_sums(const StepLosses& losses, size_t rows) {
    const double n = static_cast<double>(rows);
    run.sums[kRows] += n;
    run.sums[kWeight] += batcher.total_weight();
    run.sums[kTotal] += n * losses.total;
    run.sums[kRetrieval] += n * losses.retrieval;
    run.sums[kRegularization] += n * losses.regularization;
    for (size_t t = 0; t < losses.ranking.size(); ++t) {
      run.sums[kFirstRanking + 2 * t] += n * losses.ranking[t];
      run.sums[kFirstRanking + 2 * t + 1] += losses.squared_errors[t];
    }
  }

  // Means over the epoch so far.
  Figures running() const {
    const double n = std::max(1.0, run.sums[kRows]);
    Figures figures = {{"loss", run.sums[kTotal] / n}};
    if (config.retrieval) figures.emplace_back("retrieval_loss", run.sums[kRetrieval] / n);
    for (size_t t = 0; t < config.ranking.size(); ++t) {
      figures.emplace_back(figure_name(config, t, "ranking_loss"), run.sums[kFirstRanking + 2 * t] / n);
    }
    figures.emplace_back("regularization_loss", run.sums[kRegularization] / n);
    for (size_t t = 0; t < config.ranking.size(); ++t) {
      const double squares = run.sums[kFirstRanking + 2 * t + 1];
      figures.emplace_back(figure_name(config, t, "rmse"),
                           std::sqrt(squares / std::max(1e-300, run.sums[kWeight])));
    }
    return figures;
  }

  // Losses and rmse as they ran; top_k of a part of the training rows, at the end of the epoch, as large as
  // validation.
  EpochRecord record() {
    EpochRecord record{.epoch = run.epoch + 1, .learning_rate = run.learning_rate, .train = running()};
    if (config.retrieval) {
      const size_t most = std::max<size_t>(data.split.validation.size(), 10'000);
      const auto rows = std::span(data.split.train).first(std::min(most, data.split.train.size()));
      for (auto& [name, value] : evaluator.figures(rows, false)) {
        if (find_figure(record.train, name) == nullptr && !name.starts_with("mae"))
          record.train.emplace_back(name, value);
      }
    }
    if (!data.split.validation.empty()) record.validation = evaluator.figures(data.split.validation, true);
    return record;
  }

  void remember_best() {
    best.clear();
    for (size_t i = 0; i < parameters.size(); ++i) {
      const Matrix& value = parameters.at(i).value;
      std::copy_n(value.data, value.rows * value.cols, best.emplace_back(value.rows, value.cols).data());
    }
  }

  void restore_best() {
    for (size_t i = 0; i < best.size(); ++i) {
      std::copy_n(best[i].data(), best[i].size(), parameters.at(i).value.data);
    }
  }

  CheckpointView view() {
    if (plateau) run.plateau = plateau->state;
    if (early) run.early = early->state;
    return {&parameters, optimizer.get(), &best, &run, config_hash(config), &data.fingerprint};
  }

  void save(const std::string& folder) {
    if (folder.empty()) return;
    const std::string path = checkpoint_path(folder, run);
    save_checkpoint(path, view());
    prune_checkpoints(folder, config.training.keep_checkpoints);
  }

  // The evaluator's complaint about outputs that are not finite gets the same advice.
  EpochRecord recorded() try { return record(); } catch (const Error& error) {
    if (error.kind() != ErrorKind::failed) throw;
    throw not_finite(run.step, error.message());
  }

  void end_epoch(TrainingCallback& callback) {
    check_state_finite();
    pack_for_evaluation();
    const EpochRecord epoch = recorded();
    if (precision != Precision::float32) pack_for_steps();
    run.history.epochs.push_back(epoch);
    ++run.epoch;
    start_epoch();
    callback.after_epoch(epoch, parameters);
    if (early && early->after_epoch(epoch) && early->restores_best()) remember_best();
    if (plateau) {
      const double rate = plateau->after_epoch(epoch, run.learning_rate);
      if (rate != run.learning_rate) callback.learning_rate_fell(run.learning_rate, rate);
      run.learning_rate = rate;
    }
    run.stopped_early = early && early->should_stop();
    if (run.stopped_early) callback.stopped_early(run.epoch, early->state.best_epoch);
  }

  void check_finite(const StepLosses& losses) const {
    if (std::isfinite(losses.total)) return;
    const std::string layer = plan.first_not_finite();
    throw not_finite(run.step + 1, "the loss is no longer finite" +
                                       (layer.empty() ? "" : fmt::format(", first in layer '{}'", layer)));
  }

  // The losses of a step are those before its update, so they do not show what the last update did.
  void check_state_finite() const {
    for (size_t i = 0; i < parameters.size(); ++i) {
      const Matrix& value = parameters.at(i).value;
      if (!all_finite({value.data, value.rows * value.cols}))
        throw not_finite(run.step, fmt::format("parameter '{}' is no longer finite", parameters.name(i)));
    }
    for (const Optimizer::Slot& slot : optimizer->slots()) {
      if (!all_finite({slot.values.data, slot.values.rows * slot.values.cols}))
        throw not_finite(run.step, fmt::format("the optimizer's state '{}' is no longer finite", slot.name));
    }
  }

  Error not_finite(int64_t step, const std::string& what) const {
    return failed(
        "epoch {}, step {}: {}; the last checkpoint is kept. Lower the learning rate, which is {} now, and "
        "go on "
        "with --resume",
        run.epoch + 1, step, what, run.learning_rate);
  }

  // Returns false when it was asked to stop.
  bool run_epoch(TrainingCallback& callback, const std::atomic<bool>& stop,
                 const std::vector<uint32_t>& order) {
    if (!schedule.empty()) run.learning_rate = schedule[static_cast<size_t>(run.epoch)];
    while (run.step < steps_an_epoch()) {
      if (stop) return false;
      const RowRange range = chunk_rows(order.size(), batch_rows(), static_cast<size_t>(run.step));
      const StepLosses losses = step(std::span(order).subspan(range.begin, range.size()));
      check_finite(losses);
      add_to_sums(losses, range.size());
      ++run.step;
      const Figures means = running();
      callback.after_step({run.epoch + 1, epochs(), run.step, steps_an_epoch(), range.end, means});
    }
    return true;
  }

  const Config& config;
  const ModelSpec& spec;
  Parameters& parameters;
  const Dataset& data;
  ThreadPool& pool;
  Plan plan;
  Batcher batcher;
  Evaluator evaluator;
  Precision precision;  // of a step's products
  InBatchSoftmax softmax;
  std::vector<int> written;
  std::vector<RankingSums> ranking_sums;  // of each task of a ranking's loss
  std::vector<ParameterState*> trained;
  std::vector<Gradient> gradients;
  std::unique_ptr<Optimizer> optimizer;
  std::optional<Plateau> plateau;
  std::optional<EarlyStopping> early;
  std::vector<Buffer> best;
  TrainerState run;
  std::vector<double> schedule;  // the learning rate of each epoch; empty: as the config says
  PhaseClock clock;
  int64_t profiled_steps = 0;
};

Trainer::Trainer(const Config& config, const ModelSpec& spec, Parameters& parameters, const Dataset& data,
                 ThreadPool& pool)
    : state_(std::make_unique<State>(config, spec, parameters, data, pool)) {}
Trainer::~Trainer() = default;

StepProfile Trainer::profile() const { return state_->profile(); }
void Trainer::start_profile() {
  state_->clock = PhaseClock(kPhases, 1, CLOCK_MONOTONIC);
  state_->profiled_steps = 0;
  state_->plan.start_profile(state_->pool.threads());
}
const TrainerState& Trainer::state() const { return state_->run; }
Trainer::StepLosses Trainer::step(std::span<const uint32_t> rows) { return state_->step(rows); }

std::vector<uint32_t> Trainer::epoch_order(int epoch) const {
  std::vector<uint32_t> order = state_->data.split.train;
  const uint64_t shuffle = state_->config.training.keras_compatible ? 0 : static_cast<uint64_t>(epoch);
  RandomStream(static_cast<uint64_t>(state_->config.training.seed), "epoch")
      .at(shuffle)
      .shuffle(std::span(order));
  return order;
}

Trainer::Outcome Trainer::run(TrainingCallback& callback, const std::atomic<bool>& stop,
                              const std::string& checkpoints) {
  State& s = *state_;
  while (s.run.epoch < s.epochs() && !s.run.stopped_early) {
    if (!s.run_epoch(callback, stop, epoch_order(s.run.epoch))) {
      s.check_state_finite();
      s.save(checkpoints);
      return Outcome::interrupted;
    }
    s.end_epoch(callback);
    s.save(checkpoints);
  }
  if (!s.best.empty()) s.restore_best();
  s.parameters.pack(s.pool, true);
  return Outcome::finished;
}

void Trainer::begin_at(const OptimizerState& optimizer) {
  State& s = *state_;
  if (optimizer.steps < 0 || optimizer.steps / s.steps_an_epoch() > std::numeric_limits<int>::max())
    throw data_error("the checkpoint's optimizer says that it took {} steps", optimizer.steps);
  restore_optimizer(optimizer, *s.optimizer);
  s.run.learning_rate = optimizer.learning_rate.value_or(s.run.learning_rate);
  s.run.epoch = static_cast<int>(optimizer.steps / s.steps_an_epoch());
  s.run.step = optimizer.steps % s.steps_an_epoch();
}

void Trainer::follow(std::vector<double> learning_rates) {
  state_->schedule = std::move(learning_rates);
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
  const double rate = s.config.training.optimizer.learning_rate();
  if (s.run.configured_rate != rate) s.run.learning_rate = s.run.configured_rate = rate;
  if (s.plateau) s.plateau->state = s.run.plateau;
  if (s.early) s.early->state = s.run.early;
  s.optimizer->restored();
  s.pack_for_steps();
}

}  // namespace shortlist
