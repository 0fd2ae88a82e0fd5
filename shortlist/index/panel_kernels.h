// Products of one query and many candidates in panels[count, width, 16], as math/product.h has them, of
// float32 or bfloat16. multiply() is for many queries; one query waits for memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shortlist {

// The nearest bfloat16; of two equally near ones the even one.
inline uint16_t to_bf16(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// out[16 count]: the inner products of one query and the candidates of the panels, summed as multiply() does.
void panel_scores(const float* panels, size_t width, size_t count, const float* query, float* out);
void panel_scores(const uint16_t* panels, size_t width, size_t count, const float* query, float* out);

// As float32: out[values].
void widen_bf16(const uint16_t* values, size_t count, float* out);

}  // namespace shortlist
