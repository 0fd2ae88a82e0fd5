// Float32 operands rounded to bfloat16 in the order in which matrix tiles read them. For tiles.cc alone,
// which includes it where the compiler may use AVX-512 with bfloat16. A tile of a left operand is 16 rows of
// 32 inner positions; one of a right operand 16 pairs of inner positions of 16 columns. kLow: for bf16x3,
// also what the first rounding took away.
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

// The first `count` lanes; zeros after.
HWY_INLINE __mmask16 first_lanes(size_t count) {
  return static_cast<__mmask16>(count >= 16 ? 0xffff : (1u << count) - 1);
}
HWY_INLINE __m512 load_first(const float* from, size_t count) {
  return _mm512_maskz_loadu_ps(first_lanes(count), from);
}

HWY_INLINE __m512 widen(__m256i halves) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

// Two vectors of floats rounded side by side: 16 and 16 halves; with `low` also what rounding took away.
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

// Halves 0 and 16, 1 and 17, and so on side by side: what one row of a right tile is.
HWY_INLINE __m512i interleave(__m512i halves) {
  alignas(64) static constexpr Half kOrder[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                  21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                  11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  return _mm512_permutexvar_epi16(_mm512_load_si512(kOrder), halves);
}

// 16 rows of 16 words become 16 columns: first in squares of four by four, then the squares.
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

// Where an operand's tiles are: the high halves, and kLow: the low ones.
template <class H>
struct TilesOf {
  H *high, *low;
  TilesOf at(size_t tile) const { return {high + tile * kTileHalves, low + tile * kTileHalves}; }
  operator TilesOf<const H>() const { return {high, low}; }
};
using TilesAt = TilesOf<Half>;
using Tiles = TilesOf<const Half>;

// A row of a left operand's tiles, of which the first is at `to`; zeros past the end.
template <bool kLow>
void round_left_row(const float* row, size_t inner, TilesAt to) {
  for (size_t t = 0; t < tiles_of(inner); ++t) {
    const size_t k = t * kTileInner, count = inner - k, next = count > 16 ? count - 16 : 0;
    const Rounded r = round_pair<kLow>(load_first(row + k, count), load_first(row + k + 16, next));
    _mm512_storeu_si512(to.at(t).high, r.high);
    if constexpr (kLow) _mm512_storeu_si512(to.at(t).low, r.low);
  }
}

// The tiles of a left operand a[M,K], row of tiles after row of tiles.
template <bool kLow>
void round_left(ConstMatrix a, TilesAt to) {
  const size_t tiles = tiles_of(a.cols), end = chunk_count(a.rows, kTileOuter) * kTileOuter;
  if (tiles == 0) return;
  for (size_t i = 0; i < end; ++i) {
    const size_t place = i % kTileOuter * kTileInner;
    const TilesAt row = to.at(i / kTileOuter * tiles);
    const TilesAt at = {row.high + place, row.low + place};
    if (i < a.rows) {
      round_left_row<kLow>(a.row(i), a.cols, at);
      continue;
    }
    for (size_t t = 0; t < tiles; ++t) {
      std::memset(at.at(t).high, 0, kTileInner * sizeof(Half));
      if constexpr (kLow) std::memset(at.at(t).low, 0, kTileInner * sizeof(Half));
    }
  }
}

// A tile from its columns, 16 pairs of halves each.
template <bool kLow>
HWY_INLINE void store_columns(__m512i (&high)[16], __m512i (&low)[16], TilesAt to) {
  transpose(high);
  store_tile(high, to.high);
  if constexpr (kLow) {
    transpose(low);
    store_tile(low, to.low);
  }
}

// A tile of a right operand from b[N,K], whose rows are its columns.
template <bool kLow>
void round_columns(std::span<const float* const> rows, size_t inner, size_t k, TilesAt to) {
  const size_t count = inner - k, next = count > 16 ? count - 16 : 0;
  __m512i high[16], low[16];
  for (size_t i = 0; i < 16; ++i) {
    Rounded r = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    if (i < rows.size()) {
      r = round_pair<kLow>(load_first(rows[i] + k, count), load_first(rows[i] + k + 16, next));
    }
    high[i] = r.high;
    low[i] = r.low;
  }
  store_columns<kLow>(high, low, to);
}

// Inner positions k and k + 1 of a matrix whose rows they are, from `column` on; zeros past the end.
template <bool kLow>
HWY_INLINE Rounded round_rows(ConstMatrix b, size_t k, size_t column) {
  const size_t count = std::min(kTileOuter, b.cols - column);
  const __m512 even = k < b.rows ? load_first(b.row(k) + column, count) : _mm512_setzero_ps();
  const __m512 odd = k + 1 < b.rows ? load_first(b.row(k + 1) + column, count) : _mm512_setzero_ps();
  const Rounded r = round_pair<kLow>(even, odd);
  return {interleave(r.high), kLow ? interleave(r.low) : r.low};
}

// The tiles of a left operand from a[K,M], row of tiles after row of tiles: made in the order in which a
// lies, the next rows on their way.
template <bool kLow>
void round_left_transposed(ConstMatrix a, TilesAt to) {
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

// The tiles of a right operand b[K,N], panel after panel.
template <bool kLow>
void round_right(ConstMatrix b, TilesAt to) {
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

}  // namespace
}  // namespace shortlist
