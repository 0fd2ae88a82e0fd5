#include "shortlist/layers/ones.h"

#include "shortlist/math/elementwise.h"

namespace shortlist {

LayerPlan Ones::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  return {.width = 1};
}

void Ones::forward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) pass.output(r, 0) = 1;
}

void Ones::backward(const Pass& pass, RowRange rows, Scratch&) const {
  if (pass.dinputs[0].data == nullptr || pass.add[0]) return;
  for (size_t r = rows.begin; r < rows.end; ++r) fill(pass.dinputs[0].row_span(r), 0);
}

}  // namespace shortlist
