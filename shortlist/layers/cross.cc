#include "shortlist/layers/cross.h"

#include "shortlist/layers/product_gradient.h"
#include "shortlist/math/block_passes.h"

namespace shortlist {
namespace {

// Row buffers, in this order.
constexpr size_t kTransformed = 0;  // t = activation(x W + b), later its gradient dt
constexpr size_t kRaw = 1;          // x W + b, kept if the activation's gradient needs it
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
                               .initializer_scale = initializer_scale,
                               .regularizer = {l1, l2},
                               .packed = true,
                               .gradient_parts = 2});
  };
  if (low_rank()) matrix("kernel_u", d, p);
  matrix(low_rank() ? "kernel_v" : "kernel", low_rank() ? p : d, d);
  if (bias) {
    plan.parameters.push_back({.name = "bias",
                               .rows = 1,
                               .cols = d,
                               .initializer = bias_initializer,
                               .regularizer = {0, bias_l2},
                               .gradient_parts = 2});
  }
  plan.row_buffers = {width, gradient_from_output(activation) ? 0 : width, projection, projection};
  return plan;
}

void Cross::forward(const Pass& pass, RowRange rows, Scratch&) const {
  const ConstMatrix x0 = rows_of(pass.inputs[0], rows), x = rows_of(pass.inputs.back(), rows);
  const Matrix y = rows_of(pass.output, rows), t = rows_of(pass.buffers.row[kTransformed], rows);
  const size_t outer = low_rank() ? 1 : 0;
  Epilogue epilogue;
  if (bias) epilogue.bias = pass.parameters[outer + 1]->value.data;
  epilogue.relu = activation == Activation::relu;
  ConstMatrix projected = x;
  if (low_rank()) {
    multiply(x, pass.parameters[0]->packed(), rows_of(pass.buffers.row[kProjected], rows));
    projected = rows_of(pass.buffers.row[kProjected], rows);
  }
  multiply(projected, pass.parameters[outer]->packed(), t, false, epilogue);
  if (!gradient_from_output(activation)) copy(t, rows_of(pass.buffers.row[kRaw], rows));
  if (!epilogue.relu) activate(activation, t);
  shortlist::cross(x0, x, t, diag_scale, y);
}

void Cross::backward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const ConstMatrix x0 = rows_of(pass.inputs[0], rows), x = rows_of(pass.inputs.back(), rows);
  const Matrix dy = rows_of(pass.doutput, rows), t = rows_of(pass.buffers.row[kTransformed], rows);
  const bool same = pass.inputs.size() == 1;
  const size_t outer = low_rank() ? 1 : 0;
  const auto dinput = [&](size_t i) {
    return pass.dinputs[i].data != nullptr ? rows_of(pass.dinputs[i], rows) : Matrix();
  };
  const Matrix dx0 = dinput(0), dx = same ? dx0 : dinput(1);
  const bool add_x = same ? true : pass.add[1];
  if (activation == Activation::linear) {
    cross_gradient(x0, x, t, diag_scale, dy, dx0, pass.add[0], dx, add_x, t);
  } else {
    const Matrix dactivated{scratch.take(t.rows * t.cols).data(), t.rows, t.cols, t.cols};
    cross_gradient(x0, x, t, diag_scale, dy, dx0, pass.add[0], dx, add_x, dactivated);
    const Matrix raw = gradient_from_output(activation) ? t : rows_of(pass.buffers.row[kRaw], rows);
    activation_gradient(activation, raw, t, dactivated, t);
  }
  ConstMatrix dt = t;
  if (low_rank()) {
    const Matrix dprojected = rows_of(pass.buffers.row[kDProjected], rows);
    multiply(t, pass.parameters[outer]->packed_transposed(), dprojected);
    dt = dprojected;
  }
  if (dx.data != nullptr) multiply(dt, pass.parameters[0]->packed_transposed(), dx, true);
}

namespace {

// The gradient of the `weight`-th of U and V, or of W. The bias belongs to the last one.
ProductGradient product_gradient(const Pass& pass, size_t weight, bool low_rank, bool bias) {
  const ConstMatrix x = pass.inputs.back(), dt = pass.buffers.row[kTransformed];
  const ConstMatrix projected = pass.buffers.row[kProjected], dprojected = pass.buffers.row[kDProjected];
  const bool last = weight == (low_rank ? 1 : 0);
  return {.x = (weight == 0 ? x : projected).head(pass.rows),
          .dy = (last ? dt : dprojected).head(pass.rows),
          .weight = pass.parameters[weight],
          .bias = last && bias ? pass.parameters.back() : nullptr};
}

}  // namespace

size_t Cross::gradient_tasks(const Pass& pass) const {
  size_t tasks = 0;
  for (size_t weight = 0; weight <= low_rank(); ++weight)
    tasks += product_gradient(pass, weight, low_rank(), bias).tasks();
  return tasks;
}

void Cross::write_gradients(const Pass& pass, size_t task, Scratch&) const {
  for (size_t weight = 0; weight <= low_rank(); ++weight) {
    const ProductGradient gradient = product_gradient(pass, weight, low_rank(), bias);
    if (task < gradient.tasks()) return gradient.write(task);
    task -= gradient.tasks();
  }
}

}  // namespace shortlist
