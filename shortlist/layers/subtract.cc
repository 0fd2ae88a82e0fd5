#include "shortlist/layers/subtract.h"

#include "shortlist/layers/give_gradient.h"

namespace shortlist {

LayerPlan Subtract::plan(std::span<const int> widths) const {
  expect_inputs(widths, 2);
  if (widths[0] != widths[1])
    throw usage_error("input 1 has width {} but input 2 has {}", widths[0], widths[1]);
  return {.width = widths[0]};
}

void Subtract::forward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    copy(pass.inputs[0].row_span(r), pass.output.row_span(r));
    add_scaled(pass.inputs[1].row_span(r), -1, pass.output.row_span(r));
  }
}

void Subtract::backward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const std::span<float> dy = pass.doutput.row_span(r);
    give_gradient(pass, 0, r, dy);
    scale(dy, -1);
    give_gradient(pass, 1, r, dy);
  }
}

}  // namespace shortlist
