// The softmax of a row, for gates.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace shortlist {

// x becomes exp(x) / sum exp(x).
inline void softmax(std::span<float> x) {
  if (x.empty()) return;
  const float highest = *std::ranges::max_element(x);
  float sum = 0;
  for (float& value : x) sum += value = std::exp(value - highest);
  for (float& value : x) value /= sum;
}

// dy becomes the gradient of the softmax's input, given its output y: y (dy - y . dy).
inline void softmax_gradient(std::span<const float> y, std::span<float> dy) {
  float mean = 0;
  for (size_t i = 0; i < y.size(); ++i) mean += y[i] * dy[i];
  for (size_t i = 0; i < y.size(); ++i) dy[i] = y[i] * (dy[i] - mean);
}

}  // namespace shortlist
