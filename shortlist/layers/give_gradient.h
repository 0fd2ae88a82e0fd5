// For the backward() of layers that go row by row.
#pragma once

#include "shortlist/layers/rows.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {

// Adds dx to the row of an input's gradient, or writes it there, as the pass asks; does nothing where nobody
// asks for that gradient.
inline void give_gradient(const Pass& pass, size_t input, size_t row, std::span<const float> dx) {
  if (pass.dinputs[input].data == nullptr) return;
  const std::span<float> to = pass.dinputs[input].row_span(row);
  pass.add[input] ? add(dx, to) : copy(dx, to);
}

}  // namespace shortlist
