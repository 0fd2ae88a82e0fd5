#include "shortlist/layers/gather_slot.h"

#include "shortlist/math/elementwise.h"

namespace shortlist {

LayerPlan GatherSlot::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  if (widths[0] % width != 0)
    throw usage_error("the input has width {}, need a multiple of {}", widths[0], width);
  return {.width = width};
}

void GatherSlot::forward(const Pass& pass, RowRange rows, Scratch&) const {
  const auto columns = static_cast<size_t>(width);
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const uint32_t source = pass.map.source[r];
    const size_t slot = r - pass.map.offsets[source];
    copy(pass.inputs[0].row_span(source).subspan(slot * columns, columns), pass.output.row_span(r));
  }
}

void GatherSlot::backward(const Pass& pass, RowRange source_rows, Scratch&) const {
  if (pass.dinputs[0].data == nullptr) return;
  const auto columns = static_cast<size_t>(width);
  for (size_t s = source_rows.begin; s < source_rows.end; ++s) {
    const std::span<float> dx = pass.dinputs[0].row_span(s);
    if (!pass.add[0]) fill(dx, 0);
    for (size_t r = pass.map.offsets[s]; r < pass.map.offsets[s + 1]; ++r)
      add(pass.doutput.row_span(r), dx.subspan((r - pass.map.offsets[s]) * columns, columns));
  }
}

}  // namespace shortlist
