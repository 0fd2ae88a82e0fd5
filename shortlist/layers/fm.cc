#include "shortlist/layers/fm.h"

#include "shortlist/layers/give_gradient.h"

namespace shortlist {
namespace {

void sum_inputs(const Pass& pass, size_t row, std::span<float> sum) {
  copy(pass.inputs[0].row_span(row), sum);
  for (size_t i = 1; i < pass.inputs.size(); ++i) add(pass.inputs[i].row_span(row), sum);
}

}  // namespace

LayerPlan FactorizationMachine::plan(std::span<const int> widths) const {
  if (widths.size() < 2) throw usage_error("got {} inputs, need at least two", widths.size());
  for (size_t i = 1; i < widths.size(); ++i) {
    if (widths[i] != widths[0])
      throw usage_error("input 1 has width {} but input {} has {}", widths[0], i + 1, widths[i]);
  }
  return {.width = 1, .multiply_adds = widths.size() * static_cast<size_t>(widths[0])};
}

void FactorizationMachine::forward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const std::span<float> sum = scratch.take(pass.inputs[0].cols);
  for (size_t r = rows.begin; r < rows.end; ++r) {
    sum_inputs(pass, r, sum);
    float squares = 0;
    for (const ConstMatrix& x : pass.inputs) squares += sum_of_squares(x.row_span(r));
    pass.output(r, 0) = (sum_of_squares(sum) - squares) / 2;
  }
}

// dv_f = dy (sum - v_f)
void FactorizationMachine::backward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const size_t width = pass.inputs[0].cols;
  const std::span<float> all = scratch.take(2 * width), sum = all.first(width), dx = all.subspan(width);
  for (size_t r = rows.begin; r < rows.end; ++r) {
    sum_inputs(pass, r, sum);
    for (size_t i = 0; i < pass.inputs.size(); ++i) {
      copy(sum, dx);
      add_scaled(pass.inputs[i].row_span(r), -1, dx);
      scale(dx, pass.doutput(r, 0));
      give_gradient(pass, i, r, dx);
    }
  }
}

}  // namespace shortlist
