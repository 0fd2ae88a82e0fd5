#include "shortlist/math/pair_dots.h"

#include <algorithm>

#include "shortlist/base/prefetch.h"
#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/math/pair_dots.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

#ifndef SHORTLIST_MATH_PAIR_DOTS_CC_
#define SHORTLIST_MATH_PAIR_DOTS_CC_
namespace shortlist {

// The vectors of one row.
struct RowOfVectors {
  std::span<const ConstMatrix> x;
  size_t row;

  size_t count() const { return x.size(); }
  size_t width() const { return x[0].cols; }
  const float* at(size_t i) const { return x[i].row(row); }
};

// The positions of each vector's pairs with the vectors before it.
struct PairDots {
  bool self;

  // The number of pairs before those of i, and the number of pairs of i.
  size_t begin(size_t i) const { return (self ? i * (i + 1) : i * (i - 1)) / 2; }
  size_t pairs(size_t i) const { return i + self; }
};

// There are more matrices than a core's prefetcher tracks, so rows are prefetched this many rows ahead.
constexpr size_t kRowsAhead = 4;

// Row stride of the scratch memory, which has one column per vector.
constexpr size_t padded_count(size_t count) { return (count + 15) / 16 * 16; }

}  // namespace shortlist
#endif

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// Calls block(first, std::integral_constant<int, n>) for blocks of n vectors, whose sums fit into registers.
// The last block may extend beyond `count`.
template <class Block>
HWY_INLINE void for_blocks(size_t count, Block block) {
  size_t first = 0;
  for (; first + 4 < count; first += 8) block(first, std::integral_constant<int, 8>());
  if (first < count) block(first, std::integral_constant<int, 4>());
}

// columns[k * stride + j] = element k of vector j.
void transpose(const RowOfVectors& vectors, float* columns, size_t stride) {
  const size_t fours = vectors.width() / 4 * 4;
  size_t j = 0;
  for (; j + 4 <= vectors.count(); j += 4) {
    const float* const rows[4] = {vectors.at(j), vectors.at(j + 1), vectors.at(j + 2), vectors.at(j + 3)};
    for (size_t k = 0; k < fours; k += 4) transpose_four(rows, k, columns + k * stride + j, stride);
    for (size_t k = fours; k < vectors.width(); ++k) {
      for (size_t i = 0; i < 4; ++i) columns[k * stride + j + i] = rows[i][k];
    }
  }
  for (; j < vectors.count(); ++j) {
    for (size_t k = 0; k < vectors.width(); ++k) columns[k * stride + j] = vectors.at(j)[k];
  }
}

// The dot products of vectors [first, first + kRows) with the vectors before them.
template <int kRows>
HWY_INLINE void dots_of_block(PairDots dots, const RowOfVectors& vectors, size_t first,
                              const float* x_columns, float* y) {
  const size_t count = vectors.count(), width = vectors.width(), stride = padded_count(count);
  const float* x[kRows];
  for (size_t i = 0; i < kRows; ++i) x[i] = vectors.at(std::min(first + i, count - 1));
  const size_t end = std::min(first + kRows, count);
  for (size_t column = 0; column < dots.pairs(end - 1); column += kLanes) {
    Vector sums[kRows];
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) sums[i] = zero();
    const float* columns = x_columns + column;
    for (size_t k = 0; k < width; ++k, columns += stride) {
      const Vector others = hn::LoadU(kFloats, columns);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) sums[i] = hn::MulAdd(set(x[i][k]), others, sums[i]);
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < kRows; ++i) {
      const size_t pairs = dots.pairs(first + i);
      if (first + i < end && column < pairs)
        store_first(sums[i], y + dots.begin(first + i) + column, std::min(pairs - column, kLanes));
    }
  }
}

void pair_dots(std::span<const ConstMatrix> x, RowRange rows, PairDots dots, float* columns,
               const Matrix& y) {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const RowOfVectors vectors{x, r};
    for (const ConstMatrix& each : x) prefetch(each.row(r + kRowsAhead));
    transpose(vectors, columns, padded_count(x.size()));
    for_blocks(x.size(), [&](size_t first, auto size)
                             HWY_ATTR { dots_of_block<size>(dots, vectors, first, columns, y.row(r)); });
  }
}

// The gradients of pairs within a block, for both vectors of the pair: g[i][j] = g[j][i].
template <int kRows>
HWY_INLINE void mirror(PairDots dots, const float* const (&pairs)[kRows], size_t first, size_t end,
                       float (&g)[kRows][kRows]) {
  for (size_t i = 0; first + i < end; ++i) {
    for (size_t j = 0; j < i; ++j) g[i][j] = g[j][i] = pairs[i][first + j];
    g[i][i] = dots.self ? 2 * pairs[i][first + i] : 0;
  }
}

template <int kRows>
HWY_INLINE void gradient_of_block(PairDots dots, const RowOfVectors& vectors, size_t first, const float* dy,
                                  std::span<const Matrix> dx, std::span<const uint8_t> add) {
  const size_t count = vectors.count(), end = std::min(first + kRows, count);
  const float* pairs[kRows];  // of each of the block's vectors
  for (size_t i = 0; i < kRows; ++i) pairs[i] = dy + dots.begin(std::min(first + i, count - 1));
  float g[kRows][kRows] = {};
  mirror(dots, pairs, first, end, g);
  for_vectors(0, vectors.width(), [&](auto at) HWY_ATTR {
    Vector sums[kRows];
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) sums[i] = zero();
    const auto add_products = [&](size_t j, auto of_pair) HWY_ATTR {
      const Vector other = at.load(vectors.at(j));
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) sums[i] = hn::MulAdd(set(of_pair(i)), other, sums[i]);
    };
    for (size_t j = 0; j < first; ++j) add_products(j, [&](int i) { return pairs[i][j]; });
    for (size_t j = first; j < end; ++j) add_products(j, [&](int i) { return g[j - first][i]; });
    for (size_t j = end; j < count; ++j) {
      const float* const of_block = dy + dots.begin(j) + first;
      add_products(j, [&](int i) { return of_block[i]; });
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < kRows; ++i) {
      if (first + i >= end || dx[first + i].data == nullptr) continue;
      float* out = dx[first + i].row(vectors.row);
      at.store(add[first + i] ? hn::Add(at.load(out), sums[i]) : sums[i], out);
    }
  });
}

void pair_dots_gradient(std::span<const ConstMatrix> x, RowRange rows, PairDots dots, const ConstMatrix& dy,
                        std::span<const Matrix> dx, std::span<const uint8_t> add) {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    for (size_t i = 0; i < x.size(); ++i) {
      prefetch(x[i].row(r + kRowsAhead));
      prefetch(dx[i].row(r + kRowsAhead));
    }
    for_blocks(x.size(), [&](size_t first, auto size) HWY_ATTR {
      gradient_of_block<size>(dots, {x, r}, first, dy.row(r), dx, add);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(pair_dots);
HWY_EXPORT(pair_dots_gradient);

// The vectors side by side as columns.
size_t pair_dots_scratch(size_t count, size_t width) { return padded_count(count) * width; }

namespace {

bool fit(std::span<const ConstMatrix> x, bool self, size_t columns) {
  return !x.empty() && columns == x.size() * (self ? x.size() + 1 : x.size() - 1) / 2;
}

}  // namespace

void pair_dots(std::span<const ConstMatrix> x, RowRange rows, bool self, std::span<float> scratch, Matrix y) {
  SHORTLIST_CHECK(fit(x, self, y.cols) && scratch.size() >= pair_dots_scratch(x.size(), x[0].cols));
  HWY_DYNAMIC_DISPATCH(pair_dots)(x, rows, {self}, scratch.data(), y);
}

void pair_dots_gradient(std::span<const ConstMatrix> x, RowRange rows, bool self, ConstMatrix dy,
                        std::span<const Matrix> dx, std::span<const uint8_t> add) {
  SHORTLIST_CHECK(fit(x, self, dy.cols) && dx.size() == x.size() && add.size() == x.size());
  HWY_DYNAMIC_DISPATCH(pair_dots_gradient)(x, rows, {self}, dy, dx, add);
}

}  // namespace shortlist
#endif
