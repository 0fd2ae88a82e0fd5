#include "shortlist/layers/mixture.h"

#include "shortlist/layers/give_gradient.h"
#include "shortlist/layers/softmax.h"

namespace shortlist {

LayerPlan Mixture::plan(std::span<const int> widths) const {
  if (widths.size() < 2)
    throw usage_error("got {} inputs, need a gate and at least one expert", widths.size());
  const auto experts = static_cast<int>(widths.size()) - 1;
  if (widths[0] != experts)
    throw usage_error("the gate has {} columns, but there are {} experts", widths[0], experts);
  for (size_t e = 2; e < widths.size(); ++e) {
    if (widths[e] != widths[1])
      throw usage_error("expert 1 has width {} but expert {} has {}", widths[1], e, widths[e]);
  }
  return {.width = widths[1], .row_buffers = {experts}};
}

void Mixture::forward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const std::span<float> gate = pass.buffers.row[0].row_span(r), y = pass.output.row_span(r);
    copy(pass.inputs[0].row_span(r), gate);
    softmax(gate);
    fill(y, 0);
    for (size_t e = 0; e < gate.size(); ++e) add_scaled(pass.inputs[e + 1].row_span(r), gate[e], y);
  }
}

void Mixture::backward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const size_t experts = pass.inputs.size() - 1, width = pass.output.cols;
  const std::span<float> all = scratch.take(experts + width);
  const std::span<float> dgate = all.first(experts), dx = all.subspan(experts);
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const std::span<const float> gate = pass.buffers.row[0].row_span(r), dy = pass.doutput.row_span(r);
    for (size_t e = 0; e < experts; ++e) {
      dgate[e] = dot(dy, pass.inputs[e + 1].row_span(r));
      copy(dy, dx);
      scale(dx, gate[e]);
      give_gradient(pass, e + 1, r, dx);
    }
    softmax_gradient(gate, dgate);
    give_gradient(pass, 0, r, dgate);
  }
}

}  // namespace shortlist
