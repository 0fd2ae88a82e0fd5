// Inner products of eight-bit codes, unsigned of the candidates and signed of the query. Exact integers, as
// float32, so every processor and every kernel has the same.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shortlist {

// Whether the processor multiplies four codes at a time (VNNI), and has not been told to do without.
bool use_vnni();
// For tests and benchmarks, to run what a processor without it runs.
void hide_vnni(bool hidden);

// Rows: out[i] = the sum over j of rows[ids[i] * stride + j] * query[j], less the offset. The stride is a
// multiple of 32.
void int8_scores(const uint8_t* rows, size_t stride, const int8_t* query, int32_t offset, const uint32_t* ids,
                 size_t count, float* out);

// Panels of 16 candidates, four codes of each side by side: panels[count, groups, 16, 4].
constexpr size_t kInt8PanelColumns = 16;
struct Int8PanelsView {
  const uint8_t* data;
  size_t groups, count;
};
// One query of up to 15 bits: out[16 count] = the sums over j of code[j] * (128 high[j] + low[j]), less the
// offset.
void int8_panel_scores(Int8PanelsView panels, const int8_t* high, const int8_t* low, int32_t offset,
                       float* out);
// Queries of 8 bits, queries[count, 4 groups]: out[q * out_stride + i] is that of query q and candidate i,
// less offsets[q].
void int8_panel_products(Int8PanelsView panels, const int8_t* queries, const int32_t* offsets, size_t count,
                         float* out, size_t out_stride);

}  // namespace shortlist
