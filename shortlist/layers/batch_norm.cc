#include "shortlist/layers/batch_norm.h"

#include <cmath>

#include "shortlist/layers/rounded.h"
#include "shortlist/math/block_passes.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

enum Parameters { kGamma, kBeta, kMovingMean, kMovingVariance };
// kCount and kGradients are used in batches in parts only: the number of rows of the whole batch, and its
// gradients of gamma and beta.
enum BatchBuffers { kMean, kInverseDeviation, kCount, kGradients };
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

// The number of rows, their mean, and the squared deviations from it, which both are written to the given
// spans.
float own_moments(const Pass& pass, std::span<float> mean, std::span<float> squares) {
  fill(mean, 0);
  fill(squares, 0);
  if (pass.rows == 0) return 0;
  copy(sums(pass, 0, 0), mean);
  copy(sums(pass, 0, 1), squares);
  float n = weight_of(pass, pass.row_set.part(0));
  for (size_t part = 1; part < pass.row_set.parts(); ++part) {
    const float more = weight_of(pass, pass.row_set.part(part));
    join_moments(n, more, sums(pass, part, 0), sums(pass, part, 1), mean, squares);
    n += more;
  }
  return n;
}

// The contribution of one part of a batch: a number of rows, and two values per column.
struct Contribution {
  float n;
  std::span<const float> first, second;
};
Contribution contribution(const Pass& pass, size_t part, bool counted) {
  const size_t d = pass.output.cols, size = 2 * d + counted;
  const std::span<const float> all = pass.part_of_batch.joined.subspan(part * size, size);
  return {counted ? all[0] : 0, all.subspan(counted, d), all.subspan(counted + d, d)};
}

// The same over all parts of a batch.
float joined_moments(const Pass& pass, std::span<float> mean, std::span<float> squares) {
  float n = 0;
  for (size_t part = 0; part < pass.part_of_batch.parts; ++part) {
    const Contribution more = contribution(pass, part, true);
    if (more.n == 0) continue;
    if (n == 0) {
      copy(more.first, mean);
      copy(more.second, squares);
    } else {
      join_moments(n, more.n, more.first, more.second, mean, squares);
    }
    n += more.n;
  }
  return n;
}

// The gradients of gamma and beta over the rows of this part.
void add_own_gradients(const Pass& pass) {
  const std::span<float> dgamma = pass.parameters[kGamma]->gradient.row_span(0),
                         dbeta = pass.parameters[kBeta]->gradient.row_span(0);
  fill(dgamma, 0);
  fill(dbeta, 0);
  for (size_t part = 0; part < pass.row_set.parts(); ++part) {
    add(sums(pass, part, 0), dgamma);
    add(sums(pass, part, 1), dbeta);
  }
}

// Those over the whole batch.
std::span<const float> whole_gradient(const Pass& pass, Parameters parameter) {
  if (pass.part_of_batch.parts == 1) return pass.parameters[parameter]->gradient.row_span(0);
  const size_t d = pass.output.cols;
  return pass.buffers.batch[kGradients].span().subspan(parameter == kGamma ? 0 : d, d);
}

float rows_of_batch(const Pass& pass) {
  return pass.part_of_batch.parts == 1 ? static_cast<float>(pass.row_set.total_multiplicity)
                                       : pass.buffers.batch[kCount].span()[0];
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
  plan.batch_buffers = {widths[0], widths[0], 1, 2 * widths[0]};
  plan.part_buffers = {2 * widths[0]};
  plan.forward_share = 1 + 2 * d;
  plan.backward_share = 2 * d;
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

void BatchNorm::contribute_forward(const Pass& pass, std::span<float> own) const {
  const size_t d = pass.output.cols;
  own[0] = pass.training ? own_moments(pass, own.subspan(1, d), own.subspan(1 + d, d)) : 0;
}

// Combines the moments of all rows.
void BatchNorm::finish_looking_forward(const Pass& pass) const {
  const std::span<float> moving_mean = vector(pass, kMovingMean),
                         moving_variance = vector(pass, kMovingVariance);
  const std::span<float> mean = pass.buffers.batch[kMean].span(),
                         deviation = pass.buffers.batch[kInverseDeviation].span();
  const bool in_parts = pass.part_of_batch.parts > 1;
  if (!pass.training || (pass.rows == 0 && !in_parts)) {
    copy(moving_mean, mean);
    for (size_t c = 0; c < mean.size(); ++c) deviation[c] = 1 / std::sqrt(moving_variance[c] + epsilon);
    return;
  }
  const std::span<float> squares = deviation;
  const float n = in_parts ? joined_moments(pass, mean, squares) : own_moments(pass, mean, squares);
  pass.buffers.batch[kCount].span()[0] = n;
  const float decay = static_cast<float>(1 - momentum);
  for (size_t c = 0; c < mean.size(); ++c) {
    const float variance = squares[c] / n;
    deviation[c] = 1 / std::sqrt(variance + epsilon);
    if (!pass.part_of_batch.keeps_statistics) continue;
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

void BatchNorm::contribute_backward(const Pass& pass, std::span<float> own) const {
  const size_t d = pass.output.cols;
  add_own_gradients(pass);
  copy(pass.parameters[kGamma]->gradient.row_span(0), own.first(d));
  copy(pass.parameters[kBeta]->gradient.row_span(0), own.subspan(d, d));
}

void BatchNorm::finish_looking_backward(const Pass& pass) const {
  if (pass.part_of_batch.parts == 1) return add_own_gradients(pass);
  const std::span<float> whole = pass.buffers.batch[kGradients].span();
  const size_t d = pass.output.cols;
  fill(whole, 0);
  for (size_t part = 0; part < pass.part_of_batch.parts; ++part) {
    add(contribution(pass, part, false).first, whole.first(d));
    add(contribution(pass, part, false).second, whole.subspan(d, d));
  }
}

// In training, dx = gamma / deviation * (dy - n mean(dy) - n normalized mean(dy normalized)) for a row that
// represents n rows.
void BatchNorm::backward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  if (pass.dinputs[0].data == nullptr) return;
  const std::span<float> share = scratch.take(pass.training ? rows.size() : 0);
  for (size_t i = 0; i < share.size(); ++i) {
    const float n = pass.row_set.multiplicity.empty() ? 1 : pass.row_set.multiplicity[rows.begin + i];
    share[i] = n / rows_of_batch(pass);
  }
  const auto write = [&](RowRange some, Matrix dx) {
    normalize_gradient(rows_of(pass.inputs[0], some), normalization(pass), rows_of(pass.doutput, some),
                       share.empty() ? share : share.subspan(some.begin - rows.begin, some.size()),
                       whole_gradient(pass, kGamma), whole_gradient(pass, kBeta), pass.fusion.masks_input(0),
                       dx, pass.add[0]);
  };
  const Output dx = only_dinput(pass);
  dx.rounded() ? make_rounded(dx, rows, scratch, write) : write(rows, rows_of(dx.matrix, rows));
}

}  // namespace shortlist
