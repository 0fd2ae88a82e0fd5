// Statistics of repeated measurements.
#pragma once

#include <algorithm>
#include <vector>

namespace shortlist {

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t n = values.size();
  return n == 0 ? 0 : (values[(n - 1) / 2] + values[n / 2]) / 2;
}
inline double least(const std::vector<double>& values) {
  return values.empty() ? 0 : *std::ranges::min_element(values);
}

}  // namespace shortlist
