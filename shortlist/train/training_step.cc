#include "shortlist/train/training_step.h"

#include <algorithm>

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
                           const Dataset& data, ThreadPool& pool)
    : parameters_(parameters),
      pool_(pool),
      precision_(step_precision(spec.settings.precision)),
      dropout_(static_cast<uint64_t>(spec.settings.seed), "dropout"),
      negatives_(static_cast<uint64_t>(spec.settings.seed), "negatives"),
      tasks_(make_tasks(spec, model, precision_)),
      outputs_(output_nodes(tasks_)),
      plan_(model, parameters,
            {.outputs = outputs_,
             .backward = true,
             .training_layers_active = !spec.settings.keras_compatible,
             .precision = precision_}),
      data_(data),
      sampler_(spec.negatives(), data),
      batcher_(data, plan_.needs_all_rows(kQueryRows), plan_.needs_all_rows(kCandidateRows)),
      batches_(tasks_.size()) {
  if (spec.retrieval && spec.retrieval->sampling_estimate == SamplingEstimate::streaming)
    shares_.emplace(data.item_log_share.size(), spec.retrieval->streaming_rate);
  batcher_.add_histories(model);
  parameters.make_gradients();
  optimizer_ =
      make_optimizer(spec.settings.optimizer, spec.settings.parts, trained_parameters(parameters, trained_));
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
  const Batch* batch = nullptr;
  skip(rows);
  clock_.time(kBatch, 0, [&] {
    batch = &batcher_.make(rows, {&sampler_, negatives_.at(step), earlier, shares_ ? &*shares_ : nullptr});
  });
  const uint64_t key = dropout_.at(step).key();
  clock_.time(kLayers, 0, [&] { plan_.forward(pool_, *batch, true, key); });
  StepMetrics figures{.rows = static_cast<double>(rows.size()), .weight = batcher_.total_weight()};
  LossParts losses;
  for (size_t t = 0; t < tasks_.size(); ++t) {
    const Task& task = tasks_[t];
    clock_.time(kFirstTask + t, 0, [&] {
      batches_[t] = batcher_.loss_batch(task);
      set_outputs(task, plan_, *batch, batches_[t]);
      losses.tasks.push_back(task.loss->run(pool_, batches_[t], task.weight));
      if (task.has_scores())
        figures.squared_errors.emplace_back(task.figure("rmse"),
                                            squared_errors_.sum(pool_, task, batches_[t]));
    });
  }
  clock_.time(kLayers, 0, [&] { plan_.backward(pool_, outputs_); });
  clock_.time(kOptimizer, 0, [&] { losses.regularization = update(rates); });
  figures.losses = loss_metrics(tasks_, losses);
  return figures;
}

void TrainingStep::skip(std::span<const uint32_t> rows) {
  if (!shares_) return;
  for (const uint32_t row : rows) shares_->add(data_.item_of_candidate[data_.candidate_of_row[row]]);
}

double TrainingStep::update(std::span<const double> rates) {
  gradients_.clear();
  for (ParameterState* state : trained_)
    gradients_.push_back({state->gradient, state->rows.touched, state->second_gradient});
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
  clock_ = PhaseClock(kFirstTask + tasks_.size(), 1, CLOCK_MONOTONIC);
  profiled_steps_ = 0;
  plan_.start_profile(pool_.threads());
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

StepProfile TrainingStep::profile() const {
  StepProfile profile{.steps = profiled_steps_,
                      .threads = pool_.threads(),
                      .peak = multiply_add_peak(pool_, 0.05, precision_)};
  if (clock_.running()) profile.seconds = clock_.seconds(kStep);
  profile.phases = plan_.profile();
  double in_layers = 0;
  for (const StepPhase& phase : profile.phases) in_layers += phase.seconds;
  StepPhase waiting = shared_phase("waiting for threads", kLayers, {});
  waiting.seconds = std::max(0.0, waiting.seconds - in_layers);
  profile.phases.push_back(waiting);
  for (size_t t = 0; t < tasks_.size(); ++t) {
    const Task& task = tasks_[t];
    profile.phases.push_back(
        shared_phase(task.name + " loss" + task.suffix, kFirstTask + t, task.loss->work(batches_[t])));
  }
  profile.phases.push_back(shared_phase("distinct rows of the batch", kBatch, {}));
  profile.phases.push_back(shared_phase("optimizer and packing of weights", kOptimizer, optimizer_work()));
  return profile;
}

}  // namespace shortlist
