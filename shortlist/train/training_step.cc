#include "shortlist/train/training_step.h"

#include <algorithm>
#include <cmath>

#include "shortlist/math/peak.h"

namespace shortlist {
namespace {

// Timed phases of a step. kLayers is forward and backward of all layers. The tasks' losses follow.
enum Phase : size_t { kStep, kBatch, kLayers, kOptimizer, kFirstTask };

std::vector<Trained> trained_parameters(Parameters& parameters, std::vector<ParameterState*>& states) {
  std::vector<Trained> trained;
  for (size_t i = 0; i < parameters.size(); ++i) {
    ParameterState& state = parameters.at(i);
    if (!state.spec.trainable) continue;
    states.push_back(&state);
    trained.push_back({parameters.name(i), state.value, state.spec.table, state.spec.regularizer.l1,
                       state.spec.regularizer.l2, state.spec.regularizer.row_l2});
  }
  return trained;
}

// A mean over epochs has moving statistics too, which belong to the mean weights (batch_norm).
std::unique_ptr<WeightAverage> average_of(const TrainingConfig& training, Parameters& parameters) {
  if (!training.average) return nullptr;
  const bool all = training.average->kind == AverageKind::stochastic;
  std::vector<Averaged> averaged;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ParameterState& state = parameters.at(i);
    if (all || state.spec.trainable) averaged.push_back({parameters.name(i), state.value, state.spec.table});
  }
  return make_average(*training.average, training.epochs, std::move(averaged));
}

}  // namespace

Precision step_precision(Precision wanted) { return multiplies_in(wanted) ? wanted : Precision::float32; }

TrainingStep::TrainingStep(const TrainSpec& spec, const ModelSpec& model, Parameters& parameters,
                           const Dataset& data, ThreadPool& pool, Communicator& ranks)
    : parameters_(parameters),
      pool_(pool),
      precision_(step_precision(spec.settings.precision)),
      dropout_(static_cast<uint64_t>(spec.settings.seed), "dropout"),
      negatives_(static_cast<uint64_t>(spec.settings.seed), "negatives"),
      data_(data),
      ranks_(spec, model, parameters, data, pool, precision_, ranks),
      sampler_(spec.negatives(), data) {
  if (spec.retrieval && spec.retrieval->sampling_estimate == SamplingEstimate::streaming)
    shares_.emplace(data.item_log_share.size(), spec.retrieval->streaming_rate);
  Parameters& own = ranks_.first().parameters();
  task_weights_ = model.task_weights < 0 ? nullptr : own.of(static_cast<size_t>(model.task_weights))[0];
  optimizer_ =
      make_optimizer(spec.settings.optimizer, spec.settings.parts, trained_parameters(own, trained_));
  average_ = average_of(spec.settings, parameters);
  pack();
}

StepMetrics TrainingStep::run(std::span<const uint32_t> rows, std::span<const double> rates,
                              std::span<const uint32_t> earlier) {
  StepMetrics figures;
  clock_.time(kStep, 0, [&] { figures = run_phases(rows, rates, earlier); });
  profiled_steps_ += clock_.running();
  return figures;
}

StepMetrics TrainingStep::run_phases(std::span<const uint32_t> rows, std::span<const double> rates,
                                     std::span<const uint32_t> earlier) {
  const auto step = static_cast<uint64_t>(optimizer_->steps);
  skip(rows);
  clock_.time(kBatch, 0, [&] {
    ranks_.make_batches(rows, {&sampler_, negatives_.at(step), earlier, shares_ ? &*shares_ : nullptr});
  });
  clock_.time(kLayers, 0, [&] { ranks_.forward(dropout_.at(step)); });
  for (size_t t = 0; t < tasks().size(); ++t)
    clock_.time(kFirstTask + t, 0, [&] { ranks_.run_loss(t, weight_of(t)); });
  const StepPart::Sums sums = ranks_.sums();
  LossParts losses{.tasks = sums.losses};
  for (size_t t = 0; task_weights_ != nullptr && t < tasks().size(); ++t)
    losses.log_variances.push_back(task_weights_->value(0, t));
  clock_.time(kLayers, 0, [&] { ranks_.backward(); });
  clock_.time(kOptimizer, 0, [&] {
    ranks_.sum_gradients();
    write_weight_gradients(losses.tasks);
    losses.regularization = update(rates);
  });
  StepMetrics figures = figures_of(sums, rows.size());
  figures.losses = loss_metrics(tasks(), losses);
  return figures;
}

StepMetrics TrainingStep::figures_of(const StepPart::Sums& sums, size_t rows) const {
  StepMetrics figures{.rows = static_cast<double>(rows), .weight = sums.weight};
  for (size_t t = 0; t < tasks().size(); ++t) {
    const Task& task = tasks()[t];
    if (!task.predicts_value()) continue;
    const std::string rmse = task.figure("rmse");
    figures.squared_errors.emplace_back(rmse, sums.squared_errors[t]);
    if (!find_label(data_.labels, task.label).weights.empty())
      figures.own_weights.emplace_back(rmse, sums.own_weights[t]);
  }
  return figures;
}

double TrainingStep::weight_of(size_t task) const {
  if (task_weights_ == nullptr) return tasks()[task].weight;
  return tasks()[task].weight * std::exp(-double{task_weights_->value(0, task)});
}

// d/ds of weight (loss exp(-s) + s)
void TrainingStep::write_weight_gradients(std::span<const double> losses) {
  for (size_t t = 0; task_weights_ != nullptr && t < tasks().size(); ++t)
    task_weights_->gradient(0, t) = static_cast<float>(tasks()[t].weight - weight_of(t) * losses[t]);
}

void TrainingStep::skip(std::span<const uint32_t> rows) {
  if (!shares_) return;
  for (const uint32_t row : rows) shares_->add(data_.item_of_candidate[data_.candidate_of_row[row]]);
}

double TrainingStep::update(std::span<const double> rates) {
  gradients_.clear();
  for (ParameterState* state : trained_) {
    const ConstMatrix second = ranks_.divided() ? ConstMatrix() : ConstMatrix(state->second_gradient);
    gradients_.push_back({state->gradient, state->rows.touched, second});
  }
  const bool averages = average_ != nullptr && average_->needs_rows();
  const auto changed = [&](size_t p, RowRange rows) {
    if (averages) average_->after_rows(p, rows);
    if (trained_[p]->spec.packed) trained_[p]->pack_rows(rows, true);
  };
  const auto before = [&](size_t p, RowRange rows) { average_->before_rows(p, rows); };
  const AtRows changing(before);
  const double penalty = optimizer_->step(pool_, rates, gradients_, changed, averages ? &changing : nullptr);
  if (average_ != nullptr) average_->after_step();
  return penalty;
}

void TrainingStep::start_profile() {
  clock_ = PhaseClock(kFirstTask + tasks().size(), 1, CLOCK_MONOTONIC);
  profiled_steps_ = 0;
  ranks_.start_profile();
}

// A phase in which all threads work together from beginning to end.
StepPhase TrainingStep::shared_phase(const std::string& name, size_t phase, const LossWork& work) const {
  const double seconds = clock_.running() ? clock_.seconds(phase) * pool_.threads() : 0;
  return {.name = name, .operations = work.operations, .bytes = work.bytes, .seconds = seconds};
}

LossWork TrainingStep::optimizer_work() const {
  double moved = 0;  // counts of values, once per pass over them
  for (size_t p = 0; p < trained_.size(); ++p) {
    const ParameterSpec& spec = trained_[p]->spec;
    const size_t rows = spec.table ? trained_[p]->rows.touched.size() : spec.rows;
    const size_t passes = 3 + 2 * optimizer_->slots_a_number(p) + (spec.packed ? 2 : 0);
    moved += static_cast<double>(rows * spec.cols * passes);
  }
  return {.bytes = 4 * moved};
}

LossWork TrainingStep::loss_work(size_t task) const {
  LossWork work;
  for (const auto& part : ranks_.own()) {
    const LossWork own = part->tasks()[task].loss->work(part->loss_batch(task));
    work.operations += own.operations;
    work.bytes += own.bytes;
  }
  return work;
}

StepProfile TrainingStep::profile() const {
  StepProfile profile{.steps = profiled_steps_,
                      .threads = pool_.threads(),
                      .peak = multiply_add_peak(pool_, 0.05, precision_)};
  if (clock_.running()) profile.seconds = clock_.seconds(kStep);
  profile.phases = ranks_.profile();
  double in_layers = 0;
  for (const StepPhase& phase : profile.phases) in_layers += phase.seconds;
  StepPhase waiting = shared_phase("waiting for threads", kLayers, {});
  waiting.seconds = std::max(0.0, waiting.seconds - in_layers);
  profile.phases.push_back(waiting);
  for (size_t t = 0; t < tasks().size(); ++t) {
    const Task& task = tasks()[t];
    profile.phases.push_back(shared_phase(task.name + " loss" + task.suffix, kFirstTask + t, loss_work(t)));
  }
  profile.phases.push_back(shared_phase("distinct rows of the batch", kBatch, {}));
  profile.phases.push_back(shared_phase("optimizer and packing of weights", kOptimizer, optimizer_work()));
  if (ranks_.divided()) profile.phases.push_back(exchange_phase());
  return profile;
}

// Part of the phases above: the exchanges between ranks, with the bytes that this one sends in a step.
StepPhase TrainingStep::exchange_phase() const {
  const double steps = static_cast<double>(std::max<int64_t>(1, profiled_steps_));
  return {.name = "of these, exchanges between ranks",
          .operations = 0,
          .bytes = ranks_.traffic().bytes() / steps,
          .seconds = ranks_.traffic().seconds() * pool_.threads()};
}

}  // namespace shortlist
