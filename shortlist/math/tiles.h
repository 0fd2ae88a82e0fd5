// Products in bfloat16: what product.h does where its right operand is packed for them. The float32 operands
// are rounded to bfloat16 on the way, for bf16x3 to the sum of two, high + low, in tiles: blocks of 16 by 32
// halves. Subnormals count as zero. Threads, blocks and the number of rows change no bit; the order of a sum
// is the unit's.
#pragma once

#include "shortlist/math/panels.h"

namespace shortlist {

// Inner positions and rows (or columns) of a tile.
constexpr size_t kTileInner = 32, kTileOuter = 16;

// Floats' room of a panel of 16 columns: its tiles of high halves, then for bf16x3 those of low halves.
size_t tile_panel_floats(size_t inner, Precision precision);

// Fills a panel's rows [begin, begin + b.rows), `begin` even, from b's, of up to 16 columns. With the last of
// `inner` rows, zeros up to a whole tile.
void pack_tile_panel(ConstMatrix b, size_t begin, size_t inner, Precision precision, float* panel);
// Up to 16 rows of `inner` floats become the panel's columns.
void pack_tile_panel_transposed(std::span<const float* const> rows, size_t inner, Precision precision,
                                float* panel);

// As multiply() and multiply_transposed().
void multiply_tiles(const Operand& a, const Panels& b, const Output& c, bool add, const Epilogue& epilogue,
                    PanelRange panels);
void multiply_tiles_transposed(const Operand& a, const Operand& b, Matrix c, bool add, Precision precision);
// to = x[M,N], rounded; not in place.
void round(ConstMatrix x, const Output& to);
// out[N] = the sums of the columns of x[M,N], which is rounded, in row order.
void sum_rounded_columns(const Operand& x, std::span<float> out);

// What multiplies halves.
// - tiles: a processor's matrix tiles (Intel's AMX). An element of C takes 32 inner positions at a time,
//   ascending: the products of high by high, then of high by low and low by high. Each of these runs over
//   even and over odd positions, one fused multiply-add in float32 after the other; the two sums are added,
//   then added to C.
// - loop: does as tiles do; for tests.
// - pairs: AVX-512's dot products of pairs. An element of C takes pairs of inner positions, ascending, the
//   odd one of each first, with fused multiply-adds. Multiplies high by high alone.
enum class Bf16Unit { none, tiles, loop, pairs };

// What this process multiplies with: tiles where the processor has them, pairs where they are faster than
// float32, else none.
Bf16Unit bf16_unit();
// For tests: takes another until it is called with none. Returns whether this processor can; loop and pairs
// want AVX-512 with bfloat16.
bool use_bf16_unit(Bf16Unit unit);

// Multiply-adds of the processor's unit that stay in registers; returns floating-point operations.
double run_bf16_unit(size_t rounds);

}  // namespace shortlist
