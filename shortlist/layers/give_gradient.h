// For the backward() of layers that work row by row.
#pragma once

#include "shortlist/layers/rows.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {

// Adds dx to the row of an input's gradient, or overwrites it, as the pass requests. Does nothing if that
// gradient is not needed.
inline void give_gradient(const Pass& pass, size_t input, size_t row, std::span<const float> dx) {
  if (pass.dinputs[input].data == nullptr) return;
  const std::span<float> to = pass.dinputs[input].row_span(row);
  pass.add[input] ? add(dx, to) : copy(dx, to);
}

}  // namespace shortlist
