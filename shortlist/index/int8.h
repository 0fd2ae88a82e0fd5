// Numbers in eight bits: v is about scale * code, with codes from -127 to 127. Candidates' codes are stored
// with kInt8Offset added, because processors multiply unsigned by signed bytes.
#pragma once

#include <algorithm>
#include <cmath>

namespace shortlist {

constexpr int kInt8Most = 127, kInt8Offset = 128;

// 0 for a scale so small that its inverse would overflow: such numbers are as good as zero.
inline float inverse_scale(float scale) { return scale > 1e-30f ? 1 / scale : 0; }

// v / scale, rounded, and cut to [-most, most].
inline int quantise(float v, float inverse_scale, int most = kInt8Most) {
  const auto limit = static_cast<float>(most);
  return static_cast<int>(std::lrint(std::clamp(v * inverse_scale, -limit, limit)));
}

}  // namespace shortlist
