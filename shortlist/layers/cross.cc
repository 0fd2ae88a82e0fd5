#include "shortlist/layers/cross.h"

namespace shortlist {
namespace {

// Row buffers, in this order.
constexpr size_t kTransformed = 0;  // t = activation(x W + b), later its gradient dt
constexpr size_t kRaw = 1;          // x W + b, kept when the activation's gradient wants it
constexpr size_t kProjected = 2;    // x U, low rank only
constexpr size_t kDProjected = 3;   // its gradient

}  // namespace

LayerPlan Cross::plan(std::span<const int> widths) const {
  if (widths.size() != 1) expect_inputs(widths, 2);
  const int width = widths.back();
  if (widths[0] != width) throw usage_error("x0 has width {} but x has {}", widths[0], width);
  if (diag_scale < 0) throw usage_error("diag_scale = {}: needs to be at least 0", diag_scale);
  if (low_rank() && projection < 1)
    throw usage_error("cross = \"low\" needs projection = 1 or more, got {}", projection);
  if (!low_rank() && projection != 0) throw usage_error("projection = {} needs cross = \"low\"", projection);
  const size_t d = static_cast<size_t>(width), p = static_cast<size_t>(projection);
  LayerPlan plan{.width = width};
  const auto matrix = [&](const char* name, size_t rows, size_t cols) {
    plan.parameters.push_back({.name = name,
                               .rows = rows,
                               .cols = cols,
                               .initializer = initializer,
                               .regularizer = {l1, l2},
                               .packed = true});
  };
  if (low_rank()) matrix("kernel_u", d, p);
  matrix(low_rank() ? "kernel_v" : "kernel", low_rank() ? p : d, d);
  if (bias) {
    plan.parameters.push_back(
        {.name = "bias", .rows = 1, .cols = d, .initializer = bias_initializer, .regularizer = {0, bias_l2}});
  }
  plan.row_buffers = {width, gradient_from_output(activation) ? 0 : width, projection, projection};
  return plan;
}

void Cross::forward(const Pass& pass, RowRange rows, Scratch&) const {
  const ConstMatrix x0 = rows_of(pass.inputs[0], rows), x = rows_of(pass.inputs.back(), rows);
  const Matrix y = rows_of(pass.output, rows), t = rows_of(pass.row_buffers[kTransformed], rows);
  const size_t outer = low_rank() ? 1 : 0;
  Epilogue epilogue;
  if (bias) epilogue.bias = pass.parameters[outer + 1]->value.data;
  epilogue.relu = activation == Activation::relu;
  ConstMatrix projected = x;
  if (low_rank()) {
    multiply(x, pass.parameters[0]->packed, rows_of(pass.row_buffers[kProjected], rows));
    projected = rows_of(pass.row_buffers[kProjected], rows);
  }
  multiply(projected, pass.parameters[outer]->packed, t, false, epilogue);
  for (size_t r = 0; r < y.rows; ++r) {
    if (!gradient_from_output(activation))
      copy(t.row_span(r), pass.row_buffers[kRaw].row_span(rows.begin + r));
    if (!epilogue.relu) activate(activation, t.row_span(r));
    copy(x.row_span(r), y.row_span(r));
    multiply_add(x0.row_span(r), t.row_span(r), y.row_span(r));
    if (diag_scale != 0) {
      for (size_t c = 0; c < y.cols; ++c) y(r, c) += x0(r, c) * (diag_scale * x(r, c));
    }
  }
}

void Cross::backward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const ConstMatrix x0 = rows_of(pass.inputs[0], rows), x = rows_of(pass.inputs.back(), rows);
  const Matrix dy = rows_of(pass.doutput, rows), t = rows_of(pass.row_buffers[kTransformed], rows);
  const bool same = pass.inputs.size() == 1;
  const size_t outer = low_rank() ? 1 : 0;
  const std::span<float> dx0 = scratch.take(x.cols);
  for (size_t r = 0; r < dy.rows; ++r) {
    // dx0 = dy (t + diag_scale x), before t's row is overwritten by its gradient dy x0.
    for (size_t c = 0; c < x.cols; ++c) dx0[c] = dy(r, c) * (t(r, c) + diag_scale * x(r, c));
    const auto raw =
        gradient_from_output(activation) ? t.row_span(r) : pass.row_buffers[kRaw].row_span(rows.begin + r);
    for (size_t i = 0; i < 2; ++i) {
      if (i < pass.inputs.size() && pass.dinputs[i].data != nullptr && !pass.add[i]) {
        fill(pass.dinputs[i].row_span(rows.begin + r), 0);
      }
    }
    if (pass.dinputs[0].data != nullptr) add(dx0, pass.dinputs[0].row_span(rows.begin + r));
    const Matrix& dinput = pass.dinputs[same ? 0 : 1];
    if (dinput.data != nullptr) {  // the paths of x that do not go through W
      for (size_t c = 0; c < x.cols; ++c) dinput(rows.begin + r, c) += dy(r, c) * (1 + diag_scale * x0(r, c));
    }
    for (size_t c = 0; c < x.cols; ++c) dx0[c] = dy(r, c) * x0(r, c);
    activation_gradient(activation, raw, t.row_span(r), dx0, t.row_span(r));
  }
  ConstMatrix dt = t;
  if (low_rank()) {
    const Matrix dprojected = rows_of(pass.row_buffers[kDProjected], rows);
    multiply(dt, pass.parameters[outer]->packed_transposed, dprojected);
    dt = dprojected;
  }
  const Matrix& dinput = pass.dinputs[same ? 0 : 1];
  if (dinput.data != nullptr)
    multiply(dt, pass.parameters[0]->packed_transposed, rows_of(dinput, rows), true);
}

size_t Cross::gradient_tasks(const Pass&) const { return low_rank() ? 2 : 1; }

void Cross::write_gradients(const Pass& pass, size_t task, Scratch& scratch) const {
  const ConstMatrix dt = pass.row_buffers[kTransformed].head(pass.rows),
                    x = pass.inputs.back().head(pass.rows);
  const auto product = [&](ConstMatrix left, ConstMatrix right, ParameterState& parameter) {
    scratch.panels.pack(right);
    multiply_transposed(left, scratch.panels, parameter.gradient);
  };
  const size_t outer = low_rank() ? 1 : 0;
  if (task < outer) return product(x, pass.row_buffers[kDProjected].head(pass.rows), *pass.parameters[0]);
  product(low_rank() ? ConstMatrix(pass.row_buffers[kProjected].head(pass.rows)) : x, dt,
          *pass.parameters[outer]);
  if (bias) column_sums(dt, {}, 0, dt.cols, pass.parameters[outer + 1]->gradient.row_span(0));
}

}  // namespace shortlist
