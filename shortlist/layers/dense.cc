#include "shortlist/layers/dense.h"

#include "shortlist/layers/product_gradient.h"
#include "shortlist/layers/rounded.h"

namespace shortlist {

LayerPlan Dense::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  if (dense < 1) throw usage_error("dense = {}: needs at least one unit", dense);
  const size_t units = static_cast<size_t>(dense);
  LayerPlan plan{.width = dense};
  plan.parameters.push_back({.name = "kernel",
                             .rows = static_cast<size_t>(widths[0]),
                             .cols = units,
                             .initializer = initializer,
                             .initializer_scale = initializer_scale,
                             .regularizer = {l1, l2},
                             .packed = true,
                             .gradient_parts = 2});
  if (bias) {
    plan.parameters.push_back({.name = "bias",
                               .rows = 1,
                               .cols = units,
                               .initializer = bias_initializer,
                               .regularizer = {0, bias_l2},
                               .gradient_parts = 2});
  }
  if (!gradient_from_output(activation)) plan.row_buffers.push_back(dense);  // x W + b
  return plan;
}

void Dense::forward(const Pass& pass, RowRange rows, Scratch&) const {
  const Matrix y = rows_of(pass.output, rows);
  Epilogue epilogue;
  if (bias) epilogue.bias = pass.parameters[1]->value.data;
  epilogue.relu = activation == Activation::relu;
  multiply(rows_of(only_input(pass), rows), pass.parameters[0]->packed(), {y, pass.fusion.output_to}, false,
           epilogue);
  if (activation == Activation::linear || activation == Activation::relu) return;
  if (!pass.buffers.row.empty()) copy(y, rows_of(pass.buffers.row[0], rows));
  activate(activation, y);
}

void Dense::backward(const Pass& pass, RowRange rows, Scratch&) const {
  const Matrix dy = rows_of(pass.doutput, rows), y = rows_of(pass.output, rows);
  if (activation != Activation::linear && !pass.fusion.relu_left) {
    const Matrix x = pass.buffers.row.empty() ? y : rows_of(pass.buffers.row[0], rows);
    activation_gradient(activation, x, y, dy, dy);
  }
  if (pass.dinputs[0].data == nullptr) return;
  Epilogue epilogue;
  if (pass.fusion.masks_input(0)) epilogue.positive = rows_of(only_input(pass), rows);
  multiply({dy, pass.fusion.doutput_to}, pass.parameters[0]->packed_transposed(),
           rows_of(only_dinput(pass), rows), pass.add[0], epilogue);
}

namespace {

ProductGradient product_gradient(const Pass& pass) {
  return {.x = only_input(pass).head(pass.rows),
          .dy = {pass.doutput.head(pass.rows), pass.fusion.doutput_to},
          .weight = pass.parameters[0],
          .bias = pass.parameters.size() > 1 ? pass.parameters[1] : nullptr};
}

}  // namespace

LayerTraits Dense::traits() const {
  const bool only_multiplies = activation == Activation::linear || activation == Activation::relu;
  return {
      .affine = activation == Activation::linear,
      .ends_in_relu = activation == Activation::relu,
      .masks_relu_inputs = true,
      .rounding = {.inputs = true, .doutput = only_multiplies, .output = only_multiplies, .dinput = true}};
}

size_t Dense::gradient_tasks(const Pass& pass) const { return product_gradient(pass).tasks(); }
void Dense::write_gradients(const Pass& pass, size_t task, Scratch&) const {
  product_gradient(pass).write(task);
}

}  // namespace shortlist
