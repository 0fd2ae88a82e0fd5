// Inner products of eight-bit codes, unsigned of the candidates and signed of the query. Exact integers, as
// float32, so every processor and every kernel has the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shortlist {

// Whether codes are multiplied four at a time (VNNI): the processor can, the vector target in use has code
// for it, and it is not hidden.
bool use_vnni();
// For tests and benchmarks, to run what a processor without it runs.
void hide_vnni(bool hidden);

// Rows: out[i] = the sum over j of rows[ids[i] * stride + j] * query[j], less the offset. The stride is a
// multiple of 32.
void int8_scores(const uint8_t* rows, size_t stride, const int8_t* query, int32_t offset, const uint32_t* ids,
                 size_t count, float* out);

// Writes a query as integers from -most to most, of up to 15 bits as 128 high + low, or where `low` is null
// of 8 bits as high. Both have room for kInt8Slack more than the width, of which zeros are written to some,
// up to a multiple of 4 at least.
constexpr size_t kInt8Slack = 16;
struct Int8Encoding {
  float scale = 0;            // of the query, a code's unit; 0 where it is too small for one: all codes are 0
  int32_t sum = 0;            // of the codes
  float norm = 0, error = 0;  // |q| and |q - codes|, in this unit
};
Int8Encoding int8_encode(std::span<const float> query, int most, int8_t* high, int8_t* low);

// Panels of 64 candidates, four codes of each side by side: panels[count, groups, 64, 4].
struct Int8PanelsView {
  const uint8_t* data;
  size_t groups, count;
};
// One query of up to 15 bits: out[64 count] = the sums over j of code[j] * (128 high[j] + low[j]), less the
// offset.
void int8_panel_scores(Int8PanelsView panels, const int8_t* high, const int8_t* low, int32_t offset,
                       float* out);
// Queries of 8 bits, queries[count, 4 groups]: out[q * out_stride + i] is that of query q and candidate i,
// less offsets[q].
void int8_panel_products(Int8PanelsView panels, const int8_t* queries, const int32_t* offsets, size_t count,
                         float* out, size_t out_stride);

}  // namespace shortlist
