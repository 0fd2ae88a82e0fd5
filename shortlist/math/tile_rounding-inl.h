// Rounds float32 operands to bfloat16 in the order in which matrix tiles read them. Only for tiles.cc, which
// includes it where the compiler may use AVX-512 with bfloat16. A tile of a left operand is 16 rows of 32
// inner positions; a tile of a right operand is 16 pairs of inner positions of 16 columns. kLow: for bf16x3,
// also keeps the remainder of the first rounding.
#pragma once

#include <immintrin.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <hwy/base.h>

#include "shortlist/base/threads.h"
#include "shortlist/math/tiles.h"

namespace shortlist {
namespace {

using Half = uint16_t;  // a bfloat16: the upper half of a float32

constexpr size_t kTileHalves = kTileInner * kTileOuter;

inline size_t tiles_of(size_t inner) { return chunk_count(inner, kTileInner); }

// The first `count` lanes; the others are zero.
HWY_INLINE __mmask16 first_lanes(size_t count) {
  return static_cast<__mmask16>(count >= 16 ? 0xffff : (1u << count) - 1);
}
HWY_INLINE __m512 load_first(const float* from, size_t count) {
  return _mm512_maskz_loadu_ps(first_lanes(count), from);
}

HWY_INLINE __mmask32 first_half_lanes(size_t count) {
  return static_cast<__mmask32>(count >= 32 ? 0xffffffff : (uint32_t{1} << count) - 1);
}
HWY_INLINE __mmask16 half_of_lanes(__mmask32 lanes, size_t v) {
  return static_cast<__mmask16>(lanes >> (v * 16));
}
HWY_INLINE __m512i load_first_halves(const Half* from, size_t count) {
  return _mm512_maskz_loadu_epi16(first_half_lanes(count), from);
}

HWY_INLINE __m512 widen(__m256i halves) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

// Two vectors of floats rounded to halves, 16 and 16 in one register; `low` contains the rounded remainders.
struct Rounded {
  __m512i high, low;
};
template <bool kLow>
HWY_INLINE Rounded round_pair(__m512 x, __m512 y) {
  const __m512i high = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(y, x));
  if constexpr (!kLow) return {high, high};
  const __m512 x_low = _mm512_sub_ps(x, widen(_mm512_castsi512_si256(high)));
  const __m512 y_low = _mm512_sub_ps(y, widen(_mm512_extracti64x4_epi64(high, 1)));
  return {high, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(y_low, x_low))};
}

// The first `count` floats (at most 32), rounded, followed by zeros.
template <bool kLow>
HWY_INLINE Rounded round_first(const float* from, size_t count) {
  const size_t next = count > 16 ? count - 16 : 0;
  return round_pair<kLow>(load_first(from, count), load_first(from + 16, next));
}

template <bool kLow>
HWY_INLINE void store_halves(const Rounded& r, __mmask32 lanes, Half* to, size_t low) {
  _mm512_mask_storeu_epi16(to, lanes, r.high);
  if constexpr (kLow) _mm512_mask_storeu_epi16(to + low, lanes, r.low);
}

// Interleaves halves 0 and 16, 1 and 17, and so on: one row of a right tile.
HWY_INLINE __m512i interleave(__m512i halves) {
  alignas(64) static constexpr Half kOrder[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                  21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                  11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  return _mm512_permutexvar_epi16(_mm512_load_si512(kOrder), halves);
}

// Transposes 16 rows of 16 words: first within blocks of four by four, then the blocks.
HWY_INLINE void transpose(__m512i (&rows)[16]) {
  __m512i pairs[16], squares[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    squares[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
    squares[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
    squares[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
    squares[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512i upper = _mm512_shuffle_i32x4(squares[i], squares[i + 4], 0x88),
                  next_upper = _mm512_shuffle_i32x4(squares[i], squares[i + 4], 0xdd),
                  lower = _mm512_shuffle_i32x4(squares[i + 8], squares[i + 12], 0x88),
                  next_lower = _mm512_shuffle_i32x4(squares[i + 8], squares[i + 12], 0xdd);
    rows[i] = _mm512_shuffle_i32x4(upper, lower, 0x88);
    rows[i + 8] = _mm512_shuffle_i32x4(upper, lower, 0xdd);
    rows[i + 4] = _mm512_shuffle_i32x4(next_upper, next_lower, 0x88);
    rows[i + 12] = _mm512_shuffle_i32x4(next_upper, next_lower, 0xdd);
  }
}

HWY_INLINE void store_tile(const __m512i (&rows)[16], Half* to) {
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; ++i) _mm512_storeu_si512(to + i * kTileInner, rows[i]);
}

// The location of an operand's tiles: the high halves and, with kLow, the low halves.
template <class H>
struct TilesOf {
  H *high, *low;
  TilesOf ahead(size_t halves) const { return {high + halves, low + halves}; }
  TilesOf at(size_t tile) const { return ahead(tile * kTileHalves); }
  operator TilesOf<const H>() const { return {high, low}; }
};
using TilesAt = TilesOf<Half>;
using Tiles = TilesOf<const Half>;

// Writes one row of a left operand's tiles, the first of which is at `to`, with zeros past the end.
template <bool kLow>
void round_left_row(const float* row, size_t inner, TilesAt to) {
  for (size_t t = 0; t < tiles_of(inner); ++t) {
    const Rounded r = round_first<kLow>(row + t * kTileInner, inner - t * kTileInner);
    _mm512_storeu_si512(to.at(t).high, r.high);
    if constexpr (kLow) _mm512_storeu_si512(to.at(t).low, r.low);
  }
}
// The same from an operand that is already rounded.
template <bool kLow>
void copy_left_row(const Half* row, size_t low, size_t inner, TilesAt to) {
  for (size_t k = 0; k < inner; k += kTileInner) {
    const TilesAt tile = to.at(k / kTileInner);
    _mm512_storeu_si512(tile.high, load_first_halves(row + k, inner - k));
    if constexpr (kLow) _mm512_storeu_si512(tile.low, load_first_halves(row + low + k, inner - k));
  }
}

// Writes the tiles of a left operand a[M,K], one row of tiles after another.
template <bool kLow>
void round_left(const Operand& a, TilesAt to) {
  const size_t tiles = tiles_of(a.cols()), end = chunk_count(a.rows(), kTileOuter) * kTileOuter;
  if (tiles == 0) return;
  for (size_t i = 0; i < end; ++i) {
    const size_t place = i % kTileOuter * kTileInner;
    const TilesAt row = to.at(i / kTileOuter * tiles);
    const TilesAt at = {row.high + place, row.low + place};
    if (i < a.rows()) {
      a.rounded() ? copy_left_row<kLow>(a.halves(i), a.low, a.cols(), at)
                  : round_left_row<kLow>(a.matrix.row(i), a.cols(), at);
      continue;
    }
    for (size_t t = 0; t < tiles; ++t) {
      std::memset(at.at(t).high, 0, kTileInner * sizeof(Half));
      if constexpr (kLow) std::memset(at.at(t).low, 0, kTileInner * sizeof(Half));
    }
  }
}

// Builds a tile from its columns, 16 pairs of halves each.
template <bool kLow>
HWY_INLINE void store_columns(__m512i (&high)[16], __m512i (&low)[16], TilesAt to) {
  transpose(high);
  store_tile(high, to.high);
  if constexpr (kLow) {
    transpose(low);
    store_tile(low, to.low);
  }
}

// A tile of a right operand from b[N,K]: b's rows are the tile's columns.
template <bool kLow>
void round_columns(std::span<const float* const> rows, size_t inner, size_t k, TilesAt to) {
  __m512i high[16], low[16];
  for (size_t i = 0; i < 16; ++i) {
    Rounded r = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    if (i < rows.size()) r = round_first<kLow>(rows[i] + k, inner - k);
    high[i] = r.high;
    low[i] = r.low;
  }
  store_columns<kLow>(high, low, to);
}

// Inner positions k and k + 1 of a matrix whose rows are inner positions, starting at `column`; zeros past
// the end.
template <bool kLow>
HWY_INLINE Rounded round_rows(const ConstMatrix& b, size_t k, size_t column) {
  const size_t count = std::min(kTileOuter, b.cols - column);
  const auto load = [&](size_t row) {
    return row < b.rows ? load_first(b.row(row) + column, count) : _mm512_setzero_ps();
  };
  const Rounded r = round_pair<kLow>(load(k), load(k + 1));
  return {interleave(r.high), kLow ? interleave(r.low) : r.low};
}

// The tiles of a left operand from a[K,M], one row of tiles after another: built in a's memory order, with
// the next rows prefetched.
template <bool kLow>
void round_left_transposed(const ConstMatrix& a, TilesAt to) {
  const size_t tiles = tiles_of(a.rows);
  for (size_t t = 0; t < tiles; ++t) {
    for (size_t row = 0; row < a.cols; row += kTileOuter) {
      __m512i high[16], low[16];
#pragma GCC unroll 16
      for (size_t i = 0; i < 16; ++i) {
        const size_t k = t * kTileInner + 2 * i;
        __builtin_prefetch(a.row(k + kTileInner) + row);
        __builtin_prefetch(a.row(k + kTileInner + 1) + row);
        const Rounded r = round_rows<kLow>(a, k, row);
        high[i] = r.high;
        low[i] = r.low;
      }
      store_columns<kLow>(high, low, to.at(row / kTileOuter * tiles + t));
    }
  }
}

// The tiles of a right operand b[K,N], one panel after another.
template <bool kLow>
void round_right(const ConstMatrix& b, TilesAt to) {
  const size_t tiles = tiles_of(b.rows);
  for (size_t k = 0; k < tiles * kTileInner; k += 2) {
    for (size_t column = 0; column < b.cols; column += kTileOuter) {
      const Rounded r = round_rows<kLow>(b, k, column);
      const size_t place = k / 2 * kTileInner;
      const TilesAt panel = to.at(column / kTileOuter * tiles);
      _mm512_storeu_si512(panel.high + place, r.high);
      if constexpr (kLow) _mm512_storeu_si512(panel.low + place, r.low);
    }
  }
}

// The high or the low halves of a rounded operand.
struct HalfRows {
  const Half* first;
  size_t rows, cols, stride;

  // 32 columns of row k starting at `column`; zeros past the end.
  HWY_INLINE __m512i load(size_t k, size_t column) const {
    if (k >= rows) return _mm512_setzero_si512();
    return load_first_halves(first + k * stride + column, cols - column);
  }
};
inline HalfRows high_rows(const Operand& x) { return {x.halves(0), x.rows(), x.cols(), 2 * x.matrix.stride}; }
inline HalfRows low_rows(const Operand& x) {
  HalfRows rows = high_rows(x);
  rows.first += x.low;
  return rows;
}

// The first four (with kUpper, the last four) of each eight columns of two rows, interleaved.
template <bool kUpper>
HWY_INLINE __m512i pair(__m512i even, __m512i odd) {
  return kUpper ? _mm512_unpackhi_epi16(even, odd) : _mm512_unpacklo_epi16(even, odd);
}

// Two tiles of a left operand from the 32 inner positions starting at k and 32 columns: the columns that
// pair() selects.
template <bool kUpper>
HWY_INLINE void turn_columns(const HalfRows& x, size_t k, size_t column, Half* tile, size_t to_next) {
  __m512i pairs[16];
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; ++i)
    pairs[i] = pair<kUpper>(x.load(k + 2 * i, column), x.load(k + 2 * i + 1, column));
  transpose(pairs);
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; ++i) {
    const size_t at = i / 4 * 8 + kUpper * 4 + i % 4;
    if (at < kTileOuter || column + kTileOuter < x.cols) {
      Half* const to = tile + (at < kTileOuter ? 0 : to_next);
      _mm512_storeu_si512(to + at % kTileOuter * kTileInner, pairs[i]);
    }
  }
}

// Like round_left_transposed() and round_right(), for the high or low halves of a rounded operand.
inline void turn_left(const HalfRows& a, Half* to) {
  const size_t tiles = tiles_of(a.rows);
  for (size_t t = 0; t < tiles; ++t) {
    const size_t k = t * kTileInner;
    for (size_t column = 0; column < a.cols; column += 2 * kTileOuter) {
#pragma GCC unroll 4
      for (size_t i = 0; i < kTileInner; ++i)
        __builtin_prefetch(a.first + (k + kTileInner + i) * a.stride + column);
      Half* const tile = to + (column / kTileOuter * tiles + t) * kTileHalves;
      turn_columns<false>(a, k, column, tile, tiles * kTileHalves);
      turn_columns<true>(a, k, column, tile, tiles * kTileHalves);
    }
  }
}
inline void pair_right(const HalfRows& b, Half* to) {
  const size_t tiles = tiles_of(b.rows);
  const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11),
                second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
  for (size_t k = 0; k < tiles * kTileInner; k += 2) {
    for (size_t column = 0; column < b.cols; column += 2 * kTileOuter) {
      const __m512i even = b.load(k, column), odd = b.load(k + 1, column);
      const __m512i lower = pair<false>(even, odd), upper = pair<true>(even, odd);
      Half* const panel = to + column / kTileOuter * tiles * kTileHalves + k / 2 * kTileInner;
      _mm512_storeu_si512(panel, _mm512_permutex2var_epi64(lower, first, upper));
      if (column + kTileOuter < b.cols)
        _mm512_storeu_si512(panel + tiles * kTileHalves, _mm512_permutex2var_epi64(lower, second, upper));
    }
  }
}

// One row of a rounded operand, in its memory order.
template <bool kLow>
void round_row(const float* x, size_t count, Half* to, size_t low) {
  for (size_t c = 0; c < count; c += kTileInner)
    store_halves<kLow>(round_first<kLow>(x + c, count - c), first_half_lanes(count - c), to + c, low);
}

// Adds the numbers in `halves`: those at even positions to `even`, those at odd positions to `odd`.
HWY_INLINE void add_halves(__m512i halves, __m512& even, __m512& odd) {
  const __m512i upper = _mm512_and_si512(halves, _mm512_set1_epi32(static_cast<int>(0xffff0000)));
  even = _mm512_add_ps(even, _mm512_castsi512_ps(_mm512_slli_epi32(halves, 16)));
  odd = _mm512_add_ps(odd, _mm512_castsi512_ps(upper));
}

template <bool kLow>
void sum_columns(const Operand& x, std::span<float> out) {
  constexpr size_t kVectors = 4, kWidth = kVectors * kTileInner;
  for (size_t column = 0; column < x.cols(); column += kWidth) {
    __mmask32 lanes[kVectors];
    __m512 even[kVectors] = {}, odd[kVectors] = {};
    for (size_t v = 0; v < kVectors; ++v) {
      const size_t first = column + v * kTileInner;
      lanes[v] = first < x.cols() ? first_half_lanes(x.cols() - first) : 0;
    }
    for (size_t r = 0; r < x.rows(); ++r) {
      const Half* const row = x.halves(r) + column;
#pragma GCC unroll 4
      for (size_t v = 0; v < kVectors; ++v) {
        const Half* const at = row + v * kTileInner;
        add_halves(_mm512_maskz_loadu_epi16(lanes[v], at), even[v], odd[v]);
        if constexpr (kLow) add_halves(_mm512_maskz_loadu_epi16(lanes[v], at + x.low), even[v], odd[v]);
      }
    }
    alignas(64) float sums[2][kTileOuter];
    for (size_t v = 0; v < kVectors; ++v) {
      _mm512_store_ps(sums[0], even[v]);
      _mm512_store_ps(sums[1], odd[v]);
      for (size_t i = 0; i < kTileInner && column + v * kTileInner + i < out.size(); ++i)
        out[column + v * kTileInner + i] = sums[i % 2][i / 2];
    }
  }
}

}  // namespace
}  // namespace shortlist
