#include "shortlist/math/tiles.h"

#include <hwy/base.h>
#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <memory>
#include <new>

#include "shortlist/base/threads.h"

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#define SHORTLIST_TILES 1
#endif

namespace shortlist {
namespace {

using Half = uint16_t;  // a bfloat16: the upper half of a float32

constexpr size_t kTileHalves = kTileInner * kTileOuter;
// Rows of C that are worked on at a time, and inner positions of a transposed product: what they are rounded
// to stays in the second cache. Neither changes a bit of the result.
constexpr size_t kRowBlock = 192, kTransposedInnerBlock = 512;

size_t tiles_of(size_t inner) { return chunk_count(inner, kTileInner); }

std::atomic<bool> emulated = false;

}  // namespace

size_t tile_panel_floats(size_t inner, Precision precision) {
  const size_t halves = tiles_of(inner) * kTileHalves * (precision == Precision::bf16x3 ? 2 : 1);
  return halves / 2;
}

#if SHORTLIST_TILES

// GCC 12 warns of its own headers' undefined vectors (its bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512bf16,prfchw")

namespace {

// The tiles' registers are named by number. Each instruction is a barrier for the compiler, which does not
// know what memory it reads and writes.
struct ProcessorTiles {
  struct alignas(64) Shape {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  };
  static void begin() {
    static constexpr Shape kShape;
    asm volatile("ldtilecfg %0" ::"m"(kShape) : "memory");
  }
  static void end() { asm volatile("tilerelease" ::: "memory"); }
  template <int kTile>
  static void zero() {
    asm volatile("tilezero %%tmm%c0" ::"i"(kTile) : "memory");
  }
  template <int kTile>
  static void load(const void* from, size_t row_bytes) {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(row_bytes), "i"(kTile) : "memory");
  }
  // Of what is not soon read again: leaves the first cache to the rest.
  template <int kTile>
  static void stream(const void* from, size_t row_bytes) {
    asm volatile("tileloaddt1 (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(row_bytes), "i"(kTile) : "memory");
  }
  template <int kTile>
  static void store(void* to, size_t row_bytes) {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(row_bytes), "i"(kTile) : "memory");
  }
  template <int kSum, int kLeft, int kRight>
  static void multiply_add() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(kSum), "i"(kLeft), "i"(kRight) : "memory");
  }
};

struct EmulatedTiles {
  static constexpr size_t kRowBytes = 64;
  static inline thread_local char tiles[8][16][kRowBytes];

  static void begin() {}
  static void end() {}
  template <int kTile>
  static void zero() {
    std::memset(tiles[kTile], 0, sizeof tiles[kTile]);
  }
  template <int kTile>
  static void load(const void* from, size_t row_bytes) {
    for (size_t r = 0; r < 16; ++r)
      std::memcpy(tiles[kTile][r], static_cast<const char*>(from) + r * row_bytes, kRowBytes);
  }
  template <int kTile>
  static void stream(const void* from, size_t row_bytes) {
    load<kTile>(from, row_bytes);
  }
  template <int kTile>
  static void store(void* to, size_t row_bytes) {
    for (size_t r = 0; r < 16; ++r)
      std::memcpy(static_cast<char*>(to) + r * row_bytes, tiles[kTile][r], kRowBytes);
  }
  static float half(int tile, size_t row, size_t place) {
    Half h;
    std::memcpy(&h, tiles[tile][row] + place * sizeof h, sizeof h);
    return std::bit_cast<float>(static_cast<uint32_t>(h) << 16);
  }
  template <int kSum, int kLeft, int kRight>
  static void multiply_add() {
    for (size_t m = 0; m < 16; ++m) {
      float sums[16];
      std::memcpy(sums, tiles[kSum][m], sizeof sums);
      for (size_t n = 0; n < 16; ++n) {
        float pair[2] = {0, 0};
        for (size_t k = 0; k < kTileInner; ++k) {
          pair[k % 2] = std::fma(half(kLeft, m, k), half(kRight, k / 2, 2 * n + k % 2), pair[k % 2]);
        }
        sums[n] += pair[0] + pair[1];
      }
      std::memcpy(tiles[kSum][m], sums, sizeof sums);
    }
  }
};

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
  transpose(high);
  store_tile(high, to.high);
  if constexpr (kLow) {
    transpose(low);
    store_tile(low, to.low);
  }
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
      for (size_t i = 0; i < 16; ++i) {
        const size_t k = t * kTileInner + 2 * i;
        __builtin_prefetch(a.row(k + kTileInner) + row);
        __builtin_prefetch(a.row(k + kTileInner + 1) + row);
        const Rounded r = round_rows<kLow>(a, k, row);
        high[i] = r.high;
        low[i] = r.low;
      }
      const TilesAt tile = to.at(row / kTileOuter * tiles + t);
      transpose(high);
      store_tile(high, tile.high);
      if constexpr (kLow) {
        transpose(low);
        store_tile(low, tile.low);
      }
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

TilesAt panel_tiles(float* panel, size_t inner) {
  Half* const high = reinterpret_cast<Half*>(panel);
  return {high, high + tiles_of(inner) * kTileHalves};
}
Tiles panel_tiles(const float* panel, size_t inner) { return panel_tiles(const_cast<float*>(panel), inner); }

// Memory of a thread for the operands that a product rounds as it runs.
class RoundedOperand {
 public:
  // Room for outer x inner tiles.
  TilesAt take(size_t tiles) {
    if (tiles > size_) {
      memory_.reset(static_cast<Half*>(std::aligned_alloc(64, 2 * tiles * kTileHalves * sizeof(Half))));
      if (memory_ == nullptr) throw std::bad_alloc();
      size_ = tiles;
    }
    return {memory_.get(), memory_.get() + tiles * kTileHalves};
  }

 private:
  struct Free {
    void operator()(Half* p) const { std::free(p); }
  };
  std::unique_ptr<Half, Free> memory_;
  size_t size_ = 0;
};
thread_local RoundedOperand left_memory, right_memory;

// Up to two by two tiles of C.
struct TileBlock {
  Tiles left[2], right[2];  // the first tile of each row and column of tiles; the others follow
  size_t tiles;             // along the inner dimension
  float* c;
  size_t row_bytes;
  bool add;
};

template <class Unit, int kRows, int kColumns>
void multiply_loaded() {
  Unit::template multiply_add<0, 4, 6>();
  if constexpr (kColumns == 2) Unit::template multiply_add<1, 4, 7>();
  if constexpr (kRows == 2) Unit::template multiply_add<2, 5, 6>();
  if constexpr (kRows == 2 && kColumns == 2) Unit::template multiply_add<3, 5, 7>();
}
template <class Unit, int kRows>
void load_left(const Half* first, const Half* second) {
  Unit::template stream<4>(first, 64);
  if constexpr (kRows == 2) Unit::template stream<5>(second, 64);
}
template <class Unit, int kColumns>
void load_right(const Half* first, const Half* second) {
  Unit::template load<6>(first, 64);
  if constexpr (kColumns == 2) Unit::template load<7>(second, 64);
}

template <class Unit, bool kLow, int kRows, int kColumns>
void multiply_block(const TileBlock& block) {
  char* const c = reinterpret_cast<char*>(block.c);
  const size_t row_bytes = block.row_bytes;
  constexpr size_t kColumnBytes = kTileOuter * sizeof(float);
  if (block.add) {
    Unit::template load<0>(c, row_bytes);
    if constexpr (kColumns == 2) Unit::template load<1>(c + kColumnBytes, row_bytes);
    if constexpr (kRows == 2) Unit::template load<2>(c + kTileOuter * row_bytes, row_bytes);
    if constexpr (kRows == 2 && kColumns == 2)
      Unit::template load<3>(c + kTileOuter * row_bytes + kColumnBytes, row_bytes);
  } else {
    Unit::template zero<0>();
    if constexpr (kColumns == 2) Unit::template zero<1>();
    if constexpr (kRows == 2) Unit::template zero<2>();
    if constexpr (kRows == 2 && kColumns == 2) Unit::template zero<3>();
  }
  for (size_t t = 0; t < block.tiles; ++t) {
    const Tiles a[2] = {block.left[0].at(t), block.left[1].at(t)};
    const Tiles b[2] = {block.right[0].at(t), block.right[1].at(t)};
    load_left<Unit, kRows>(a[0].high, a[1].high);
    load_right<Unit, kColumns>(b[0].high, b[1].high);
    multiply_loaded<Unit, kRows, kColumns>();
    if constexpr (kLow) {
      load_right<Unit, kColumns>(b[0].low, b[1].low);
      multiply_loaded<Unit, kRows, kColumns>();
      load_left<Unit, kRows>(a[0].low, a[1].low);
      load_right<Unit, kColumns>(b[0].high, b[1].high);
      multiply_loaded<Unit, kRows, kColumns>();
    }
  }
  Unit::template store<0>(c, row_bytes);
  if constexpr (kColumns == 2) Unit::template store<1>(c + kColumnBytes, row_bytes);
  if constexpr (kRows == 2) Unit::template store<2>(c + kTileOuter * row_bytes, row_bytes);
  if constexpr (kRows == 2 && kColumns == 2)
    Unit::template store<3>(c + kTileOuter * row_bytes + kColumnBytes, row_bytes);
}

template <class Unit, bool kLow>
void multiply_block(const TileBlock& block, bool two_rows, bool two_columns) {
  if (two_rows) {
    two_columns ? multiply_block<Unit, kLow, 2, 2>(block) : multiply_block<Unit, kLow, 2, 1>(block);
  } else {
    two_columns ? multiply_block<Unit, kLow, 1, 2>(block) : multiply_block<Unit, kLow, 1, 1>(block);
  }
}

constexpr size_t kSide = 2 * kTileOuter;

// What up to two by two tiles of C become, given their sums in rows of kSide floats.
void finish(const float* sums, const Epilogue& epilogue, const Matrix& c) {
  const __mmask16 masks[2] = {first_lanes(c.cols), first_lanes(std::max(c.cols, kTileOuter) - kTileOuter)};
  __m512 bias[2] = {};
  if (epilogue.bias != nullptr) {
    for (int v = 0; v < 2; ++v) bias[v] = _mm512_maskz_loadu_ps(masks[v], epilogue.bias + v * kTileOuter);
  }
  const bool gated = epilogue.positive.data != nullptr;
  for (size_t i = 0; i < c.rows; ++i, sums += kSide) {
    float* const to = c.row(i);
    const float* const positive = gated ? epilogue.positive.row(i) : nullptr;
#pragma GCC unroll 2
    for (size_t v = 0; v < 2; ++v) {
      const size_t j = v * kTileOuter;
      __m512 x = _mm512_add_ps(_mm512_load_ps(sums + j), bias[v]);
      if (epilogue.relu) x = _mm512_max_ps(_mm512_setzero_ps(), x);  // a NaN stays a NaN
      if (gated) {
        const __m512 gate = _mm512_maskz_loadu_ps(masks[v], positive + j);
        x = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(gate, _mm512_setzero_ps(), _CMP_GT_OQ), x);
      }
      _mm512_mask_storeu_ps(to + j, masks[v], x);
    }
  }
}

// Brings what finish() will read and write from the outer caches while tiles are multiplied.
void prefetch(const Matrix& c, const ConstMatrix& positive, size_t row, size_t rows) {
  for (size_t i = row; i < row + rows; ++i) {
    __builtin_prefetch(c.row(i), 1);
    __builtin_prefetch(c.row(i) + c.cols - 1, 1);
    if (positive.data == nullptr) continue;
    __builtin_prefetch(positive.row(i));
    __builtin_prefetch(positive.row(i) + c.cols - 1);
  }
}

// Operands as tiles, those of a row (of the right operand: of a panel) one after the other.
struct TileOperands {
  Tiles left, right;
  size_t right_halves;  // from a panel to the next
  size_t tiles;         // of a row or panel
};

// Two panels' columns of C. Tiles lie in C itself where it has room for all of them and nothing is left to
// do; else in memory beside it, and each block is finished while the next is multiplied.
template <class Unit, bool kLow>
void multiply_strip(const TileOperands& operands, size_t panel, const Matrix& c, bool add,
                    const Epilogue& epilogue) {
  alignas(64) float sums[2][kSide * kSide];
  const bool ends = epilogue.bias != nullptr || epilogue.relu || epilogue.positive.data != nullptr;
  const bool whole_columns = !ends && c.cols % kTileOuter == 0;
  const bool two_columns = c.cols > kTileOuter;
  const Tiles first = {operands.right.high + panel * operands.right_halves,
                       operands.right.low + panel * operands.right_halves};
  const Tiles second = {first.high + two_columns * operands.right_halves,
                        first.low + two_columns * operands.right_halves};
  const auto finish_block = [&](size_t row) {
    const size_t end = std::min(row + kSide, c.rows);
    Epilogue part = epilogue;
    if (part.positive.data != nullptr) part.positive = part.positive.slice(row, end);
    finish(sums[row / kSide % 2], part, c.slice(row, end));
  };
  bool left_to_finish = false;
  for (size_t row = 0; row < c.rows; row += kSide) {
    const size_t rows = std::min(kSide, c.rows - row), left = row / kTileOuter * operands.tiles;
    const bool in_place = whole_columns && rows % kTileOuter == 0;
    float* const beside = sums[row / kSide % 2];
    if (add && !in_place) {
      for (size_t i = 0; i < rows; ++i) std::copy_n(c.row(row + i), c.cols, beside + i * kSide);
    }
    if (left_to_finish) finish_block(row - kSide);
    left_to_finish = !in_place;
    prefetch(c, epilogue.positive, row, rows);
    const bool two_rows = rows > kTileOuter;
    multiply_block<Unit, kLow>(
        {.left = {operands.left.at(left), operands.left.at(left + operands.tiles * two_rows)},
         .right = {first, second},
         .tiles = operands.tiles,
         .c = in_place ? c.row(row) : beside,
         .row_bytes = (in_place ? c.stride : kSide) * sizeof(float),
         .add = add},
        two_rows, two_columns);
  }
  if (left_to_finish) finish_block((c.rows - 1) / kSide * kSide);
}

template <class Unit, bool kLow>
void multiply_operands(const TileOperands& operands, const Matrix& c, PanelRange panels, bool add,
                       const Epilogue& epilogue) {
  for (size_t panel = panels.begin; panel < panels.end; panel += 2) {
    const size_t column = panel * kTileOuter;
    const size_t columns = std::min(std::min(panels.end, panel + 2) * kTileOuter, c.cols) - column;
    Epilogue part = epilogue;
    if (part.bias != nullptr) part.bias += column;
    if (part.positive.data != nullptr) part.positive = part.positive.columns(column, columns);
    multiply_strip<Unit, kLow>(operands, panel, c.columns(column, columns), add, part);
  }
}

template <class Unit, bool kLow>
void multiply_rows(ConstMatrix a, const Panels& b, Matrix c, bool add, const Epilogue& epilogue,
                   PanelRange panels) {
  const size_t tiles = tiles_of(a.cols);
  Unit::begin();
  for (size_t row = 0; row < c.rows; row += kRowBlock) {
    const size_t end = std::min(c.rows, row + kRowBlock);
    const ConstMatrix rows = a.slice(row, end);
    const TilesAt left = left_memory.take(chunk_count(rows.rows, kTileOuter) * tiles);
    round_left<kLow>(rows, left);
    Epilogue part = epilogue;
    if (part.positive.data != nullptr) part.positive = epilogue.positive.slice(row, end);
    const TileOperands operands{.left = left,
                                .right = panel_tiles(b.panel(0), a.cols),
                                .right_halves = 2 * tile_panel_floats(a.cols, b.precision()),
                                .tiles = tiles};
    multiply_operands<Unit, kLow>(operands, c.slice(row, end), panels, add, part);
  }
  Unit::end();
}

template <class Unit, bool kLow>
void multiply_columns(ConstMatrix a, ConstMatrix b, Matrix c, bool add) {
  Unit::begin();
  for (size_t begin = 0; begin == 0 || begin < a.rows; begin += kTransposedInnerBlock) {
    const size_t end = std::min(a.rows, begin + kTransposedInnerBlock);
    const ConstMatrix lefts = a.slice(begin, end), rights = b.slice(begin, end);
    const size_t tiles = tiles_of(end - begin), rows = chunk_count(c.rows, kTileOuter),
                 panels = chunk_count(c.cols, kTileOuter);
    const TilesAt left = left_memory.take(rows * tiles), right = right_memory.take(panels * tiles);
    round_left_transposed<kLow>(lefts, left);
    round_right<kLow>(rights, right);
    multiply_operands<Unit, kLow>({left, right, tiles * kTileHalves, tiles}, c, {0, panels}, add || begin > 0,
                                  {});
  }
  Unit::end();
}

}  // namespace

namespace {

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
  const bool low = precision == Precision::bf16x3;
  if (emulated) {
    low ? multiply.template operator()<EmulatedTiles, true>()
        : multiply.template operator()<EmulatedTiles, false>();
  } else {
    low ? multiply.template operator()<ProcessorTiles, true>()
        : multiply.template operator()<ProcessorTiles, false>();
  }
}

bool has_bfloat16() { return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw"); }

// Linux gives a process the tiles' registers when it asks (arch_prctl(2)).
bool ask_for_tiles() {
  constexpr int kAskForState = 0x1023, kTileData = 18;
  constexpr unsigned kTiles = 1u << 24, kBfloat16 = 1u << 22;  // CPUID 7, EDX
  unsigned a = 0, b = 0, c = 0, d = 0;
  __asm__("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(7), "c"(0));
  if (!has_bfloat16() || (d & kTiles) == 0 || (d & kBfloat16) == 0) return false;
  return syscall(SYS_arch_prctl, kAskForState, kTileData) == 0;
}

}  // namespace

void multiply_tiles(ConstMatrix a, const Panels& b, Matrix c, bool add, const Epilogue& epilogue,
                    PanelRange panels) {
  with_unit(b.precision(),
            [&]<class Unit, bool kLow>() { multiply_rows<Unit, kLow>(a, b, c, add, epilogue, panels); });
}

void multiply_tiles_transposed(ConstMatrix a, ConstMatrix b, Matrix c, bool add, Precision precision) {
  with_unit(precision, [&]<class Unit, bool kLow>() { multiply_columns<Unit, kLow>(a, b, c, add); });
}

double run_tiles(size_t rounds) {
  ProcessorTiles::begin();
  for (size_t i = 0; i < rounds; ++i) multiply_loaded<ProcessorTiles, 2, 2>();
  ProcessorTiles::end();
  constexpr size_t kProducts = 4;
  return static_cast<double>(2 * rounds * kProducts * kTileOuter * kTileOuter * kTileInner);
}

#pragma GCC pop_options
#pragma GCC diagnostic pop

bool emulate_tiles(bool on) {
  emulated = on && has_bfloat16();
  return has_bfloat16();
}

bool has_tiles() {
  static const bool has = ask_for_tiles();
  return has || emulated;
}

#else

// Nothing is packed for tiles where there are none.
void pack_tile_panel(ConstMatrix, size_t, size_t, Precision, float*) { SHORTLIST_CHECK(false); }
void pack_tile_panel_transposed(std::span<const float* const>, size_t, Precision, float*) {
  SHORTLIST_CHECK(false);
}
void multiply_tiles(ConstMatrix, const Panels&, Matrix, bool, const Epilogue&, PanelRange) {
  SHORTLIST_CHECK(false);
}
void multiply_tiles_transposed(ConstMatrix, ConstMatrix, Matrix, bool, Precision) { SHORTLIST_CHECK(false); }
double run_tiles(size_t) { return 0; }
bool emulate_tiles(bool) { return false; }
bool has_tiles() { return false; }

#endif

}  // namespace shortlist
