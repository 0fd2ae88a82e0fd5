// Whether numbers are finite.
#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace shortlist {

// Without a branch for each number, so that it is as fast as memory is read.
inline bool all_finite(std::span<const float> values) {
  constexpr uint32_t kExponent = 0x7f800000;
  uint32_t found = 0;
  for (float value : values) found |= (std::bit_cast<uint32_t>(value) & kExponent) == kExponent;
  return found == 0;
}

}  // namespace shortlist
