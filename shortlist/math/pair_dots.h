// Dot products of pairs of vectors, as in DLRM's interaction (Naumov et al. 2019). Row r of each of the F
// matrices x[f][B,D] is a vector; pairs are formed from the F vectors of the same row. Sums run in order over
// the D numbers (in gradients over the F vectors), one fused multiply-add at a time.
#pragma once

#include <cstdint>
#include <span>

#include "shortlist/base/threads.h"
#include "shortlist/math/matrix.h"

namespace shortlist {

// Number of floats of scratch memory that pair_dots() needs for F vectors of D numbers.
size_t pair_dots_scratch(size_t count, size_t width);

// Row r of y: x_i . x_j for i ascending and, for each i, j < i ascending (j <= i with `self`).
void pair_dots(std::span<const ConstMatrix> x, RowRange rows, bool self, std::span<float> scratch, Matrix y);

// dx_i = sum over j of g(i, j) x_j, where g(i, j) = g(j, i) is dy of the pair, doubled if i = j. A dx_i
// without data is skipped; if add[i], the result is added to dx_i.
void pair_dots_gradient(std::span<const ConstMatrix> x, RowRange rows, bool self, ConstMatrix dy,
                        std::span<const Matrix> dx, std::span<const uint8_t> add);

}  // namespace shortlist
