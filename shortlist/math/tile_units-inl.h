// The matrix tiles of a processor (Intel's AMX) and a loop that stands in for them in tests. For tiles.cc
// alone, which includes it where the compiler may use AVX-512 with bfloat16. Their registers are named by
// number.
#pragma once

#include <bit>
#include <cmath>

#include "shortlist/math/tile_rounding-inl.h"

namespace shortlist {
namespace {

// Each instruction is a barrier for the compiler, which does not know what memory it reads and writes.
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

}  // namespace
}  // namespace shortlist
