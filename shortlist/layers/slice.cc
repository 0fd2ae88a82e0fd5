#include "shortlist/layers/slice.h"

#include "shortlist/layers/rows.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {

LayerPlan Slice::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  if (begin + width > widths[0])
    throw usage_error("columns {} to {} of an input of width {}", begin, begin + width - 1, widths[0]);
  return {.width = width};
}

void Slice::forward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    copy(pass.inputs[0].row_span(r).subspan(static_cast<size_t>(begin), static_cast<size_t>(width)),
         pass.output.row_span(r));
  }
}

void Slice::backward(const Pass& pass, RowRange rows, Scratch&) const {
  if (pass.dinputs[0].data == nullptr) return;
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const std::span<float> dx = pass.dinputs[0].row_span(r);
    if (!pass.add[0]) fill(dx, 0);
    add(pass.doutput.row_span(r), dx.subspan(static_cast<size_t>(begin), static_cast<size_t>(width)));
  }
}

}  // namespace shortlist
