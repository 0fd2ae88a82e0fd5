#include "shortlist/math/tiles.h"

#include <hwy/base.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "shortlist/base/threads.h"
#include "shortlist/math/vector_target.h"

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>

#if HWY_COMPILER_GCC && !HWY_COMPILER_CLANG
// GCC 12 warns about undefined vectors in its own headers (GCC bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
// After all other headers, whose functions must run on any processor.
HWY_PUSH_ATTRIBUTES("avx512f,avx512bw,avx512vl,avx512bf16")
#include "shortlist/math/tile_rounding-inl.h"
#include "shortlist/math/tile_units-inl.h"

namespace shortlist {
namespace {

// Rows of C per block, and inner positions of a transposed product: their rounded operands stay in the
// second-level cache. Neither changes a bit of the result.
constexpr size_t row_block(bool low) { return low ? 96 : 192; }
constexpr size_t kTransposedInnerBlock = 512;

TilesAt panel_tiles(float* panel, size_t inner) {
  Half* const high = reinterpret_cast<Half*>(panel);
  return {high, high + tiles_of(inner) * kTileHalves};
}
Tiles panel_tiles(const float* panel, size_t inner) { return panel_tiles(const_cast<float*>(panel), inner); }

// Per-thread memory for the operands that a product rounds while it runs.
thread_local Buffer left_memory, right_memory;

TilesAt take_tiles(Buffer& memory, size_t tiles) {
  const size_t halves = tiles * kTileHalves;
  memory.reserve(halves);  // a float's space fits a high and a low half
  Half* const high = reinterpret_cast<Half*>(memory.data());
  return {high, high + halves};
}

// The tiles of a left operand: tiles rounded for this product are contiguous; tiles of an already rounded
// matrix are side by side and below each other in it.
struct LeftTiles {
  Tiles first;
  size_t row_bytes;      // from one row of a tile to the next
  size_t beside, below;  // halves from one tile to the next
  bool paired = false;   // the tiles have the layout of a right operand's

  Tiles row_of_tiles(size_t row) const { return first.ahead(row * below); }
};

constexpr size_t kSide = 2 * kTileOuter;

// Of up to kSide elements of one row starting at `row`, those that a ReLU let through.
HWY_INLINE __mmask32 open_gates(const Operand& positive, size_t row, __mmask32 lanes) {
  if (positive.rounded()) {
    // Greater than zero and not NaN: 1 to infinity. Rounded values are never subnormal.
    const __m512i halves = _mm512_maskz_loadu_epi16(lanes, positive.halves(row));
    return _mm512_cmplt_epu16_mask(_mm512_sub_epi16(halves, _mm512_set1_epi16(1)), _mm512_set1_epi16(0x7f80));
  }
  __mmask32 open = 0;
  for (size_t v = 0; v < 2; ++v) {
    const __mmask16 own = half_of_lanes(lanes, v);
    const __m512 gate = _mm512_maskz_loadu_ps(own, positive.matrix.row(row) + v * kTileOuter);
    open |= static_cast<__mmask32>(_mm512_cmp_ps_mask(gate, _mm512_setzero_ps(), _CMP_GT_OQ))
            << (v * kTileOuter);
  }
  return open;
}

// Finishes up to two by two tiles of C, given their sums in rows of kSide floats.
template <bool kLow, bool kGated>
void finish(const float* sums, const Epilogue& epilogue, const Output& c) {
  const __mmask32 lanes = first_half_lanes(c.cols());
  const __mmask16 masks[2] = {half_of_lanes(lanes, 0), half_of_lanes(lanes, 1)};
  __m512 bias[2] = {};
  if (epilogue.bias != nullptr) {
    for (int v = 0; v < 2; ++v) bias[v] = _mm512_maskz_loadu_ps(masks[v], epilogue.bias + v * kTileOuter);
  }
  for (size_t i = 0; i < c.rows(); ++i, sums += kSide) {
    __mmask32 open = 0;
    if constexpr (kGated) open = open_gates(epilogue.positive, i, lanes);
    __m512 x[2];
#pragma GCC unroll 2
    for (size_t v = 0; v < 2; ++v) {
      x[v] = _mm512_add_ps(_mm512_load_ps(sums + v * kTileOuter), bias[v]);
      if (epilogue.relu) x[v] = _mm512_max_ps(_mm512_setzero_ps(), x[v]);  // NaN stays NaN
      if constexpr (kGated) x[v] = _mm512_maskz_mov_ps(half_of_lanes(open, v), x[v]);
    }
    if (c.rounded()) {
      store_halves<kLow>(round_pair<kLow>(x[0], x[1]), lanes, c.halves(i), c.low);
    } else {
#pragma GCC unroll 2
      for (size_t v = 0; v < 2; ++v) _mm512_mask_storeu_ps(c.matrix.row(i) + v * kTileOuter, masks[v], x[v]);
    }
  }
}

// Operands as tiles; those of a panel are contiguous.
struct TileOperands {
  LeftTiles left;
  Tiles right;
  size_t right_halves;  // from one panel to the next
  size_t tiles;         // per row or panel
};

// Two panels' columns of C. Tiles are stored directly in C if whole tiles fit and there is neither an
// epilogue nor rounding; otherwise in separate memory, and each block is finished while the next is
// multiplied.
template <class Unit, bool kLow>
void multiply_strip(const TileOperands& operands, size_t panel, const Output& result, bool add,
                    const Epilogue& epilogue) {
  alignas(64) float sums[2][kSide * kSide];
  const Matrix& c = result.matrix;
  const bool ends = epilogue.bias != nullptr || epilogue.relu || epilogue.gated() || result.rounded();
  const bool whole_columns = !ends && c.cols % kTileOuter == 0;
  const bool two_columns = c.cols > kTileOuter;
  const Tiles first = operands.right.ahead(panel * operands.right_halves);
  const Tiles second = first.ahead(two_columns * operands.right_halves);
  const auto finish_block = [&](size_t row) {
    const size_t end = std::min(row + kSide, c.rows);
    const Epilogue own = epilogue.slice(row, end);
    const Output to = result.slice(row, end);
    own.gated() ? finish<kLow, true>(sums[row / kSide % 2], own, to)
                : finish<kLow, false>(sums[row / kSide % 2], own, to);
  };
  bool left_to_finish = false;
  for (size_t row = 0; row < c.rows; row += kSide) {
    const size_t rows = std::min(kSide, c.rows - row), tile_row = row / kTileOuter;
    const bool in_place = whole_columns && rows % kTileOuter == 0;
    float* const beside = sums[row / kSide % 2];
    if (add && !in_place) {
      for (size_t i = 0; i < rows; ++i) std::copy_n(c.row(row + i), c.cols, beside + i * kSide);
    }
    if (left_to_finish) finish_block(row - kSide);
    left_to_finish = !in_place;
    const bool two_rows = rows > kTileOuter;
    Unit::template multiply_block<kLow>(
        {.left = {operands.left.row_of_tiles(tile_row), operands.left.row_of_tiles(tile_row + two_rows)},
         .right = {first, second},
         .left_row_bytes = operands.left.row_bytes,
         .left_beside = operands.left.beside,
         .left_paired = operands.left.paired,
         .tiles = operands.tiles,
         .c = in_place ? c.row(row) : beside,
         .row_bytes = (in_place ? c.stride : kSide) * sizeof(float),
         .add = add},
        two_rows, two_columns);
  }
  if (left_to_finish) finish_block((c.rows - 1) / kSide * kSide);
}

template <class Unit, bool kLow>
void multiply_operands(const TileOperands& operands, const Output& c, PanelRange panels, bool add,
                       const Epilogue& epilogue) {
  for (size_t panel = panels.begin; panel < panels.end; panel += 2) {
    const size_t column = panel * kTileOuter;
    const size_t columns = std::min(std::min(panels.end, panel + 2) * kTileOuter, c.cols()) - column;
    multiply_strip<Unit, kLow>(operands, panel, c.columns(column, columns), add,
                               epilogue.columns(column, columns));
  }
}

// Whole tiles of an already rounded matrix, which are read in place.
LeftTiles tiles_as_they_lie(const Operand& a) {
  const size_t stride = a.matrix.stride * 2;
  return {.first = {a.halves(0), a.halves(0) + a.low},
          .row_bytes = stride * sizeof(Half),
          .beside = kTileInner,
          .below = kTileOuter * stride};
}
LeftTiles tiles_in_line(Tiles first, size_t tiles_of_a_row) {
  return {.first = first,
          .row_bytes = kTileInner * sizeof(Half),
          .beside = kTileHalves,
          .below = tiles_of_a_row * kTileHalves};
}

template <class Unit, bool kLow>
void multiply_rows(const Operand& a, const Panels& b, const Output& c, bool add, const Epilogue& epilogue,
                   PanelRange panels) {
  const size_t rows = a.rows(), tiles = tiles_of(a.cols());
  const size_t whole = a.rounded() && a.cols() % kTileInner == 0 ? rows / kTileOuter * kTileOuter : 0;
  Unit::begin();
  for (size_t row = 0, end; row < rows; row = end) {
    const bool lies_in_tiles = row < whole;
    end = std::min(row + row_block(kLow), lies_in_tiles ? whole : rows);
    TileOperands operands{.left = {},
                          .right = panel_tiles(b.panel(0), a.cols()),
                          .right_halves = 2 * tile_panel_floats(a.cols(), b.precision()),
                          .tiles = tiles};
    if (lies_in_tiles) {
      operands.left = tiles_as_they_lie(a.slice(row, end));
    } else {
      const TilesAt left = take_tiles(left_memory, chunk_count(end - row, kTileOuter) * tiles);
      round_left<kLow>(a.slice(row, end), left);
      operands.left = tiles_in_line(left, tiles);
    }
    multiply_operands<Unit, kLow>(operands, c.slice(row, end), panels, add, epilogue.slice(row, end));
  }
  Unit::end();
}

template <bool kLow>
void make_left_transposed(const Operand& a, TilesAt to) {
  if (!a.rounded()) return round_left_transposed<kLow>(a.matrix, to);
  turn_left(high_rows(a), to.high);
  if constexpr (kLow) turn_left(low_rows(a), to.low);
}
template <bool kLow>
void make_right(const Operand& b, TilesAt to) {
  if (!b.rounded()) return round_right<kLow>(b.matrix, to);
  pair_right(high_rows(b), to.high);
  if constexpr (kLow) pair_right(low_rows(b), to.low);
}

template <class Unit, bool kLow>
void multiply_columns(const Operand& a, const Operand& b, Matrix c, bool add) {
  Unit::begin();
  for (size_t begin = 0; begin == 0 || begin < a.rows(); begin += kTransposedInnerBlock) {
    const size_t end = std::min(a.rows(), begin + kTransposedInnerBlock);
    const Operand lefts = a.slice(begin, end), rights = b.slice(begin, end);
    const size_t tiles = tiles_of(end - begin), rows = chunk_count(c.rows, kTileOuter),
                 panels = chunk_count(c.cols, kTileOuter);
    const TilesAt left = take_tiles(left_memory, rows * tiles),
                  right = take_tiles(right_memory, panels * tiles);
    if constexpr (Unit::kTakesPairedLeft) {
      make_right<kLow>(lefts, left);
    } else {
      make_left_transposed<kLow>(lefts, left);
    }
    make_right<kLow>(rights, right);
    TileOperands operands{tiles_in_line(left, tiles), right, tiles * kTileHalves, tiles};
    operands.left.paired = Unit::kTakesPairedLeft;
    multiply_operands<Unit, kLow>(operands, c, {0, panels}, add || begin > 0, {});
  }
  Unit::end();
}

template <bool kLow>
void pack_rows(ConstMatrix b, size_t begin, size_t last, TilesAt to) {
  for (size_t k = begin; k < last; k += 2) {
    const Rounded r = round_rows<kLow>(b, k - begin, 0);
    _mm512_storeu_si512(to.high + k / 2 * kTileInner, r.high);
    if constexpr (kLow) _mm512_storeu_si512(to.low + k / 2 * kTileInner, r.low);
  }
}

}  // namespace

void pack_tile_panel(ConstMatrix b, size_t begin, size_t inner, Precision precision, float* panel) {
  const size_t end = begin + b.rows;
  SHORTLIST_CHECK(begin % 2 == 0 && (end == inner || end % 2 == 0) && b.cols <= kTileOuter);
  const size_t last = end == inner ? tiles_of(inner) * kTileInner : end;
  const TilesAt to = panel_tiles(panel, inner);
  precision == Precision::bf16x3 ? pack_rows<true>(b, begin, last, to) : pack_rows<false>(b, begin, last, to);
}

void pack_tile_panel_transposed(std::span<const float* const> rows, size_t inner, Precision precision,
                                float* panel) {
  const TilesAt to = panel_tiles(panel, inner);
  for (size_t t = 0; t < tiles_of(inner); ++t) {
    const size_t k = t * kTileInner;
    precision == Precision::bf16x3 ? round_columns<true>(rows, inner, k, to.at(t))
                                   : round_columns<false>(rows, inner, k, to.at(t));
  }
}

namespace {

// Calls multiply.operator()<Unit, kLow>().
template <class Multiply>
void with_unit(Precision precision, Multiply multiply) {
  SHORTLIST_CHECK(multiplies_in(precision));
  const bool low = precision == Precision::bf16x3;
  switch (bf16_unit()) {
    case Bf16Unit::tiles:
      return low ? multiply.template operator()<InTiles<ProcessorTiles>, true>()
                 : multiply.template operator()<InTiles<ProcessorTiles>, false>();
    case Bf16Unit::loop:
      return low ? multiply.template operator()<InTiles<LoopTiles>, true>()
                 : multiply.template operator()<InTiles<LoopTiles>, false>();
    case Bf16Unit::pairs:
      return multiply.template operator()<InPairs, false>();
    case Bf16Unit::none:
      break;
  }
}

}  // namespace

void multiply_tiles(const Operand& a, const Panels& b, const Output& c, bool add, const Epilogue& epilogue,
                    PanelRange panels) {
  for (Precision p : {a.precision, c.precision, epilogue.positive.precision})
    SHORTLIST_CHECK(p == Precision::float32 || p == b.precision());
  SHORTLIST_CHECK(!(add && c.rounded()));
  with_unit(b.precision(),
            [&]<class Unit, bool kLow>() { multiply_rows<Unit, kLow>(a, b, c, add, epilogue, panels); });
}

void multiply_tiles_transposed(const Operand& a, const Operand& b, Matrix c, bool add, Precision precision) {
  for (Precision p : {a.precision, b.precision}) SHORTLIST_CHECK(p == Precision::float32 || p == precision);
  with_unit(precision, [&]<class Unit, bool kLow>() { multiply_columns<Unit, kLow>(a, b, c, add); });
}

void round(ConstMatrix x, const Output& to) {
  SHORTLIST_CHECK(multiplies_in(to.precision) && to.rounded() && x.rows == to.rows() && x.cols == to.cols());
  for (size_t r = 0; r < x.rows; ++r) {
    to.precision == Precision::bf16x3 ? round_row<true>(x.row(r), x.cols, to.halves(r), to.low)
                                      : round_row<false>(x.row(r), x.cols, to.halves(r), to.low);
  }
}

void sum_rounded_columns(const Operand& x, std::span<float> out) {
  SHORTLIST_CHECK(multiplies_in(x.precision) && x.rounded() && x.cols() == out.size());
  x.precision == Precision::bf16x3 ? sum_columns<true>(x, out) : sum_columns<false>(x, out);
}

double run_bf16_unit(size_t rounds) {
  return bf16_unit() == Bf16Unit::tiles ? InTiles<ProcessorTiles>::run(rounds) : InPairs::run(rounds);
}

}  // namespace shortlist
HWY_POP_ATTRIBUTES
#if HWY_COMPILER_GCC && !HWY_COMPILER_CLANG
#pragma GCC diagnostic pop
#endif

#else
namespace shortlist {

// Without tiles, nothing is packed for them.
void pack_tile_panel(ConstMatrix, size_t, size_t, Precision, float*) { SHORTLIST_CHECK(false); }
void pack_tile_panel_transposed(std::span<const float* const>, size_t, Precision, float*) {
  SHORTLIST_CHECK(false);
}
void multiply_tiles(const Operand&, const Panels&, const Output&, bool, const Epilogue&, PanelRange) {
  SHORTLIST_CHECK(false);
}
void multiply_tiles_transposed(const Operand&, const Operand&, Matrix, bool, Precision) {
  SHORTLIST_CHECK(false);
}
void round(ConstMatrix, const Output&) { SHORTLIST_CHECK(false); }
void sum_rounded_columns(const Operand&, std::span<float>) { SHORTLIST_CHECK(false); }
double run_bf16_unit(size_t) { return 0; }

}  // namespace shortlist
#endif

namespace shortlist {

bool multiplies_in(Precision precision) {
  if (precision == Precision::float32) return true;
  const Bf16Unit unit = bf16_unit();
  return unit == Bf16Unit::pairs ? precision == Precision::bf16 : unit != Bf16Unit::none;
}

size_t tile_panel_floats(size_t inner, Precision precision) {
  const size_t halves = chunk_count(inner, kTileInner) * kTileInner * kTileOuter;
  return precision == Precision::bf16x3 ? halves : halves / 2;
}

}  // namespace shortlist
