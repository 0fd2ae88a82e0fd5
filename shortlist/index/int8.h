// Numbers in eight bits: v is about scale * code, with codes from -127 to 127. Candidates' codes are stored
// plus kInt8Offset, because processors multiply unsigned by signed bytes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace shortlist {

constexpr int kInt8Most = 127, kInt8Offset = 128;

// A sum of products of codes up to 255 and codes of magnitude up to 128 then fits into 32 bits.
constexpr size_t kMostInt8Width = size_t{1} << 16;
// Throws a data Error for vectors that are wider.
void check_int8_width(size_t width);

// 0 for a scale so small that its inverse would overflow: such numbers are treated as zero.
inline float inverse_scale(float scale) { return scale > 1e-30f ? 1 / scale : 0; }

// v / scale, rounded and clamped to [-most, most].
inline int quantise(float v, float inverse_scale, int most = kInt8Most) {
  const auto limit = static_cast<float>(most);
  return static_cast<int>(std::lrint(std::clamp(v * inverse_scale, -limit, limit)));
}

}  // namespace shortlist
