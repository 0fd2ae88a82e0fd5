#include "shortlist/layers/dense.h"

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
                             .regularizer = {l1, l2},
                             .packed = true});
  if (bias) {
    plan.parameters.push_back({.name = "bias",
                               .rows = 1,
                               .cols = units,
                               .initializer = bias_initializer,
                               .regularizer = {0, bias_l2}});
  }
  if (!gradient_from_output(activation)) plan.row_buffers.push_back(dense);  // x W + b
  return plan;
}

void Dense::forward(const Pass& pass, RowRange rows, Scratch&) const {
  const Matrix y = rows_of(pass.output, rows);
  Epilogue epilogue;
  if (bias) epilogue.bias = pass.parameters[1]->value.data;
  epilogue.relu = activation == Activation::relu;
  multiply(rows_of(pass.inputs[0], rows), pass.parameters[0]->packed, y, false, epilogue);
  if (activation == Activation::linear || activation == Activation::relu) return;
  for (size_t r = 0; r < y.rows; ++r) {
    if (!pass.row_buffers.empty()) copy(y.row_span(r), pass.row_buffers[0].row_span(rows.begin + r));
    activate(activation, y.row_span(r));
  }
}

void Dense::backward(const Pass& pass, RowRange rows, Scratch&) const {
  const Matrix dy = rows_of(pass.doutput, rows), y = rows_of(pass.output, rows);
  if (activation != Activation::linear) {
    const Matrix x = pass.row_buffers.empty() ? y : rows_of(pass.row_buffers[0], rows);
    for (size_t r = 0; r < dy.rows; ++r) {
      activation_gradient(activation, x.row_span(r), y.row_span(r), dy.row_span(r), dy.row_span(r));
    }
  }
  if (pass.dinputs[0].data == nullptr) return;
  multiply(dy, pass.parameters[0]->packed_transposed, rows_of(pass.dinputs[0], rows), pass.add[0]);
}

size_t Dense::gradient_tasks(const Pass& pass) const {
  return chunk_count(pass.output.cols, columns_a_task(pass.rows, pass.inputs[0].cols));
}

void Dense::write_gradients(const Pass& pass, size_t task, Scratch& scratch) const {
  const size_t chunk = columns_a_task(pass.rows, pass.inputs[0].cols);
  const RowRange columns = chunk_rows(pass.output.cols, chunk, task);
  scratch.panels.pack(pass.doutput.head(pass.rows).columns(columns.begin, columns.size()));
  multiply_transposed(pass.inputs[0].head(pass.rows), scratch.panels,
                      pass.parameters[0]->gradient.columns(columns.begin, columns.size()));
  if (!bias) return;
  column_sums(pass.doutput.head(pass.rows), {}, columns.begin, columns.end,
              pass.parameters[1]->gradient.row_span(0));
}

}  // namespace shortlist
