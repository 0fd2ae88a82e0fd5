#include "shortlist/layers/batch_norm.h"

#include <cmath>

#include "shortlist/layers/rounded.h"
#include "shortlist/math/block_passes.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

enum Parameters { kGamma, kBeta, kMovingMean, kMovingVariance };
enum BatchBuffers { kMean, kInverseDeviation };
// Two sums per column over a part of the rows: in forward the mean and the squared deviations from it, in
// backward the part's contribution to the gradients of gamma and beta.
enum PartBuffers { kSums };

std::span<float> vector(const Pass& pass, Parameters parameter) {
  return pass.parameters[parameter]->value.row_span(0);
}

Normalization normalization(const Pass& pass) {
  return {pass.buffers.batch[kMean].span(), pass.buffers.batch[kInverseDeviation].span(),
          vector(pass, kGamma)};
}

std::span<float> sums(const Pass& pass, size_t part, size_t which) {
  return pass.buffers.part[kSums].row_span(part).subspan(which * pass.output.cols, pass.output.cols);
}

// The number of rows that each row of a range represents; empty: one.
std::span<const float> weights_of(const Pass& pass, RowRange rows) {
  return pass.row_set.multiplicity.empty() ? pass.row_set.multiplicity
                                           : pass.row_set.multiplicity.subspan(rows.begin, rows.size());
}

float weight_of(const Pass& pass, RowRange rows) {
  if (pass.row_set.multiplicity.empty()) return static_cast<float>(rows.size());
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
  plan.batch_buffers = {widths[0], widths[0]};
  plan.part_buffers = {2 * widths[0]};
  return plan;
}

void BatchNorm::look_before_forward(const Pass& pass, size_t part) const {
  if (!pass.training) return;
  const RowRange rows = pass.row_set.part(part);
  const std::span<float> mean = sums(pass, part, 0), squares = sums(pass, part, 1);
  const ConstMatrix x = rows_of(pass.inputs[0], rows);
  const std::span<const float> weights = weights_of(pass, rows);
  column_sums(x, weights, 0, x.cols, mean);
  scale(mean, 1 / weight_of(pass, rows));
  column_square_sums(x, mean, weights, 0, x.cols, squares);
}

// Combines the parts' moments.
void BatchNorm::finish_looking_forward(const Pass& pass) const {
  const std::span<float> moving_mean = vector(pass, kMovingMean),
                         moving_variance = vector(pass, kMovingVariance);
  const std::span<float> mean = pass.buffers.batch[kMean].span(),
                         deviation = pass.buffers.batch[kInverseDeviation].span();
  const bool training = pass.training && pass.rows > 0;
  if (!training) {
    copy(moving_mean, mean);
    for (size_t c = 0; c < mean.size(); ++c) deviation[c] = 1 / std::sqrt(moving_variance[c] + epsilon);
    return;
  }
  const std::span<float> squares = sums(pass, 0, 1);
  copy(sums(pass, 0, 0), mean);
  float n = weight_of(pass, pass.row_set.part(0));
  for (size_t part = 1; part < pass.row_set.parts(); ++part) {
    const float more = weight_of(pass, pass.row_set.part(part));
    join_moments(n, more, sums(pass, part, 0), sums(pass, part, 1), mean, squares);
    n += more;
  }
  const float decay = static_cast<float>(1 - momentum);
  for (size_t c = 0; c < mean.size(); ++c) {
    const float variance = squares[c] / n;
    deviation[c] = 1 / std::sqrt(variance + epsilon);
    moving_mean[c] -= (moving_mean[c] - mean[c]) * decay;
    moving_variance[c] -= (moving_variance[c] - variance) * decay;
  }
}

void BatchNorm::forward(const Pass& pass, RowRange rows, Scratch&) const {
  normalize(rows_of(pass.inputs[0], rows), normalization(pass), vector(pass, kBeta),
            rows_of(pass.output, rows));
}

void BatchNorm::look_before_backward(const Pass& pass, size_t part) const {
  const RowRange rows = pass.row_set.part(part);
  normalize_gradient_sums(rows_of(pass.inputs[0], rows), normalization(pass), rows_of(pass.doutput, rows),
                          sums(pass, part, 0), sums(pass, part, 1));
}

void BatchNorm::finish_looking_backward(const Pass& pass) const {
  const std::span<float> dgamma = pass.parameters[kGamma]->gradient.row_span(0),
                         dbeta = pass.parameters[kBeta]->gradient.row_span(0);
  fill(dgamma, 0);
  fill(dbeta, 0);
  for (size_t part = 0; part < pass.row_set.parts(); ++part) {
    add(sums(pass, part, 0), dgamma);
    add(sums(pass, part, 1), dbeta);
  }
}

// In training, dx = gamma / deviation * (dy - n mean(dy) - n normalized mean(dy normalized)) for a row that
// represents n rows.
void BatchNorm::backward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  if (pass.dinputs[0].data == nullptr) return;
  const std::span<float> share = scratch.take(pass.training ? rows.size() : 0);
  for (size_t i = 0; i < share.size(); ++i) {
    const float n = pass.row_set.multiplicity.empty() ? 1 : pass.row_set.multiplicity[rows.begin + i];
    share[i] = n / static_cast<float>(pass.row_set.total_multiplicity);
  }
  const auto write = [&](RowRange some, Matrix dx) {
    normalize_gradient(rows_of(pass.inputs[0], some), normalization(pass), rows_of(pass.doutput, some),
                       share.empty() ? share : share.subspan(some.begin - rows.begin, some.size()),
                       pass.parameters[kGamma]->gradient.row_span(0),
                       pass.parameters[kBeta]->gradient.row_span(0), pass.fusion.masks_input(0), dx,
                       pass.add[0]);
  };
  const Output dx = only_dinput(pass);
  dx.rounded() ? make_rounded(dx, rows, scratch, write) : write(rows, rows_of(dx.matrix, rows));
}

}  // namespace shortlist
