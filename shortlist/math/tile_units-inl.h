// The units that multiply blocks of halves: a processor's matrix tiles (Intel's AMX), a loop that replaces
// them in tests, or AVX-512's dot products of pairs. Only for tiles.cc, which includes it where the compiler
// may use AVX-512 with bfloat16.
#pragma once

#include <bit>
#include <cmath>

#include "shortlist/math/tile_rounding-inl.h"

namespace shortlist {
namespace {

// At most two by two tiles of C.
struct TileBlock {
  Tiles left[2], right[2];  // the first tile of each row and column of tiles
  size_t left_row_bytes, left_beside;
  bool left_paired;  // left tiles have the layout of right ones, for units that support it
  size_t tiles;      // along the inner dimension
  float* c;
  size_t row_bytes;
  bool add;
};

// The tile instructions, with registers identified by number. Each is a compiler barrier, since the compiler
// does not know which memory it reads and writes.
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
  // For data that is not read again soon: leaves the first-level cache to other data.
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

struct LoopTiles {
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

// Multiplies on tiles: two rows of left tiles by two columns of right tiles, in eight registers.
template <class Unit>
struct InTiles {
  static constexpr bool kTakesPairedLeft = false;
  static void begin() { Unit::begin(); }
  static void end() { Unit::end(); }
  static double run(size_t rounds) {
    begin();
    for (size_t i = 0; i < rounds; ++i) multiply_loaded<2, 2>();
    end();
    constexpr size_t kProducts = 4;
    return static_cast<double>(2 * rounds * kProducts * kTileOuter * kTileOuter * kTileInner);
  }
  template <bool kLow>
  static void multiply_block(const TileBlock& block, bool two_rows, bool two_columns) {
    if (two_rows) {
      two_columns ? multiply_block<kLow, 2, 2>(block) : multiply_block<kLow, 2, 1>(block);
    } else {
      two_columns ? multiply_block<kLow, 1, 2>(block) : multiply_block<kLow, 1, 1>(block);
    }
  }

 private:
  template <int kRows, int kColumns>
  static void multiply_loaded() {
    Unit::template multiply_add<0, 4, 6>();
    if constexpr (kColumns == 2) Unit::template multiply_add<1, 4, 7>();
    if constexpr (kRows == 2) Unit::template multiply_add<2, 5, 6>();
    if constexpr (kRows == 2 && kColumns == 2) Unit::template multiply_add<3, 5, 7>();
  }
  template <int kRows>
  static void load_left(const Half* first, const Half* second, size_t row_bytes) {
    Unit::template stream<4>(first, row_bytes);
    if constexpr (kRows == 2) Unit::template stream<5>(second, row_bytes);
  }
  template <int kColumns>
  static void load_right(const Half* first, const Half* second) {
    Unit::template load<6>(first, 64);
    if constexpr (kColumns == 2) Unit::template load<7>(second, 64);
  }

  template <bool kLow, int kRows, int kColumns>
  static void multiply_block(const TileBlock& block) {
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
      const Tiles a[2] = {block.left[0].ahead(t * block.left_beside),
                          block.left[1].ahead(t * block.left_beside)};
      const Tiles b[2] = {block.right[0].at(t), block.right[1].at(t)};
      load_left<kRows>(a[0].high, a[1].high, block.left_row_bytes);
      load_right<kColumns>(b[0].high, b[1].high);
      multiply_loaded<kRows, kColumns>();
      if constexpr (kLow) {
        load_right<kColumns>(b[0].low, b[1].low);
        multiply_loaded<kRows, kColumns>();
        load_left<kRows>(a[0].low, a[1].low, block.left_row_bytes);
        load_right<kColumns>(b[0].high, b[1].high);
        multiply_loaded<kRows, kColumns>();
      }
    }
    Unit::template store<0>(c, row_bytes);
    if constexpr (kColumns == 2) Unit::template store<1>(c + kColumnBytes, row_bytes);
    if constexpr (kRows == 2) Unit::template store<2>(c + kTileOuter * row_bytes, row_bytes);
    if constexpr (kRows == 2 && kColumns == 2)
      Unit::template store<3>(c + kTileOuter * row_bytes + kColumnBytes, row_bytes);
  }
};

// Dot products of pairs, added to 16 sums at a time (vdpbf16ps): the product of the odd position, then that
// of the even one, each as a fused multiply-add.
struct InPairs {
  static constexpr bool kTakesPairedLeft = true;
  static void begin() {}
  static void end() {}
  static double run(size_t rounds) {
    constexpr size_t kSums = 16;
    __m512 sums[kSums] = {};
    const __m512bh zeros = {};
    for (size_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 16
      for (__m512& sum : sums) asm volatile("vdpbf16ps %1, %1, %0" : "+v"(sum) : "v"(zeros));
    }
    return static_cast<double>(2 * rounds * kSums * kTileInner);
  }

  template <bool kLow>
  static void multiply_block(const TileBlock& block, bool two_rows, bool two_columns) {
    static_assert(!kLow);
    block.left_paired ? multiply<true>(block, two_rows, two_columns)
                      : multiply<false>(block, two_rows, two_columns);
  }

 private:
  static constexpr size_t kStripRows = 8;

  template <bool kPairedLeft>
  static void multiply(const TileBlock& block, bool two_rows, bool two_columns) {
    for (size_t row = 0; row < (two_rows ? 2 : 1) * kTileOuter; row += kStripRows)
      two_columns ? multiply_rows<kPairedLeft, 2>(block, row) : multiply_rows<kPairedLeft, 1>(block, row);
  }
  // Rows of C starting at `row`, within one tile.
  template <bool kPairedLeft, int kColumns>
  static void multiply_rows(const TileBlock& block, size_t row) {
    __m512 sums[kStripRows][kColumns];
    float* const c = block.c + row * (block.row_bytes / sizeof(float));
    const size_t stride = block.row_bytes / sizeof(float);
    const size_t left_row = kPairedLeft ? 2 : block.left_row_bytes / sizeof(Half);
#pragma GCC unroll 8
    for (size_t i = 0; i < kStripRows; ++i) {
#pragma GCC unroll 2
      for (size_t v = 0; v < kColumns; ++v)
        sums[i][v] = block.add ? _mm512_loadu_ps(c + i * stride + v * kTileOuter) : _mm512_setzero_ps();
    }
    const Half* a = block.left[row / kTileOuter].high + row % kTileOuter * left_row;
    size_t row_of_right = 0;  // in halves: one pair of positions of 16 columns
    for (size_t t = 0; t < block.tiles; ++t, a += block.left_beside) {
      for (size_t pair = 0; pair < kTileInner / 2; ++pair, row_of_right += 2 * kTileOuter) {
        __m512bh right[kColumns];
#pragma GCC unroll 2
        for (size_t v = 0; v < kColumns; ++v)
          right[v] = reinterpret_cast<__m512bh>(_mm512_loadu_si512(block.right[v].high + row_of_right));
#pragma GCC unroll 8
        for (size_t i = 0; i < kStripRows; ++i) {
          int32_t both;
          std::memcpy(&both, a + i * left_row + pair * (kPairedLeft ? kTileInner : 2), sizeof both);
          const __m512bh left = reinterpret_cast<__m512bh>(_mm512_set1_epi32(both));
#pragma GCC unroll 2
          for (size_t v = 0; v < kColumns; ++v) sums[i][v] = _mm512_dpbf16_ps(sums[i][v], left, right[v]);
        }
      }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < kStripRows; ++i) {
#pragma GCC unroll 2
      for (size_t v = 0; v < kColumns; ++v) _mm512_storeu_ps(c + i * stride + v * kTileOuter, sums[i][v]);
    }
  }
};

}  // namespace
}  // namespace shortlist
