// Inner products of one query and all candidates. These are limited by memory, so candidates are stored in
// panels of 64, in the order in which a query reads their elements: memory is read sequentially.
//
// float32:  panels[count, width, 64]
// bfloat16: panels[count, pairs, 64, 2], adjacent elements side by side, the last pair padded with 0
#pragma once

#include <cstddef>
#include <cstdint>

namespace shortlist {

constexpr size_t kPanelCandidates = 64;

// Rounds to the nearest bfloat16, ties to even.
inline uint16_t to_bf16(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
inline float from_bf16(uint16_t x) {
  const uint32_t bits = uint32_t{x} << 16;
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

// Size of a bfloat16 panel of vectors of this width.
constexpr size_t bf16_panel_size(size_t width) { return (width + 1) / 2 * 2 * kPanelCandidates; }

// out[64 count], summed in the order of multiply().
void panel_scores(const float* panels, size_t width, size_t count, const float* query, float* out);
// `near`: whether the panels are in a core's own cache. There, two panels at a time are faster; otherwise one
// sequential pass is.
void panel_scores(const uint16_t* panels, size_t width, size_t count, bool near, const float* query,
                  float* out);

// The same for chosen rows, unpacked: out[i] is the score of row ids[i], which starts at rows + ids[i] *
// stride.
void row_scores(const float* rows, size_t stride, size_t width, const float* query, const uint32_t* ids,
                size_t count, float* out);

// Converts a bfloat16 panel to float32: out[width, 64].
void widen_panel(const uint16_t* panel, size_t width, float* out);

}  // namespace shortlist
