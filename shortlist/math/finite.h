// Checks that numbers are finite.
#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace shortlist {

// Branchless, so that it runs at memory speed.
inline bool all_finite(std::span<const float> values) {
  constexpr uint32_t kExponent = 0x7f800000;
  uint32_t found = 0;
  for (float value : values) found |= (std::bit_cast<uint32_t>(value) & kExponent) == kExponent;
  return found == 0;
}

}  // namespace shortlist
