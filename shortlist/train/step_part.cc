#include "shortlist/train/step_part.h"

#include <algorithm>

#include "shortlist/math/elementwise.h"

namespace shortlist {

StepPart::StepPart(const TrainSpec& spec, const ModelSpec& model, Parameters& parameters, const Dataset& data,
                   Precision precision, PartPlace place, bool first_here)
    : parameters_(parameters),
      place_(place),
      tasks_(make_tasks(spec, model, precision)),
      outputs_(output_nodes(tasks_)),
      plan_(model, parameters,
            {.outputs = outputs_,
             .backward = true,
             .training_layers_active = !spec.settings.keras_compatible,
             .precision = precision}),
      batcher_(data, plan_.needs_all_rows(kQueryRows), plan_.needs_all_rows(kCandidateRows)),
      batches_(tasks_.size()) {
  batcher_.add_histories(model);
  plan_.compute_in_parts(place.parts, first_here);
}

void StepPart::make_batch(std::span<const uint32_t> rows, const NegativeSource& negatives) {
  batch_ = &batcher_.make(rows, negatives);
  sums_.weight = batcher_.total_weight();
  sums_.losses.assign(tasks_.size(), 0);
  sums_.squared_errors.assign(tasks_.size(), 0);
  sums_.own_weights.assign(tasks_.size(), 0);
}

void StepPart::run_loss(ThreadPool& pool, size_t t, double weight, const WholeCandidates* whole, size_t rows,
                        size_t groups) {
  const Task& task = tasks_[t];
  LossBatch& batch = batches_[t];
  const bool compares = whole != nullptr && task.has_embeddings();
  batch = compares ? batcher_.loss_batch(task, *whole, place_.part) : batcher_.loss_batch(task);
  set_outputs(task, plan_, *batch_, batch);
  batch.rows = rows;
  if (place_.parts > 1) batch.groups = groups;
  if (compares) {
    const ConstMatrix all = whole->embeddings();
    whole_size_ = all.rows * all.cols;
    whole_gradient_.reserve(whole_size_);
    fill(whole_gradient(), 0);
    batch.candidates = {all, whole_gradient_.view(all.rows, all.cols)};
  }
  if (batch_->rows() == 0) return;
  sums_.losses[t] = task.loss->run(pool, batch, weight);
  if (!task.predicts_value()) return;
  sums_.squared_errors[t] = squared_errors_.sum(pool, task, batch);
  sums_.own_weights[t] = batcher_.own_weight(task).value_or(0);
}

void StepPart::take_gradient(size_t task, const WholeCandidates& whole, std::span<const float> sum) {
  const Matrix own = plan_.output_gradient(tasks_[task].outputs.candidate);
  const float* from = sum.data() + whole.first(place_.part) * own.cols;
  for (size_t r = 0; r < own.rows; ++r, from += own.cols) std::copy_n(from, own.cols, own.row(r));
}

TableGradients StepPart::table_gradients(std::span<const size_t> tables) const {
  TableGradients gradients;
  for (const size_t table : tables) {
    const ParameterState& state = parameters_.at(table);
    gradients.emplace_back().assign(state.rows.touched, state.spec.cols,
                                    [&](size_t i) { return state.gradient.row_span(i); });
  }
  return gradients;
}

}  // namespace shortlist
