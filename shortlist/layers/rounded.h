// For layers whose traits let a plan round what products alone read.
#pragma once

#include "shortlist/layers/rows.h"

namespace shortlist {

// The input of a layer that has one, and its gradient, as products take them.
inline Operand only_input(const Pass& pass) { return {pass.inputs[0], pass.fusion.input_to(0)}; }
inline Output only_dinput(const Pass& pass) { return {pass.dinputs[0], pass.fusion.dinput_to(0)}; }

// Lets make(some, y) write some of the rows at a time, and rounds them, while they are in the first cache,
// into `to`, which has all rows of the batch.
template <typename Make>
void make_rounded(const Output& to, RowRange rows, Scratch& scratch, Make make) {
  constexpr size_t kRowsAtOnce = 8;
  const size_t width = to.cols();
  scratch.exact.reserve(kRowsAtOnce * width);
  for (size_t r = rows.begin; r < rows.end; r += kRowsAtOnce) {
    const RowRange some = {r, std::min(rows.end, r + kRowsAtOnce)};
    const Matrix exact = scratch.exact.view(some.size(), width);
    make(some, exact);
    round(exact, to.slice(some.begin, some.end));
  }
}

}  // namespace shortlist
