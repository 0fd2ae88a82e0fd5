// Solves for one vector of factors by regularised least squares against fixed vectors of the other side.
#pragma once

#include "shortlist/base/threads.h"
#include "shortlist/factors/factor_table.h"

namespace shortlist {

// The equations (G + sum over j of weights[j] y_j y_jᵀ + regularization I) x = sum over j of targets[j] y_j,
// where y_j is row columns[j] of the table and G a Gram matrix that all rows share.
struct RowSystem {
  std::span<const uint32_t> columns;
  std::span<const float> weights, targets;
  float regularization = 0;
};

// The sum over all rows of y yᵀ, [stride, stride]. Parts of a fixed number of rows are added in order.
Buffer gram_matrix(const FactorTable& table, ThreadPool& pool);

// Contains scratch memory: one per thread.
class RowSolver {
 public:
  // Both must outlive it. `gram` is empty, or [stride, stride] of the table.
  RowSolver(const FactorTable& table, ConstMatrix gram);

  // By Cholesky factorisation. A system that is singular in float32 gets the smallest of a few multiples of
  // the identity that make it definite. Throws Error(failed) if numbers are not finite. x has stride()
  // floats. Returns b . x - (b - A x) . x, which is 2 b . x - x . A x.
  double solve(const RowSystem& system, float* x);
  // By steps of the conjugate gradient method, from the given x. Returns the same.
  double refine(const RowSystem& system, int steps, float* x);

  // z = A⁻¹ y, with the matrix of the last solve(). y and z have stride() floats and may be the same.
  void solve_again(const float* y, float* z) const;

 private:
  void sum_targets(const RowSystem& system);
  void sum_matrix(const RowSystem& system);
  ConstMatrix gather(std::span<const uint32_t> columns);
  // out = A p
  void multiply(const RowSystem& system, ConstMatrix rows, const float* p, float* out) const;
  Matrix matrix() { return {a_.data(), stride_, stride_, stride_}; }
  Matrix square(Buffer& buffer) { return {buffer.data(), table_.factors(), table_.factors(), stride_}; }

  const FactorTable& table_;
  ConstMatrix gram_;
  size_t stride_;
  Buffer rows_, scaled_;        // [kBlock or more, stride]
  Buffer a_, factor_;           // [stride, stride]
  Buffer b_, r_, p_, product_;  // [stride]
};

}  // namespace shortlist
