// For layers whose traits let a plan round matrices that only products read.
#pragma once

#include "shortlist/layers/rows.h"

namespace shortlist {

// The only input of a layer and its gradient, as products take them.
inline Operand only_input(const Pass& pass) { return {pass.inputs[0], pass.fusion.input_to(0)}; }
inline Output only_dinput(const Pass& pass) { return {pass.dinputs[0], pass.fusion.dinput_to(0)}; }

// Calls make(some, y) for a few rows at a time and rounds them into `to`, which has all rows of the batch,
// while they are in the L1 cache.
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
