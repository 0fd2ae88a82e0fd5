// How often each pair of items has the same users: G = Xᵀ X, dense.
#pragma once

#include <string>

#include "shortlist/base/threads.h"
#include "shortlist/math/matrix.h"
#include "shortlist/math/sparse_matrix.h"

namespace shortlist {

// Sets the lower triangle of g[items, items], with the diagonal, to that of Xᵀ X for x[users, items]. Sums
// run over the users in ascending order. The upper triangle is set to the same with `mirror`, else not.
template <typename Number>
struct GramView {
  Number* data = nullptr;
  size_t items = 0;
  Number* row(size_t item) const { return data + item * items; }
};
template <typename Number>
void fill_gram(const SparseMatrix& x, GramView<Number> g, bool mirror, ThreadPool& pool);

// The largest sum of a row of Xᵀ X, which limits its largest eigenvalue.
double largest_row_sum(const SparseMatrix& x);

// Throws a failed Error that names the kind, the bytes that it needs for a matrix of the items and what is
// available, if that is less.
void check_memory(const std::string& kind, size_t items, double bytes);

}  // namespace shortlist
