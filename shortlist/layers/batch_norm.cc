#include "shortlist/layers/batch_norm.h"

#include <cmath>

#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

enum Parameters { kGamma, kBeta, kMovingMean, kMovingVariance };
enum BatchBuffers { kMean, kInverseDeviation };
constexpr size_t kNormalized = 0;  // row buffer: (x - mean) / deviation
constexpr size_t kColumnsATask = 64;

std::span<float> vector(const Pass& pass, Parameters parameter) {
  return pass.parameters[parameter]->value.row_span(0);
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
  plan.row_buffers = {widths[0]};
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
  const float* mean = pass.batch_buffers[kMean].data();
  const float* deviation = pass.batch_buffers[kInverseDeviation].data();
  const float* gamma = vector(pass, kGamma).data();
  const float* beta = vector(pass, kBeta).data();
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const float* x = pass.inputs[0].row(r);
    float* normalized = pass.row_buffers[kNormalized].row(r);
    float* y = pass.output.row(r);
    for (size_t c = 0; c < pass.output.cols; ++c) {
      normalized[c] = (x[c] - mean[c]) * deviation[c];
      y[c] = gamma[c] * normalized[c] + beta[c];
    }
  }
}

size_t BatchNorm::backward_stage(const Pass& pass) const {
  return chunk_count(pass.output.cols, kColumnsATask);
}

void BatchNorm::run_backward_stage(const Pass& pass, size_t task, Scratch&) const {
  const auto [begin, end] = chunk_rows(pass.output.cols, kColumnsATask, task);
  const Matrix dy = pass.doutput.head(pass.rows);
  column_product_sums(dy, pass.row_buffers[kNormalized].head(pass.rows), begin, end,
                      pass.parameters[kGamma]->gradient.row_span(0));
  column_sums(dy, {}, begin, end, pass.parameters[kBeta]->gradient.row_span(0));
}

// In training dx = gamma / deviation * (dy - n mean(dy) - n normalized mean(dy normalized)) for a row that
// stands for n.
void BatchNorm::backward(const Pass& pass, RowRange rows, Scratch&) const {
  if (pass.dinputs[0].data == nullptr) return;
  const float* deviation = pass.batch_buffers[kInverseDeviation].data();
  const float* gamma = vector(pass, kGamma).data();
  const float* dgamma = pass.parameters[kGamma]->gradient.data;
  const float* dbeta = pass.parameters[kBeta]->gradient.data;
  const float inverse_n = pass.training ? static_cast<float>(1 / pass.total_multiplicity) : 0;
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const float* dy = pass.doutput.row(r);
    const float* normalized = pass.row_buffers[kNormalized].row(r);
    float* dx = pass.dinputs[0].row(r);
    const float share = inverse_n * (pass.multiplicity.empty() ? 1 : pass.multiplicity[r]);
    for (size_t c = 0; c < pass.output.cols; ++c) {
      const float gradient =
          gamma[c] * deviation[c] * (dy[c] - share * (dbeta[c] + normalized[c] * dgamma[c]));
      dx[c] = pass.add[0] ? dx[c] + gradient : gradient;
    }
  }
}

}  // namespace shortlist
