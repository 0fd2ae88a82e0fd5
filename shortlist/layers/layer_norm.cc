#include "shortlist/layers/layer_norm.h"

#include "shortlist/layers/row_parts.h"
#include "shortlist/layers/rows.h"
#include "shortlist/math/row_passes.h"

namespace shortlist {
namespace {

enum Parameters { kGamma, kBeta };

std::span<const float> vector(const Pass& pass, Parameters parameter) {
  return pass.parameters[parameter]->value.row_span(0);
}

}  // namespace

LayerPlan LayerNorm::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  if (!layer_norm) throw usage_error("layer_norm = false: leave the layer out instead");
  if (!(epsilon > 0)) throw usage_error("epsilon = {}: needs to be above 0", epsilon);
  const size_t d = static_cast<size_t>(widths[0]);
  LayerPlan plan{.width = widths[0]};
  plan.parameters = {
      {.name = "gamma", .rows = 1, .cols = d, .initializer = Initializer::ones, .gradient_parts = 2},
      {.name = "beta", .rows = 1, .cols = d, .gradient_parts = 2}};
  plan.row_buffers = {2};  // mean and inverse deviation
  return plan;
}

void LayerNorm::forward(const Pass& pass, RowRange rows, Scratch&) const {
  normalize_rows(rows_of(pass.inputs[0], rows), epsilon, vector(pass, kGamma), vector(pass, kBeta),
                 rows_of(pass.buffers.row[0], rows), rows_of(pass.output, rows));
}

void LayerNorm::backward(const Pass& pass, RowRange rows, Scratch&) const {
  if (pass.dinputs[0].data == nullptr) return;
  normalize_rows_gradient(rows_of(pass.inputs[0], rows), rows_of(pass.buffers.row[0], rows),
                          vector(pass, kGamma), rows_of(pass.doutput, rows), rows_of(pass.dinputs[0], rows),
                          pass.add[0]);
}

void LayerNorm::write_gradients(const Pass& pass, size_t task, Scratch&) const {
  const RowRange rows = half_of_rows(pass.rows, task == 1);
  const auto gradient = [&](Parameters which) {
    const ParameterState& parameter = *pass.parameters[which];
    return (task == 1 ? parameter.second_gradient : parameter.gradient).row_span(0);
  };
  normalize_rows_gradient_sums(rows_of(pass.inputs[0], rows), rows_of(pass.buffers.row[0], rows),
                               rows_of(pass.doutput, rows), gradient(kGamma), gradient(kBeta));
}

}  // namespace shortlist
