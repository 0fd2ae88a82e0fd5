// Products in bfloat16: the implementation of product.h for right operands that are packed in bf16 or bf16x3.
// The float32 operands are rounded to bfloat16 (for bf16x3 to the sum of two, high + low) while they are
// arranged in tiles: blocks of 16 by 32 halves. Subnormals count as zero. Threads, blocks and the number of
// rows do not change a bit of the result; the order of a sum depends on the unit.
#pragma once

#include "shortlist/math/panels.h"

namespace shortlist {

// Inner positions, and rows or columns, of a tile.
constexpr size_t kTileInner = 32, kTileOuter = 16;

// Size of a panel of 16 columns, in floats: its tiles of high halves and, for bf16x3, of low halves.
size_t tile_panel_floats(size_t inner, Precision precision);

// Fills rows [begin, begin + b.rows) of a panel from b, which has up to 16 columns; `begin` is even. After
// the last of `inner` rows, pads with zeros to a whole tile.
void pack_tile_panel(ConstMatrix b, size_t begin, size_t inner, Precision precision, float* panel);
// Fills the panel's columns from up to 16 rows of `inner` floats.
void pack_tile_panel_transposed(std::span<const float* const> rows, size_t inner, Precision precision,
                                float* panel);

// Like multiply() and multiply_transposed().
void multiply_tiles(const Operand& a, const Panels& b, const Output& c, bool add, const Epilogue& epilogue,
                    PanelRange panels);
void multiply_tiles_transposed(const Operand& a, const Operand& b, Matrix c, bool add, Precision precision);
// to = x[M,N], rounded. Not in place.
void round(ConstMatrix x, const Output& to);
// out[N] = the column sums of the rounded x[M,N], in row order.
void sum_rounded_columns(const Operand& x, std::span<float> out);

// The unit that multiplies halves.
// - tiles: a processor's matrix tiles (Intel's AMX). An element of C adds 32 inner positions at a time,
//   ascending: the products of high by high, then of high by low and low by high. Each of these is summed
//   over even and over odd positions, one fused multiply-add in float32 after another; the two sums are
//   added to each other, then to C.
// - loop: computes the same as tiles; for tests.
// - pairs: AVX-512's dot products of pairs. An element of C adds pairs of inner positions, ascending, the
//   odd one of each first, with fused multiply-adds. Multiplies high by high only.
enum class Bf16Unit { none, tiles, loop, pairs };

// The unit that this process uses: tiles if the processor has them, pairs if they are faster than float32,
// otherwise none.
Bf16Unit bf16_unit();
// For tests: uses another unit until called with none. Returns whether this processor supports it; loop and
// pairs need AVX-512 with bfloat16.
bool use_bf16_unit(Bf16Unit unit);

// Runs the processor's unit on data in registers, for measurements. Returns the number of floating-point
// operations.
double run_bf16_unit(size_t rounds);

}  // namespace shortlist
