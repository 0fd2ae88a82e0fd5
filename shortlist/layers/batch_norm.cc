#include "shortlist/layers/batch_norm.h"

#include <cmath>

#include "shortlist/math/block_passes.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

enum Parameters { kGamma, kBeta, kMovingMean, kMovingVariance };
enum BatchBuffers { kMean, kInverseDeviation };
constexpr size_t kColumnsATask = 64;

std::span<float> vector(const Pass& pass, Parameters parameter) {
  return pass.parameters[parameter]->value.row_span(0);
}

Normalization normalization(const Pass& pass) {
  return {pass.batch_buffers[kMean].span(), pass.batch_buffers[kInverseDeviation].span(),
          vector(pass, kGamma)};
}

}  // namespace

LayerPlan BatchNorm::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  if (!batch_norm) throw usage_error("batch_norm = false: leave the layer out instead");
  const size_t d = static_cast<size_t>(widths[0]);
  LayerPlan plan{.width = widths[0]};
  plan.parameters = {{.name = "gamma", .rows = 1, .cols = d, .initializer = Initializer::ones},
                     {.name = "beta", .rows = 1, .cols = d},
                     {.name = "moving_mean", .rows = 1, .cols = d, .trainable = false},
                     {.name = "moving_variance",
                      .rows = 1,
                      .cols = d,
                      .initializer = Initializer::ones,
                      .trainable = false}};
  plan.batch_buffers = {widths[0], widths[0]};
  return plan;
}

size_t BatchNorm::forward_stage(const Pass& pass) const {
  return chunk_count(pass.output.cols, kColumnsATask);
}

void BatchNorm::run_forward_stage(const Pass& pass, size_t task, Scratch&) const {
  const auto [begin, end] = chunk_rows(pass.output.cols, kColumnsATask, task);
  const std::span<float> moving_mean = vector(pass, kMovingMean),
                         moving_variance = vector(pass, kMovingVariance);
  const std::span<float> mean = pass.batch_buffers[kMean].span(),
                         deviation = pass.batch_buffers[kInverseDeviation].span();
  if (pass.training && pass.rows > 0) {
    const ConstMatrix x = pass.inputs[0].head(pass.rows);
    const float n = static_cast<float>(pass.total_multiplicity), decay = static_cast<float>(1 - momentum);
    column_sums(x, pass.multiplicity, begin, end, mean);
    for (size_t c = begin; c < end; ++c) mean[c] /= n;
    column_square_sums(x, mean, pass.multiplicity, begin, end, deviation);
    for (size_t c = begin; c < end; ++c) {
      const float variance = deviation[c] / n;
      deviation[c] = 1 / std::sqrt(variance + epsilon);
      moving_mean[c] -= (moving_mean[c] - mean[c]) * decay;
      moving_variance[c] -= (moving_variance[c] - variance) * decay;
    }
    return;
  }
  for (size_t c = begin; c < end; ++c) {
    mean[c] = moving_mean[c];
    deviation[c] = 1 / std::sqrt(moving_variance[c] + epsilon);
  }
}

void BatchNorm::forward(const Pass& pass, RowRange rows, Scratch&) const {
  normalize(rows_of(pass.inputs[0], rows), normalization(pass), vector(pass, kBeta),
            rows_of(pass.output, rows));
}

size_t BatchNorm::backward_stage(const Pass& pass) const {
  return chunk_count(pass.output.cols, kColumnsATask);
}

void BatchNorm::run_backward_stage(const Pass& pass, size_t task, Scratch&) const {
  const auto [begin, end] = chunk_rows(pass.output.cols, kColumnsATask, task);
  normalize_gradient_sums(pass.inputs[0].head(pass.rows), normalization(pass), pass.doutput.head(pass.rows),
                          begin, end, pass.parameters[kGamma]->gradient.row_span(0),
                          pass.parameters[kBeta]->gradient.row_span(0));
}

// In training dx = gamma / deviation * (dy - n mean(dy) - n normalized mean(dy normalized)) for a row that
// stands for n.
void BatchNorm::backward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  if (pass.dinputs[0].data == nullptr) return;
  const std::span<float> share = scratch.take(pass.training ? rows.size() : 0);
  for (size_t i = 0; i < share.size(); ++i) {
    const float n = pass.multiplicity.empty() ? 1 : pass.multiplicity[rows.begin + i];
    share[i] = n / static_cast<float>(pass.total_multiplicity);
  }
  normalize_gradient(rows_of(pass.inputs[0], rows), normalization(pass), rows_of(pass.doutput, rows), share,
                     pass.parameters[kGamma]->gradient.row_span(0),
                     pass.parameters[kBeta]->gradient.row_span(0), pass.relu_inputs[0],
                     rows_of(pass.dinputs[0], rows), pass.add[0]);
}

}  // namespace shortlist
