#include "shortlist/layers/batch_norm.h"

#include <cmath>

#include "shortlist/math/block_passes.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

enum Parameters { kGamma, kBeta, kMovingMean, kMovingVariance };
// kFirstSums and kSecondSums: two sums of each column, over each half of the rows. In forward its mean and
// the squares around that, in backward the gradients of gamma and beta.
enum BatchBuffers { kMean, kInverseDeviation, kFirstSums, kSecondSums };
constexpr size_t kColumnsATask = 64;

std::span<float> vector(const Pass& pass, Parameters parameter) {
  return pass.parameters[parameter]->value.row_span(0);
}

Normalization normalization(const Pass& pass) {
  return {pass.batch_buffers[kMean].span(), pass.batch_buffers[kInverseDeviation].span(),
          vector(pass, kGamma)};
}

size_t tasks(const Pass& pass) { return 2 * chunk_count(pass.output.cols, kColumnsATask); }

// What a task of a stage looks at.
struct Part {
  bool second;  // half of the rows
  RowRange rows, columns;
};
Part part_of(const Pass& pass, size_t task) {
  const size_t groups = tasks(pass) / 2;
  const bool second = task >= groups;
  return {second, half_of_rows(pass.rows, second),
          chunk_rows(pass.output.cols, kColumnsATask, task % groups)};
}

std::span<float> sums(const Pass& pass, bool second, size_t which) {
  return pass.batch_buffers[second ? kSecondSums : kFirstSums].span().subspan(which * pass.output.cols,
                                                                              pass.output.cols);
}

// How many rows each row of a range stands for; empty: one.
std::span<const float> weights_of(const Pass& pass, RowRange rows) {
  return pass.multiplicity.empty() ? pass.multiplicity : pass.multiplicity.subspan(rows.begin, rows.size());
}

float weight_of(const Pass& pass, bool second) {
  const RowRange rows = half_of_rows(pass.rows, second);
  if (pass.multiplicity.empty()) return static_cast<float>(rows.size());
  float n = 0;
  for (float weight : weights_of(pass, rows)) n += weight;
  return n;
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
  plan.batch_buffers = {widths[0], widths[0], 2 * widths[0], 2 * widths[0]};
  return plan;
}

size_t BatchNorm::forward_stage(const Pass& pass) const { return tasks(pass); }

void BatchNorm::run_forward_stage(const Pass& pass, size_t task, Scratch&) const {
  if (!pass.training) return;
  const Part part = part_of(pass, task);
  const auto [begin, end] = part.columns;
  const float n = weight_of(pass, part.second);
  const ConstMatrix x = rows_of(pass.inputs[0], part.rows);
  const auto weights = weights_of(pass, part.rows);
  const std::span<float> mean = sums(pass, part.second, 0), squares = sums(pass, part.second, 1);
  column_sums(x, weights, begin, end, mean);
  for (size_t c = begin; c < end; ++c) mean[c] = n > 0 ? mean[c] / n : 0;
  column_square_sums(x, mean, weights, begin, end, squares);
}

// The halves' moments make the whole's (Chan et al. 1979).
void BatchNorm::finish_forward_stage(const Pass& pass) const {
  const std::span<float> moving_mean = vector(pass, kMovingMean),
                         moving_variance = vector(pass, kMovingVariance);
  const std::span<float> mean = pass.batch_buffers[kMean].span(),
                         deviation = pass.batch_buffers[kInverseDeviation].span();
  const bool training = pass.training && pass.rows > 0;
  const float first = weight_of(pass, false), second = weight_of(pass, true), n = first + second;
  const float decay = static_cast<float>(1 - momentum);
  for (size_t c = 0; c < mean.size(); ++c) {
    if (!training) {
      mean[c] = moving_mean[c];
      deviation[c] = 1 / std::sqrt(moving_variance[c] + epsilon);
      continue;
    }
    const float apart = sums(pass, true, 0)[c] - sums(pass, false, 0)[c];
    mean[c] = sums(pass, false, 0)[c] + apart * (second / n);
    const float squares =
        sums(pass, false, 1)[c] + sums(pass, true, 1)[c] + apart * apart * (first * second / n);
    const float variance = squares / n;
    deviation[c] = 1 / std::sqrt(variance + epsilon);
    moving_mean[c] -= (moving_mean[c] - mean[c]) * decay;
    moving_variance[c] -= (moving_variance[c] - variance) * decay;
  }
}

void BatchNorm::forward(const Pass& pass, RowRange rows, Scratch&) const {
  normalize(rows_of(pass.inputs[0], rows), normalization(pass), vector(pass, kBeta),
            rows_of(pass.output, rows));
}

size_t BatchNorm::backward_stage(const Pass& pass) const { return tasks(pass); }

void BatchNorm::run_backward_stage(const Pass& pass, size_t task, Scratch&) const {
  const Part part = part_of(pass, task);
  normalize_gradient_sums(rows_of(pass.inputs[0], part.rows), normalization(pass),
                          rows_of(pass.doutput, part.rows), part.columns.begin, part.columns.end,
                          sums(pass, part.second, 0), sums(pass, part.second, 1));
}

void BatchNorm::finish_backward_stage(const Pass& pass) const {
  const std::span<float> dgamma = pass.parameters[kGamma]->gradient.row_span(0),
                         dbeta = pass.parameters[kBeta]->gradient.row_span(0);
  for (size_t c = 0; c < dgamma.size(); ++c) {
    dgamma[c] = sums(pass, false, 0)[c] + sums(pass, true, 0)[c];
    dbeta[c] = sums(pass, false, 1)[c] + sums(pass, true, 1)[c];
  }
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
