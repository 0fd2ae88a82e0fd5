// The inverse of a symmetric positive definite matrix, in place, by sweeps of blocks (Gauss-Jordan without
// pivots, in which each step is one product): n³ multiply-adds / 2, like a Cholesky factorisation and the
// inverse from it. The bits do not depend on the number of threads.
#pragma once

#include <atomic>

#include "shortlist/base/threads.h"
#include "shortlist/math/double_product.h"
#include "shortlist/math/matrix.h"

namespace shortlist {

// Reads only the lower triangle of a[n,n] and writes all of the inverse. Returns false if the matrix is not
// positive definite to this precision, or if `stop` is set; a is then undefined.
bool invert(Matrix a, ThreadPool& pool, const std::atomic<bool>& stop);
bool invert(DoubleMatrix a, ThreadPool& pool, const std::atomic<bool>& stop);

// Memory that invert() needs in addition to the matrix.
size_t inverse_scratch_bytes(size_t n, size_t bytes_of_a_number);

}  // namespace shortlist
