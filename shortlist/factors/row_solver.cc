#include "shortlist/factors/row_solver.h"

#include <algorithm>
#include <cmath>

#include "shortlist/base/prefetch.h"
#include "shortlist/factors/factor_kernels.h"
#include "shortlist/math/product.h"

namespace shortlist {
namespace {

// Rows of a part of a Gram matrix, and rows that are gathered for one product.
constexpr size_t kPart = 4096, kBlock = 256;
// With more rows or numbers than this, the conjugate gradient method multiplies with the matrix instead of
// the rows.
constexpr size_t kMostGathered = 16384, kMostNumbers = size_t{1} << 24;
constexpr const char* kNotFinite = "the factors are not finite: raise the regularization";

}  // namespace

Buffer gram_matrix(const FactorTable& table, ThreadPool& pool) {
  const size_t stride = table.stride(), parts = chunk_count(table.rows(), kPart);
  Buffer sums(std::max<size_t>(parts, 1) * stride, stride);
  pool.run(parts, [&](size_t part, int) {
    const RowRange range = chunk_rows(table.rows(), kPart, part);
    const ConstMatrix rows = table.padded().slice(range.begin, range.end);
    multiply_transposed(rows, rows, Matrix{sums.data() + part * stride * stride, stride, stride, stride});
  });
  for (size_t part = 1; part < parts; ++part) {
    for (size_t i = 0; i < stride * stride; ++i) sums.data()[i] += sums.data()[part * stride * stride + i];
  }
  return sums;
}

RowSolver::RowSolver(const FactorTable& table, ConstMatrix gram)
    : table_(table),
      gram_(gram),
      stride_(table.stride()),
      scaled_(kBlock, stride_),
      a_(stride_, stride_),
      factor_(stride_, stride_),
      b_(stride_),
      r_(stride_),
      p_(stride_),
      product_(stride_) {}

ConstMatrix RowSolver::gather(std::span<const uint32_t> columns) {
  constexpr size_t kAhead = 8;
  rows_.reserve(columns.size() * stride_);
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i + kAhead < columns.size()) {
      const float* const next = table_.row(columns[i + kAhead]);
      for (size_t c = 0; c < stride_; c += kFactorGroup) prefetch(next + c);
    }
    std::copy_n(table_.row(columns[i]), stride_, rows_.data() + i * stride_);
  }
  return {rows_.data(), columns.size(), stride_, stride_};
}

void RowSolver::sum_targets(const RowSystem& system) {
  std::fill_n(b_.data(), stride_, 0.0f);
  for (size_t begin = 0; begin < system.columns.size(); begin += kBlock) {
    const size_t count = std::min(kBlock, system.columns.size() - begin);
    add_weighted_rows(gather(system.columns.subspan(begin, count)), system.targets.subspan(begin, count),
                      b_.data());
  }
}

void RowSolver::sum_matrix(const RowSystem& system) {
  if (gram_.data == nullptr) {
    std::fill_n(a_.data(), stride_ * stride_, 0.0f);
  } else {
    std::copy_n(gram_.data, stride_ * stride_, a_.data());
  }
  for (size_t begin = 0; begin < system.columns.size(); begin += kBlock) {
    const size_t count = std::min(kBlock, system.columns.size() - begin);
    const ConstMatrix rows = gather(system.columns.subspan(begin, count));
    for (size_t r = 0; r < count; ++r) {
      const float weight = system.weights[begin + r];
      for (size_t c = 0; c < stride_; ++c) scaled_.data()[r * stride_ + c] = weight * rows(r, c);
    }
    multiply_transposed(ConstMatrix{scaled_.data(), count, stride_, stride_}, rows, matrix(), true);
  }
  for (size_t c = 0; c < table_.factors(); ++c) a_.data()[c * stride_ + c] += system.regularization;
}

double RowSolver::solve(const RowSystem& system, float* x) {
  sum_targets(system);
  sum_matrix(system);
  const size_t factors = table_.factors();
  double trace = 0;
  for (size_t c = 0; c < factors; ++c) trace += a_.data()[c * stride_ + c];
  if (!std::isfinite(trace)) throw Error(ErrorKind::failed, kNotFinite);
  // Below this, a pivot is the rounding error of the others.
  const double least = 1e-6 * trace / static_cast<double>(factors);
  double more = 0;
  for (;;) {
    std::copy_n(a_.data(), stride_ * stride_, factor_.data());
    for (size_t c = 0; c < factors; ++c) factor_.data()[c * stride_ + c] += static_cast<float>(more);
    if (factorize(square(factor_), static_cast<float>(least))) break;
    more = more == 0 ? std::max(4 * least, 1e-30) : 4 * more;
  }
  std::copy_n(b_.data(), stride_, x);
  solve_factorized(square(factor_), x);
  return dot_factors(b_.data(), x, stride_);
}

void RowSolver::solve_again(const float* y, float* z) const {
  if (z != y) std::copy_n(y, stride_, z);
  solve_factorized({factor_.data(), table_.factors(), table_.factors(), stride_}, z);
}

void RowSolver::multiply(const RowSystem& system, ConstMatrix rows, const float* p, float* out) const {
  std::fill_n(out, stride_, 0.0f);
  if (rows.data == nullptr) {
    add_weighted_rows({a_.data(), stride_, stride_, stride_}, {p, stride_}, out);
    return;
  }
  for (size_t c = 0; c < table_.factors(); ++c) out[c] = system.regularization * p[c];
  if (gram_.data != nullptr) add_weighted_rows(gram_, {p, stride_}, out);
  add_projections(rows, system.weights, p, out);
}

double RowSolver::refine(const RowSystem& system, int steps, float* x) {
  const size_t most = std::min(kMostGathered, kMostNumbers / stride_);
  const bool gathered = system.columns.size() <= most;
  ConstMatrix rows;
  if (gathered) {
    rows = gather(system.columns);
    std::fill_n(b_.data(), stride_, 0.0f);
    add_weighted_rows(rows, system.targets, b_.data());
  } else {
    sum_targets(system);
    sum_matrix(system);
  }
  float *const r = r_.data(), *const p = p_.data(), *const product = product_.data();
  multiply(system, rows, x, product);
  for (size_t c = 0; c < stride_; ++c) r[c] = p[c] = b_.data()[c] - product[c];
  float square = dot_factors(r, r, stride_);
  // Below this, the residual is rounding errors.
  const float least = 1e-12f * dot_factors(b_.data(), b_.data(), stride_);
  for (int step = 0; step < steps && square > least; ++step) {
    multiply(system, rows, p, product);
    const float length = square / dot_factors(p, product, stride_);
    for (size_t c = 0; c < stride_; ++c) {
      x[c] += length * p[c];
      r[c] -= length * product[c];
    }
    const float next = dot_factors(r, r, stride_);
    for (size_t c = 0; c < stride_; ++c) p[c] = r[c] + next / square * p[c];
    square = next;
  }
  if (!std::isfinite(square)) throw Error(ErrorKind::failed, kNotFinite);
  return double{dot_factors(b_.data(), x, stride_)} + dot_factors(r, x, stride_);
}

}  // namespace shortlist
