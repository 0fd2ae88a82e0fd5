#include "shortlist/math/product.h"

#include <algorithm>

#include "shortlist/base/threads.h"
#include "shortlist/math/targets.h"
#include "shortlist/math/tiles.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/math/product.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

#ifndef SHORTLIST_MATH_PRODUCT_CC_
#define SHORTLIST_MATH_PRODUCT_CC_
namespace shortlist {

// Inner positions and rows of A per block: one panel's part stays in the first-level cache, A's part in the
// second. Each position of Aᵀ takes one or two cache lines, so fewer fit. None of these changes a bit of the
// result.
constexpr size_t kInnerBlock = 256, kTransposedInnerBlock = 128, kRowBlock = 96;

// B[K,N] in panels of kPanelColumns columns.
struct RightOperand {
  const float* data;
  size_t inner;                     // K
  size_t row_stride, panel_stride;  // from one row to the next, from one panel to the next

  const float* at(size_t k, size_t column) const {
    constexpr size_t kWidth = Panels::kPanelColumns;
    if (inner == 0) return data;  // may be null; not read
    return data + k * row_stride + column / kWidth * panel_stride + column % kWidth;
  }
};

struct Product {
  const float* a;
  size_t a_stride;
  RightOperand b;
  Matrix c;
  bool add = false;
  Epilogue epilogue = {};
  size_t first_column = 0, last_column;  // of C: [first, last)
};

}  // namespace shortlist
#endif

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// A tile of C stays in registers during the sum: kTileRows x two vectors, or fewer rows at the bottom edge.
constexpr size_t kTileRows = HWY_ARCH_X86 && HWY_TARGET >= HWY_AVX2 ? 6 : 12;

struct Tile {
  const float* a;  // first element used
  size_t a_stride;
  const float* b[2];  // where each vector's columns start in their panels
  size_t b_stride;
  size_t inner;
  size_t row, column, columns;  // in C; columns: their number from `column` on
  bool add, last;               // start from C; apply the epilogue
};

// Steps [begin, end) of the sum for the whole tile: c[i][v] += a(i, k) * b(k, v). Calls beside(k) before each
// step.
template <int kRows, int kVectors, bool kTransposed, class Beside>
HWY_INLINE void accumulate(const Tile& tile, size_t begin, size_t end, Vector (&c)[kRows][kVectors],
                           Beside beside) {
  const size_t stride = tile.a_stride, b_stride = tile.b_stride;
  const float* HWY_RESTRICT a = tile.a;
  const float* HWY_RESTRICT b0 = tile.b[0] + begin * b_stride;
  const float* HWY_RESTRICT b1 = tile.b[kVectors - 1] + begin * b_stride;
#pragma GCC unroll 2
  for (size_t k = begin; k < end; ++k, b0 += b_stride, b1 += b_stride) {
    beside(k);
    const Vector left = hn::LoadU(kFloats, b0), right = hn::LoadU(kFloats, b1);
#pragma GCC unroll 12
    for (int i = 0; i < kRows; ++i) {
      const Vector x = hn::Set(kFloats, kTransposed ? a[k * stride + i] : a[i * stride + k]);
      c[i][0] = hn::MulAdd(x, left, c[i][0]);
      if constexpr (kVectors == 2) c[i][1] = hn::MulAdd(x, right, c[i][1]);
    }
  }
}

// The part of a matrix that the next block reads: a few cache lines from each of many rows, which hardware
// prefetchers do not predict. It is prefetched during the current block, some rows with each tile.
struct Upcoming {
  const float* row = nullptr;
  size_t stride = 0, lines = 0;      // from row to row; per row
  size_t left = 0, with_a_tile = 0;  // rows

  HWY_INLINE void ask() {
    constexpr size_t kLine = 16;
    for (size_t i = std::min(left, with_a_tile); i > 0; --i, --left, row += stride) {
      for (size_t line = 0; line < lines; ++line) __builtin_prefetch(row + line * kLine, 0, 2);
    }
  }
};
struct NextBlock {
  Upcoming a, b;
};

// kWhole: all `count` lanes, without a check.
template <bool kWhole>
HWY_INLINE Vector load_lanes(const float* from, size_t count) {
  if constexpr (kWhole) return hn::LoadU(kFloats, from);
  return load_first(from, count);
}
template <bool kWhole>
HWY_INLINE void store_lanes(Vector v, float* to, size_t count) {
  if constexpr (kWhole) return hn::StoreU(v, kFloats, to);
  store_first(v, to, count);
}

// The tile's first element of C and, if the epilogue needs it, of the ReLU's output. The code between the
// sums of two tiles must be short: a processor looks about three hundred instructions ahead and stalls if
// there is no multiply-add among them.
template <int kRows, int kVectors, bool kTransposed, bool kWhole>
HWY_INLINE void multiply_tile(const Tile& tile, const Product& product, float* out,
                              const float* HWY_RESTRICT positive) {
  constexpr size_t kLine = 16, kWidth = kVectors * kLanes;
  const size_t stride = product.c.stride;
  const size_t count[2] = {std::min(tile.columns, kLanes), std::min(tile.columns - count[0], kLanes)};
  Vector c[kRows][kVectors];
  float* row = out;
  if (tile.add) {
#pragma GCC unroll 12
    for (int i = 0; i < kRows; ++i, row += stride) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) c[i][v] = load_lanes<kWhole>(row + v * kLanes, count[v]);
    }
  } else {
    // Prefetches the destination of the sums from the outer caches while the sums run.
#pragma GCC unroll 12
    for (int i = 0; i < kRows; ++i, row += stride) {
      __builtin_prefetch(row, 1);
      if constexpr (kWidth > kLine) __builtin_prefetch(row + kLine, 1);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) c[i][v] = zero();
    }
  }
  // Prefetches the ReLU's rows during the first sums; all at once would exceed the number of outstanding
  // loads of a core.
  size_t first = 0;
  if (positive != nullptr) {
    const float* asked = positive;
    first = std::min<size_t>(tile.inner, 2 * kRows);
    accumulate<kRows, kVectors, kTransposed>(tile, 0, first, c, [&](size_t k) HWY_ATTR {
      if (k % 2 != 0) return;
      __builtin_prefetch(asked);
      if constexpr (kWidth > kLine) __builtin_prefetch(asked + kLine);
      asked += product.epilogue.positive.matrix.stride;
    });
  }
  accumulate<kRows, kVectors, kTransposed>(tile, first, tile.inner, c, [](size_t) {});
  if (tile.last && product.epilogue.bias != nullptr) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      const float* from = product.epilogue.bias + tile.column + v * kLanes;
      const Vector bias = load_lanes<kWhole>(from, count[v]);
#pragma GCC unroll 12
      for (int i = 0; i < kRows; ++i) c[i][v] = hn::Add(c[i][v], bias);
    }
  }
  if (tile.last && product.epilogue.relu) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
#pragma GCC unroll 12
      for (int i = 0; i < kRows; ++i) c[i][v] = at_least(zero(), c[i][v]);
    }
  }
  if (positive != nullptr) {
#pragma GCC unroll 12
    for (int i = 0; i < kRows; ++i, positive += product.epilogue.positive.matrix.stride) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        const Vector above = load_lanes<kWhole>(positive + v * kLanes, count[v]);
        c[i][v] = hn::IfThenElseZero(hn::Gt(above, zero()), c[i][v]);
      }
    }
  }
#pragma GCC unroll 12
  for (int i = 0; i < kRows; ++i, out += stride) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) store_lanes<kWhole>(c[i][v], out + v * kLanes, count[v]);
  }
}

// `tiles` tiles, one below another.
template <int kRows, int kVectors, bool kTransposed, bool kWhole>
HWY_NOINLINE void multiply_tiles(Tile tile, const Product& product, size_t tiles, NextBlock& next) {
  const ConstMatrix& mask = product.epilogue.positive.matrix;
  float* out = product.c.row(tile.row) + tile.column;
  const float* positive = tile.last && mask.data != nullptr ? mask.row(tile.row) + tile.column : nullptr;
  for (; tiles > 0; --tiles) {
    if constexpr (kTransposed) next.a.ask(), next.b.ask();
    multiply_tile<kRows, kVectors, kTransposed, kWhole>(tile, product, out, positive);
    tile.a += kRows * (kTransposed ? 1 : tile.a_stride);
    out += kRows * product.c.stride;
    if (positive != nullptr) positive += kRows * mask.stride;
  }
}

// As many tiles of kRows rows as fit before row `end`.
template <int kRows, int kVectors, bool kTransposed, bool kWhole>
void multiply_rows(Tile& tile, const Product& product, size_t end, NextBlock& next) {
  const size_t tiles = (end - tile.row) / kRows, rows = tiles * kRows;
  if (tiles == 0) return;
  multiply_tiles<kRows, kVectors, kTransposed, kWhole>(tile, product, tiles, next);
  tile.row += rows;
  tile.a += rows * (kTransposed ? 1 : tile.a_stride);
}

template <int kVectors, bool kTransposed, bool kWhole>
void multiply_column(Tile tile, const Product& product, size_t end, NextBlock& next) {
  if constexpr (kTileRows == 12) multiply_rows<12, kVectors, kTransposed, kWhole>(tile, product, end, next);
  multiply_rows<6, kVectors, kTransposed, kWhole>(tile, product, end, next);
  multiply_rows<4, kVectors, kTransposed, kWhole>(tile, product, end, next);
  multiply_rows<2, kVectors, kTransposed, kWhole>(tile, product, end, next);
  multiply_rows<1, kVectors, kTransposed, kWhole>(tile, product, end, next);
}

// Rows `rows` of C, inner positions `inner`: the second tile of columns finds A in the cache.
struct Block {
  size_t row_begin, row_end, inner_begin, inner_end;
};

// For products with Aᵀ. The first blocks of rows read B for the first time; the others find it in the cache.
NextBlock next_block(const Product& product, const Block& block, const Block& next) {
  const size_t columns = product.last_column, inner = next.inner_end - next.inner_begin;
  const size_t tiles =
      chunk_count(block.row_end - block.row_begin, kTileRows) * chunk_count(columns, 2 * kLanes);
  const auto upcoming = [&](const float* matrix, size_t stride, size_t column, size_t width) {
    return Upcoming{matrix + next.inner_begin * stride + column, stride, chunk_count(width, 16), inner,
                    chunk_count(inner, tiles)};
  };
  NextBlock result;
  result.a = upcoming(product.a, product.a_stride, next.row_begin, next.row_end - next.row_begin);
  if (next.row_begin == 0) result.b = upcoming(product.b.data, product.b.row_stride, 0, columns);
  return result;
}

template <bool kTransposed>
void multiply_block(const Product& product, const Block& block, NextBlock next) {
  const size_t row = block.row_begin, inner = block.inner_begin, stride = product.a_stride;
  Tile tile{.a = product.a + (kTransposed ? inner * stride + row : row * stride + inner),
            .a_stride = stride,
            .b_stride = product.b.row_stride,
            .inner = block.inner_end - inner,
            .row = row,
            .add = product.add || inner > 0,
            .last = block.inner_end == product.b.inner};
  for (tile.column = product.first_column; tile.column < product.last_column; tile.column += 2 * kLanes) {
    tile.columns = product.last_column - tile.column;
    tile.b[0] = tile.b[1] = product.b.at(inner, tile.column);
    if (tile.columns > kLanes) tile.b[1] = product.b.at(inner, tile.column + kLanes);
    if (tile.columns >= 2 * kLanes) {
      multiply_column<2, kTransposed, true>(tile, product, block.row_end, next);
    } else if (tile.columns > kLanes) {
      multiply_column<2, kTransposed, false>(tile, product, block.row_end, next);
    } else {
      multiply_column<1, kTransposed, false>(tile, product, block.row_end, next);
    }
  }
}

template <bool kTransposed>
void multiply_all(const Product& product) {
  const size_t inner = product.b.inner, rows = product.c.rows;
  if (product.last_column == 0) return;
  constexpr size_t kBlock = kTransposed ? kTransposedInnerBlock : kInnerBlock;
  const size_t parts = std::max<size_t>(1, chunk_count(inner, kBlock));
  const auto block = [&](size_t row, size_t part) {
    return Block{row, std::min(rows, row + kRowBlock), inner * part / parts, inner * (part + 1) / parts};
  };
  for (size_t row = 0; row < rows; row += kRowBlock) {
    for (size_t part = 0; part < parts; ++part) {
      const Block now = block(row, part);
      NextBlock next;
      if constexpr (kTransposed) {
        if (part + 1 < parts) {
          next = next_block(product, now, block(row, part + 1));
        } else if (row + kRowBlock < rows) {
          next = next_block(product, now, block(row + kRowBlock, 0));
        }
      }
      multiply_block<kTransposed>(product, now, next);
    }
  }
}

void multiply_plain(const Product& product) { multiply_all<false>(product); }
void multiply_with_transposed(const Product& product) { multiply_all<true>(product); }

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {
namespace {

HWY_EXPORT(multiply_plain);
HWY_EXPORT(multiply_with_transposed);

RightOperand operand(const Panels& b) {
  return {b.panel(0), b.inner(), Panels::kPanelColumns, b.inner() * Panels::kPanelColumns};
}
RightOperand operand(const ConstMatrix& b) { return {b.data, b.rows, b.stride, Panels::kPanelColumns}; }

}  // namespace

void multiply(const Operand& a, const Panels& b, const Output& c, bool add, const Epilogue& epilogue,
              PanelRange panels) {
  SHORTLIST_CHECK(a.cols() == b.inner() && a.rows() == c.rows() && c.cols() == b.columns());
  SHORTLIST_CHECK(!epilogue.gated() || epilogue.positive.rows() == a.rows());
  const size_t end = std::min(panels.end, b.count());
  if (b.precision() != Precision::float32) return multiply_tiles(a, b, c, add, epilogue, {panels.begin, end});
  SHORTLIST_CHECK(!a.rounded() && !c.rounded() && !epilogue.positive.rounded());
  HWY_DYNAMIC_DISPATCH(multiply_plain)
  ({.a = a.matrix.data,
    .a_stride = a.matrix.stride,
    .b = operand(b),
    .c = c.matrix,
    .add = add,
    .epilogue = epilogue,
    .first_column = panels.begin * Panels::kPanelColumns,
    .last_column = std::min(end * Panels::kPanelColumns, b.columns())});
}

void multiply(ConstMatrix a, ConstMatrix b, Matrix c, bool add) {
  SHORTLIST_CHECK(a.cols == b.rows && a.rows == c.rows && c.cols == b.cols);
  HWY_DYNAMIC_DISPATCH(multiply_plain)
  ({.a = a.data, .a_stride = a.stride, .b = operand(b), .c = c, .add = add, .last_column = b.cols});
}

void multiply_transposed(const Operand& a, const Operand& b, Matrix c, bool add, Precision precision) {
  SHORTLIST_CHECK(a.rows() == b.rows() && a.cols() == c.rows && c.cols == b.cols());
  if (precision != Precision::float32) return multiply_tiles_transposed(a, b, c, add, precision);
  SHORTLIST_CHECK(!a.rounded() && !b.rounded());
  HWY_DYNAMIC_DISPATCH(multiply_with_transposed)
  ({.a = a.matrix.data,
    .a_stride = a.matrix.stride,
    .b = operand(b.matrix),
    .c = c,
    .add = add,
    .last_column = b.cols()});
}

}  // namespace shortlist
#endif
