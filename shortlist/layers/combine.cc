#include "shortlist/layers/combine.h"

#include <cmath>

#include "shortlist/layers/give_gradient.h"
#include "shortlist/math/pair_dots.h"

namespace shortlist {
namespace {

void expect_equal_widths(std::span<const int> widths) {
  if (widths.empty()) throw usage_error("needs at least one input");
  for (size_t i = 1; i < widths.size(); ++i) {
    if (widths[i] != widths[0]) {
      throw usage_error("input 1 has width {} but input {} has {}", widths[0], i + 1, widths[i]);
    }
  }
}

}  // namespace

LayerPlan Concat::plan(std::span<const int> widths) const {
  if (widths.empty()) throw usage_error("needs at least one input");
  LayerPlan plan;
  for (int width : widths) plan.width += width;
  return plan;
}

void Concat::forward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    size_t column = 0;
    for (const ConstMatrix& x : pass.inputs) {
      float* to = pass.output.row(r) + column;
      if (x.row(r) != to) copy(x.row_span(r), {to, x.cols});  // otherwise the input is already in place
      column += x.cols;
    }
  }
}

void Concat::backward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    size_t column = 0;
    for (size_t i = 0; i < pass.inputs.size(); ++i) {
      const std::span<const float> dy = {pass.doutput.row(r) + column, pass.inputs[i].cols};
      if (pass.dinputs[i].data != nullptr && pass.dinputs[i].row(r) != dy.data())
        give_gradient(pass, i, r, dy);
      column += dy.size();
    }
  }
}

LayerPlan Add::plan(std::span<const int> widths) const {
  expect_equal_widths(widths);
  return {.width = widths[0]};
}

void Add::forward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    copy(pass.inputs[0].row_span(r), pass.output.row_span(r));
    for (size_t i = 1; i < pass.inputs.size(); ++i)
      shortlist::add(pass.inputs[i].row_span(r), pass.output.row_span(r));
  }
}

void Add::backward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    for (size_t i = 0; i < pass.inputs.size(); ++i) give_gradient(pass, i, r, pass.doutput.row_span(r));
  }
}

LayerPlan Multiply::plan(std::span<const int> widths) const {
  expect_equal_widths(widths);
  return {.width = widths[0]};
}

void Multiply::forward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const std::span<float> y = pass.output.row_span(r);
    copy(pass.inputs[0].row_span(r), y);
    for (size_t i = 1; i < pass.inputs.size(); ++i) {
      for (size_t c = 0; c < y.size(); ++c) y[c] *= pass.inputs[i](r, c);
    }
  }
}

void Multiply::backward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const std::span<float> dx = scratch.take(pass.output.cols);
  for (size_t r = rows.begin; r < rows.end; ++r) {
    for (size_t i = 0; i < pass.inputs.size(); ++i) {
      copy(pass.doutput.row_span(r), dx);
      for (size_t j = 0; j < pass.inputs.size(); ++j) {
        for (size_t c = 0; j != i && c < dx.size(); ++c) dx[c] *= pass.inputs[j](r, c);
      }
      give_gradient(pass, i, r, dx);
    }
  }
}

LayerPlan DotInteraction::plan(std::span<const int> widths) const {
  expect_equal_widths(widths);
  const int f = static_cast<int>(widths.size());
  if (f < 2 && !self_interaction) throw usage_error("needs at least two inputs");
  const int pairs = f * (self_interaction ? f + 1 : f - 1) / 2;
  return {.width = pairs, .multiply_adds = static_cast<size_t>(pairs) * static_cast<size_t>(widths[0])};
}

void DotInteraction::forward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const size_t size = pair_dots_scratch(pass.inputs.size(), pass.inputs[0].cols);
  pair_dots(pass.inputs, rows, self_interaction, scratch.take(size), pass.output);
}

void DotInteraction::backward(const Pass& pass, RowRange rows, Scratch&) const {
  pair_dots_gradient(pass.inputs, rows, self_interaction, pass.doutput, pass.dinputs, pass.add);
}

namespace {

float inverse_length(std::span<const float> x) { return 1 / std::sqrt(std::max(sum_of_squares(x), 1e-12f)); }

}  // namespace

LayerPlan L2Normalize::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  return {.width = widths[0]};
}

void L2Normalize::forward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    copy(pass.inputs[0].row_span(r), pass.output.row_span(r));
    scale(pass.output.row_span(r), inverse_length(pass.inputs[0].row_span(r)));
  }
}

// dx = (dy - y (y . dy)) / |x|. Where |x| is clamped to 1e-6, the length is constant and dx = dy / 1e-6.
void L2Normalize::backward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const std::span<float> dy = pass.doutput.row_span(r), y = pass.output.row_span(r);
    const std::span<const float> x = pass.inputs[0].row_span(r);
    if (sum_of_squares(x) > 1e-12f) add_scaled(y, -dot(y, dy), dy);
    scale(dy, inverse_length(x));
    give_gradient(pass, 0, r, dy);
  }
}

LayerPlan Activate::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  return {.width = widths[0]};
}

void Activate::forward(const Pass& pass, RowRange rows, Scratch&) const {
  const Matrix y = rows_of(pass.output, rows);
  copy(rows_of(pass.inputs[0], rows), y);
  activate(activation, y);
}

void Activate::backward(const Pass& pass, RowRange rows, Scratch&) const {
  const Matrix dy = rows_of(pass.doutput, rows);
  activation_gradient(activation, rows_of(pass.inputs[0], rows), rows_of(pass.output, rows), dy, dy);
  for (size_t r = 0; r < dy.rows; ++r) give_gradient(pass, 0, rows.begin + r, dy.row_span(r));
}

}  // namespace shortlist
