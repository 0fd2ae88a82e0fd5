// Inner products of the unsigned eight-bit codes of candidates and the signed ones of a query. The results
// are exact integers, as float32, so they are the same on every processor and in every kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shortlist {

// Whether codes are multiplied four at a time (VNNI): the processor supports it, the current vector target
// has code for it, and it is not hidden.
bool use_vnni();
// For tests and benchmarks, to run the code for processors without it.
void hide_vnni(bool hidden);

// Rows: out[i] = sum over j of rows[ids[i] * stride + j] * query[j], minus the offset. The stride is a
// multiple of 32.
void int8_scores(const uint8_t* rows, size_t stride, const int8_t* query, int32_t offset, const uint32_t* ids,
                 size_t count, float* out);

// Writes a query as integers from -most to most: up to 15 bits as 128 high + low or, if `low` is null, 8 bits
// as high. Both buffers need kInt8Slack elements more than the width; some of these are set to zero, at least
// up to a multiple of 4.
constexpr size_t kInt8Slack = 16;
struct Int8Encoding {
  float scale = 0;            // value of one unit of a code; 0 if that is too small: all codes are 0
  int32_t sum = 0;            // sum of the codes
  float norm = 0, error = 0;  // |q| and |q - codes|, in units of `scale`
};
Int8Encoding int8_encode(std::span<const float> query, int most, int8_t* high, int8_t* low);

// Panels of 64 candidates, four codes of each adjacent: panels[count, groups, 64, 4].
struct Int8PanelsView {
  const uint8_t* data;
  size_t groups, count;
};
// One query of up to 15 bits: out[64 count] = sums over j of code[j] * (128 high[j] + low[j]), minus the
// offset.
void int8_panel_scores(Int8PanelsView panels, const int8_t* high, const int8_t* low, int32_t offset,
                       float* out);
// Queries of 8 bits, queries[count, 4 groups]: out[q * out_stride + i] is the product of query q and
// candidate i, minus offsets[q].
void int8_panel_products(Int8PanelsView panels, const int8_t* queries, const int32_t* offsets, size_t count,
                         float* out, size_t out_stride);

}  // namespace shortlist
