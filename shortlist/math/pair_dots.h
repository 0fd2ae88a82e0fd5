// Dot products of pairs of vectors, as DLRM's interaction takes them (Naumov et al. 2019): row r of each of
// the F matrices x[f][B,D] is a vector, and those of one row meet. Sums run over the D numbers, in gradients
// over the F vectors, in order, one fused multiply-add at a time.
#pragma once

#include <cstdint>
#include <span>

#include "shortlist/base/threads.h"
#include "shortlist/math/matrix.h"

namespace shortlist {

// Floats of scratch memory that pair_dots() needs for F vectors of D numbers.
size_t pair_dots_scratch(size_t count, size_t width);

// Row r of y: x_i . x_j for i ascending and, within, for j < i ascending; with `self` for j <= i.
void pair_dots(std::span<const ConstMatrix> x, RowRange rows, bool self, std::span<float> scratch, Matrix y);

// dx_i = sum over j of g(i, j) x_j, where g(i, j) = g(j, i) is the pair's dy, twice that where i = j. Those
// without data are left out; where add[i], dx_i is added to.
void pair_dots_gradient(std::span<const ConstMatrix> x, RowRange rows, bool self, ConstMatrix dy,
                        std::span<const Matrix> dx, std::span<const uint8_t> add);

}  // namespace shortlist
