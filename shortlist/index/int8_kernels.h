// Inner products of eight-bit codes, unsigned of the candidates and signed of the query. Exact integers, as
// float32, so every processor and every kernel has the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shortlist {

// Whether the processor multiplies four codes at a time (VNNI), and has not been told to do without.
bool use_vnni();
// For tests and benchmarks, to run what a processor without it runs.
void hide_vnni(bool hidden);

// Rows: out[i] = the sum over j of rows[ids[i] * stride + j] * query[j], less the offset. The stride is a
// multiple of 32.
void int8_scores(const uint8_t* rows, size_t stride, const int8_t* query, int32_t offset, const uint32_t* ids,
                 size_t count, float* out);

// A query as integers of up to 15 bits, 128 high + low, or with `low` null of 8 bits, high alone. Both have
// room for kInt8Slack more than the width, and zeros are written there.
constexpr size_t kInt8Slack = 16;
struct Int8QueryCodes {
  int32_t sum;
  // Of the query, and of what was lost of it, in units of the codes. Not finite where there is no such unit.
  float norm, error;
};
Int8QueryCodes int8_encode(std::span<const float> query, int most, int8_t* high, int8_t* low);

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
