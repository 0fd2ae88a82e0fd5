#include "shortlist/layers/gather.h"

#include "shortlist/math/elementwise.h"

namespace shortlist {

LayerPlan Gather::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  return {.width = widths[0]};
}

void Gather::forward(const Pass& pass, RowRange rows, Scratch&) const {
  if (pass.output.data == pass.inputs[0].data) return;  // the input is already in place
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const uint32_t source = pass.map.source[r];
    if (source == UINT32_MAX) {
      fill(pass.output.row_span(r), 0);
    } else {
      copy(pass.inputs[0].row_span(source), pass.output.row_span(r));
    }
  }
}

void Gather::backward(const Pass& pass, RowRange source_rows, Scratch&) const {
  if (pass.dinputs[0].data == nullptr || pass.dinputs[0].data == pass.doutput.data) return;
  for (size_t s = source_rows.begin; s < source_rows.end; ++s) {
    const std::span<float> dx = pass.dinputs[0].row_span(s);
    if (!pass.add[0]) fill(dx, 0);
    for (uint32_t i = pass.map.offsets[s]; i < pass.map.offsets[s + 1]; ++i) {
      add(pass.doutput.row_span(pass.map.copies[i]), dx);
    }
  }
}

}  // namespace shortlist
